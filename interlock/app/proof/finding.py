"""What a verification finds."""

from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

Kind = Literal[
    "changed",
    "dropped",
    "swapped",
    "repeated",
    "inserted",
    "cut",
    "emptied",
    "gone",
    "rewritten",
    "rolled back",
    "forged",
    "moved",
    "unfitting",
    "unsigned",
    "schema",
]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it was written, in a sentence; `first` to `last` are the records it is about, if any."""

    kind: Kind
    said: str
    call_id: str | None = None
    first: int | None = None
    last: int | None = None

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Row(NamedTuple):
    """One record as it is stored; whoever may write the table may have put anything into it."""

    call_id: str
    seq: int
    kind: str
    at: str
    epoch: int
    audit: str
    hash: bytes
    covers: str | None = None

    @property
    def content(self) -> tuple[object, ...]:
        """What it says, wherever it stands."""
        return (self.kind, self.at, self.epoch, self.audit, self.covers)


class StoredState(NamedTuple):
    """Where a call stands by the row of the call, as it is stored."""

    snapshot: str | None
    epoch: int


class StoredEnd(NamedTuple):
    """Where a call's record ends by the row of the call, and where the call stands, if that is there."""

    length: int
    head: bytes
    stood: StoredState | None = None

    @property
    def end(self) -> tuple[int, bytes]:
        """Length and head, as a chain that was followed ends in them."""
        return self.length, self.head


def record_range(first: int, last: int, every: str = "records", one: str = "record") -> str:
    """A run of records in words: "record 3", or "records 3 to 7"."""
    return f"{one} {first}" if first == last else f"{every} {first} to {last}"

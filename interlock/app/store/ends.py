"""Where calls end once a transaction is committed, for whoever keeps proof of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from interlock.app.store.rows import EntryRow


@dataclass(frozen=True, slots=True)
class End:
    """A call's record is `length` long and ends in the hash `head`; `records` of them are new, `ended` for good."""

    length: int
    head: bytes
    records: int
    written_at: str
    ended: bool

    def after(self, before: "End | None") -> "End":
        """The same end, with what was new before."""
        if before is None:
            return self
        return End(self.length, self.head, before.records + self.records, self.written_at, before.ended or self.ended)


class Witness(Protocol):
    """Is told what was written. Neither call may wait for anything that can fail, `close` apart."""

    def wrote(self, ends: Mapping[str, End]) -> None:
        """These calls have ended so, durably; called from the journal's own thread, after everybody was answered."""
        ...

    def close(self) -> None:
        """Nothing more will be written."""
        ...


def end_of(rows: Sequence[EntryRow], head: bytes) -> End:
    """Where a call ends after an append."""
    last = rows[-1]
    ended = any(row.entry.kind == "call.ended" for row in rows)
    return End(last.entry.seq, head, len(rows), last.at, ended)

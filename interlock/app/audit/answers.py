"""What the record says, as values: a call in a list, a whole call, one verdict explained."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class CallSummary:
    """One call in a list; times are ISO 8601 in UTC, `state` is where it last stood.

    `erased`: what was personal in it was erased, so that it cannot be replayed.
    """

    call_id: str
    flow: str
    started_at: str
    ended_at: str | None
    end_reason: str | None
    state: str
    epoch: int
    accepted: int
    refused: int
    erased: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class EntryInWords:
    """One entry of a call: `after_s` seconds into it, `text` in words, `audit` as recorded."""

    seq: int
    at: str
    after_s: float
    kind: str
    epoch: int
    text: str
    audit: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CallHistory:
    """A whole call: what the record says of it, and every entry in order."""

    call: CallSummary
    lines: tuple[EntryInWords, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"lines": [asdict(line) for line in self.lines]}


@dataclass(frozen=True, slots=True)
class GuardAnswer:
    """One condition: its sentence, whether it held, and what the proposer was told when it did not."""

    name: str
    sentence: str
    held: bool
    reason: str
    error: str


@dataclass(frozen=True, slots=True)
class Why:
    """One verdict explained: `turn` counts a call's verdicts from 1, `handoff` is `(from, to)` when there was one."""

    turn: int
    seq: int
    at: str
    event: str
    by: str
    kind: str
    verdict: str
    reason: str
    refused_by: str
    before: str
    after: str
    offered: tuple[str, ...]
    guards: tuple[GuardAnswer, ...]
    handoff: tuple[str, str] | None

    def to_json(self) -> dict[str, Any]:
        plain = asdict(self)
        return plain | {"offered": list(self.offered), "guards": list(plain["guards"]), "handoff": _pair(self.handoff)}


def _pair(handoff: tuple[str, str] | None) -> dict[str, str] | None:
    return {"from": handoff[0], "to": handoff[1]} if handoff else None

"""What the record says, as values: a call in a list, a whole call, one verdict explained."""

from dataclasses import asdict, dataclass
from typing import Any, Literal


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


SpokenKind = Literal["asked", "answered", "told", "cut", "changed"]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A question that was asked or answered (`name` is its event), or a line that was told to its end or cut off; or
    somebody took the caller's place in the state `name`, and what `fell` is not known of them.

    `version` is a fingerprint of what it told, or of what a yes to it covers; no words are on record. `answer` is how a
    question was answered; `untold` of a line's `sentences` were left when it was cut off for the `cuts`th time.
    """

    seq: int
    at: str
    kind: SpokenKind
    name: str
    version: str
    answer: str = ""
    unbroken: bool = False
    sentences: int = 0
    untold: int = 0
    cuts: int = 0
    fell: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """One verdict explained: `turn` counts a call's verdicts from 1, `handoff` is `(from, to)` when there was one.

    `consent` is how the caller stood to an event that needs their yes, as `interlock.agents.speech.asking.Consent`.
    `led_up` is what was asked, answered, told and cut off since the verdict before it; `then`, of the last verdict
    only, what came after it.
    """

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
    consent: str = ""
    led_up: tuple[Spoken, ...] = ()
    then: tuple[Spoken, ...] = ()

    def to_json(self) -> dict[str, Any]:
        plain = asdict(self)
        listed = {name: list(plain[name]) for name in ("offered", "guards", "led_up", "then")}
        return plain | listed | {"handoff": _pair(self.handoff)}


def _pair(handoff: tuple[str, str] | None) -> dict[str, str] | None:
    return {"from": handoff[0], "to": handoff[1]} if handoff else None

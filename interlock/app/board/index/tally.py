"""What one line of a record counts for. Pure: an index followed line by line and one built anew count the same."""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.app.board.index.filters import TROUBLE
from interlock.app.store.kinds import ACCEPTED, ERASED, REFUSED
from interlock.machines.events import ESCALATE

What = tuple[str, str, str, str]
"""A kind of thing to count, and which: its other parts, as the kind has them."""

WENT, NO_WAY = "went", "refused"  # source, event, target
LEFT = "left"  # source, event: wherever it led
HELD, NOT_HELD, FAILED, SAID_NO = "held", "not held", "failed", "said no"  # place, event, guard
ASKED, REFUSED_BY, REASON = "asked", "refused by", "reason"
MARKED = frozenset({WENT, LEFT, ASKED, REFUSED_BY, REASON})
"""The kinds by which calls are found."""

MEASURED = "turn.measured"
READ = (ACCEPTED, REFUSED, MEASURED)
"""The lines of which more counts than their kind."""
COUNTED = (*READ, ERASED, *TROUBLE)
LONGEST = 200
PERSON = "person"
"""The place of whoever waits for a person, in every flow."""


@dataclass(slots=True)
class Tally:
    """What some lines of one call count for."""

    whats: Counter[What] = field(default_factory=Counter)
    accepted: int = 0
    refused: int = 0
    slowest: int = -1
    person: bool = False
    trouble: int = 0
    erased: bool = False

    def add(self, kind: str, audit: Mapping[str, Any]) -> None:
        """Count one line."""
        if kind in (ACCEPTED, REFUSED):
            self._verdict(kind == ACCEPTED, audit)
        elif kind == MEASURED:
            answer = audit.get("answer_ms")
            if isinstance(answer, int | float) and 0 <= answer < 2**31:
                self.slowest = max(self.slowest, int(answer))
        elif kind == ERASED:
            self.erased = True
        elif kind in TROUBLE:
            self.trouble |= 1 << TROUBLE.index(kind)

    def _verdict(self, accepted: bool, audit: Mapping[str, Any]) -> None:
        before, event, whats = _state(audit.get("before")), _text(audit.get("event")), self.whats
        whats[ASKED, event, "", ""] += 1
        if accepted:
            self.accepted += 1
            after = _state(audit.get("after"))
            whats[WENT, before, event, after] += 1
            whats[LEFT, before, event, ""] += 1
            self.person |= after == PERSON
        else:
            self.refused += 1
            whats[NO_WAY, before, event, ""] += 1
            whats[REASON, _text(audit.get("kind")), "", ""] += 1
            if by := _text(audit.get("refused_by")):
                whats[REFUSED_BY, by, "", ""] += 1
                whats[SAID_NO, before, event, by] += 1
        self.person |= event == ESCALATE
        guards = audit.get("guards")
        for guard in guards if isinstance(guards, list) else ():
            if isinstance(guard, dict):
                kind = FAILED if guard.get("error") else HELD if guard.get("held") is True else NOT_HELD
                whats[kind, before, event, _text(guard.get("name"))] += 1


def packed(times: Mapping[int, int]) -> bytes:
    """How often each thing is in a call, by its id, as it is stored."""
    return array("I", [number for id_ in sorted(times) for number in (id_, min(times[id_], 2**32 - 1))]).tobytes()


def unpacked(data: bytes) -> Iterator[tuple[int, int]]:
    """The ids of things and how often each is there."""
    numbers = array("I", data)
    return zip(numbers[::2], numbers[1::2], strict=True)


def _state(configuration: Any) -> str:
    return _text(configuration[-1]) if isinstance(configuration, list) and configuration else ""


def _text(value: Any) -> str:
    """A name as it is stored: nobody's names are longer, and what is no text in UTF-8 is none that anybody gave."""
    if not isinstance(value, str):
        return ""
    return (value if value.isascii() else value.encode(errors="replace").decode())[:LONGEST]

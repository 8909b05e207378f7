"""Which calls somebody wants to see: the same of the page "Calls" and of the command `interlock calls`."""

from dataclasses import dataclass
from datetime import datetime

TROUBLE = ("turn.failed", "provider.failed", "handoff.stalled", "caller.lost", "call.resumed")
"""What in a call's record is trouble."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A way out of the place `source` by `event`, into `target` or, without one, wherever it led."""

    source: str
    event: str
    target: str = ""


@dataclass(frozen=True, slots=True)
class Filters:
    """All of these at once; what is None or empty asks for nothing.

    `since` and `until` are of a call's beginning, `until` not among them. `ended` is a reason of an end, or "" for
    calls under way; `place` is where a call last stood. It `went` through each of these edges, each of `asked` was
    asked for in it, each guard of `refused_by` refused in it, each of `reasons` is a kind of refusal in it, as
    `interlock.machines.decide.Kind`. `trouble` is one of `TROUBLE`, or "any". An answer took longer than `slower_s`.
    `person`: a person was asked for. `call` is the beginning of an id.
    """

    flow: str | None = None
    version: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    ended: str | None = None
    place: str | None = None
    went: tuple[Edge, ...] = ()
    asked: tuple[str, ...] = ()
    refused_by: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    person: bool | None = None
    trouble: str | None = None
    slower_s: float | None = None
    erased: bool | None = None
    call: str | None = None

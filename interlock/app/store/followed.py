"""What whoever follows a record is told: where calls are, and each line of them once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a call's record as it was written: no personal data, `audit` as recorded; `at` is UTC."""

    call_id: str
    flow: str
    version: int
    seq: int
    kind: str
    at: datetime
    epoch: int
    audit: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FollowedCall:
    """A call by its row: `state` is where it last stood ("" where nobody can say), `last_seq` its last line's number.

    `driven`: somebody drives it now. One under way that nobody drives waits to be resumed.
    """

    call_id: str
    flow: str
    machine: str
    version: int
    began: datetime
    ended: datetime | None
    why: str | None
    state: str
    epoch: int
    last_seq: int
    driven: bool


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the record found; `at` is when, on the follower's own clock.

    `calls` are those under way, by id; `moved` those with something new since the look before, the ended among them;
    `lines` are told once each, a call's own in order. The `first` look has no lines: what was before it is the
    record's. `away` says why nothing could be read; then the rest is empty, and lines come when the record is back.
    `more` follows at once.
    """

    at: datetime
    calls: Mapping[str, FollowedCall] = field(default_factory=dict)
    moved: Mapping[str, FollowedCall] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    gone: frozenset[str] = frozenset()
    first: bool = False
    more: bool = False
    away: str = ""

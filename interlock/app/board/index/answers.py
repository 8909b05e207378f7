"""What the index answers, as values; times are UTC."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from interlock.app.board.index.filters import Filters

By = Literal["hour", "day"]


@dataclass(frozen=True, slots=True)
class CallInList:
    """One call in a list: `n` is its place in it, larger for one that began later, and what `before` takes.

    `state` is where it last stood, `slowest_ms` its slowest answer, None where none was measured; `trouble` names what
    was, as `filters.TROUBLE`. `person`: a person was asked for. `complete`: all of its record is counted.
    """

    n: int
    call_id: str
    flow: str
    version: int
    began: datetime
    ended: datetime | None
    why: str | None
    state: str
    last_seq: int
    accepted: int
    refused: int
    slowest_ms: int | None
    person: bool
    trouble: tuple[str, ...]
    erased: bool
    complete: bool

    @property
    def length(self) -> timedelta | None:
        """From its beginning to its end; None while it is under way."""
        return self.ended - self.began if self.ended else None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; times are ISO 8601 in UTC, `n` is text, for it has more digits than JavaScript keeps."""
        times = {"began": _iso(self.began), "ended": _iso(self.ended) if self.ended else None}
        return asdict(self) | times | {"n": str(self.n), "trouble": list(self.trouble)}


@dataclass(frozen=True, slots=True)
class EdgeSum:
    """How often a way was taken, and asked for in vain; `target` is "" for what was only refused."""

    source: str
    event: str
    target: str
    taken: int
    refused: int


@dataclass(frozen=True, slots=True)
class GuardSum:
    """How often a guard on `event` out of `place` held, did not, and could not be asked; and was who refused."""

    place: str
    event: str
    guard: str
    held: int
    not_held: int
    failed: int
    refused: int


@dataclass(frozen=True, slots=True)
class EndSum:
    """How many calls ended so; `why` is "" for those under way."""

    why: str
    calls: int


@dataclass(frozen=True, slots=True)
class Bar:
    """The calls that began in one hour or day from `at` (UTC), and how many of these have a refusal."""

    at: datetime
    calls: int
    refused: int


@dataclass(frozen=True, slots=True)
class IndexState:
    """How far the index is: the `newest` of `calls` are counted in full, back to `since`; all of them when `whole`."""

    calls: int
    newest: int
    since: datetime | None
    whole: bool


class Index(Protocol):
    """Sums and lists over all calls; each answers within a few milliseconds and may be asked from any thread.

    Counts are of calls by when they began. While the index is being built, they are of the newest calls: see `state`.
    """

    def calls(self, filters: Filters, before: int | None = None, limit: int = 100) -> list[CallInList]:
        """The newest calls that fit, newest first; those older than the one whose `n` is `before`."""
        ...

    def count(self, filters: Filters) -> int:
        """How many fit."""
        ...

    def edges(self, flow: str, since: datetime | None = None, version: int | None = None) -> list[EdgeSum]:
        """How often each way of a flow was taken and refused, in calls that began since."""
        ...

    def guards(self, flow: str, since: datetime | None = None, version: int | None = None) -> list[GuardSum]:
        """What each guard said where, in calls of a flow that began since."""
        ...

    def ends(self, flow: str, since: datetime | None = None, version: int | None = None) -> list[EndSum]:
        """How calls of a flow that began since ended."""
        ...

    def bars(self, filters: Filters, by: By) -> list[Bar]:
        """How many fit in each hour or day, oldest first; hours and days without any are left out."""
        ...

    def known(self, what: "What", flow: str | None = None) -> Collection[str]:
        """Every value that a filter can have, as far as there are calls with it, in order."""
        ...

    def state(self) -> IndexState:
        """How far it is."""
        ...


What = Literal["flow", "ended", "place", "asked", "refused_by", "reason", "trouble"]


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")

"""What a follower told already, so that it tells each line once."""

import json
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row

from interlock.app.store import sight
from interlock.app.store.followed import FollowedCall, Line, Look
from interlock.app.store.reading import snapshot_of

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a call began whose row says nothing of use."""
REMEMBERED = 20_000
"""So many calls that are over are remembered: what was told of them is not told again, whatever a clock does."""


class KnownLines:
    """Which line of which call was told last."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}  # in the order in which they were touched
        self._calls: dict[str, FollowedCall] = {}
        self._behind: set[str] = set()
        self._first: float | None = None
        self._looked: float | None = None

    def look(self, connection: Connection, at: datetime, too: Collection[str]) -> Look:
        """Look, in one transaction; what is told is told once this returns."""
        sight.begin(connection)
        now, first = sight.now_of(connection), self._looked is None
        self._first = now if self._first is None else self._first
        last = now if self._looked is None else self._looked
        since = max(self._first, min(now, last)) - sight.MARGIN_S  # what was over before is no news, whatever clocks do
        lately, others = sight.seen(connection, since, {*too, *self._behind, *self._calls})
        seen = others | lately
        known = {its: self._known(row, first or its not in lately) for its, row in seen.items()}
        new = {its: number for its, number in known.items() if seen[its].last_seq > number}
        lines = sight.lines(connection, new)
        unread = {*new, *(its for its, row in seen.items() if not row.over and its not in self._calls)}
        rows = sight.rows(connection, unread)
        moved = {row.call_id: called(row, seen[row.call_id].driven) for row in rows}
        look = Look(
            at,
            calls={its: self._now(its, row, moved) for its, row in seen.items() if not row.over},
            moved=moved,
            lines=tuple(sorted((_line(row, moved[row.call_id]) for row in lines), key=_InOrder())),
            gone=frozenset(its for its in self._calls if its not in seen),
            first=first,
            more=len(lines) >= sight.MOST_LINES,
        )
        self._remember(known, look, {its: row.last_seq for its, row in seen.items()})
        self._looked = now
        return look

    def _known(self, row: sight.Seen, was_before: bool) -> int:
        """The number of the last line that was told, or that was there before anybody followed."""
        return self._last.get(row.call_id, row.last_seq if was_before else 0)

    def _now(self, call_id: str, row: sight.Seen, moved: Mapping[str, FollowedCall]) -> FollowedCall:
        call = moved.get(call_id) or self._calls[call_id]
        return call if call.driven == row.driven else replace(call, driven=row.driven)

    def _remember(self, known: Mapping[str, int], look: Look, ends: Mapping[str, int]) -> None:
        last = {**known, **{line.call_id: line.seq for line in look.lines}}
        for call_id, number in last.items():
            self._last.pop(call_id, None)
            self._last[call_id] = number
        self._calls = dict(look.calls)
        self._behind = {call_id for call_id, number in last.items() if number < ends[call_id]}
        while len(self._last) - len(self._calls) > REMEMBERED:
            del self._last[next(its for its in self._last if its not in self._calls)]


class _InOrder:
    """Lines by time, but never one of a call before an earlier one of it: clocks jump."""

    def __init__(self) -> None:
        self._latest: dict[str, datetime] = {}

    def __call__(self, line: Line) -> tuple[datetime, str, int]:
        at = max(line.at, self._latest.get(line.call_id, line.at))
        self._latest[line.call_id] = at
        return at, line.call_id, line.seq


def _line(row: Row[Any], of: FollowedCall) -> Line:
    at, audit = time_of(row.at) or of.began, audit_of(row.audit)
    return Line(row.call_id, of.flow, of.version, row.seq, row.kind, at, row.epoch, audit)


def called(row: Row[Any], driven: bool) -> FollowedCall:
    """A call by its row, see `sight.rows`."""
    snapshot = snapshot_of(row.snapshot)
    return FollowedCall(
        call_id=row.call_id,
        flow=row.flow,
        machine=row.machine or "",
        version=row.machine_version or 0,
        began=time_of(row.started_at) or NEVER,
        ended=time_of(row.ended_at),
        why=row.end_reason,
        state=snapshot.state if snapshot else "",
        epoch=row.epoch,
        last_seq=row.last_seq,
        driven=driven and row.ended_at is None,
    )


def time_of(text: Any) -> datetime | None:
    """A time as it is stored; None for anything else that somebody put there."""
    try:
        its = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return its if its.tzinfo else its.replace(tzinfo=UTC)


def audit_of(text: Any) -> dict[str, Any]:
    """An audit part as it is stored; an empty one for anything else."""
    try:
        its = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return {}
    return its if isinstance(its, dict) else {}

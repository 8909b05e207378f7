"""Entries of a call that has a clock of its own, dated as if that had begun when the call did.

A call script begins on one and the same morning, whenever it is played. In a record it stands among others: what was
written first stands first, and is as old as it is.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from interlock.agents.call.journal import Entry, Journal


class DatedNow(Journal):
    """A journal for one call, whose first entry is dated `now`, and the others as much later as on its own clock."""

    def __init__(self, journal: Journal, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._journal, self._now = journal, now
        self._later: timedelta | None = None

    async def append(self, entries: Sequence[Entry]) -> None:
        await self._journal.append(self._dated(entries))

    async def wrote(self, entries: Sequence[Entry]) -> bool:
        return await self._journal.wrote(self._dated(entries))

    def _dated(self, entries: Sequence[Entry]) -> list[Entry]:
        if not entries:
            return []
        if self._later is None:
            self._later = self._now() - entries[0].at
        return [replace(its, at=its.at + self._later) for its in entries]

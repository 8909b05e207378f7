"""A journal whose writes are timed."""

import time
from collections.abc import Sequence

from interlock.agents.call.journal import Entry, Journal, JournalDown
from interlock.app.telemetry.metrics.collectors import Collectors


class MeasuredJournal:
    """Passes everything on; one that fails is counted and still fails."""

    def __init__(self, journal: Journal, collectors: Collectors) -> None:
        self._journal = journal
        self._collectors = collectors

    async def append(self, entries: Sequence[Entry]) -> None:
        """Write all entries or none, in order, and return once they are durable. Raises `JournalDown`."""
        began = time.perf_counter()
        self._collectors.pending.inc()
        try:
            await self._journal.append(entries)
            self._collectors.writes.observe(time.perf_counter() - began)
        except JournalDown:
            self._collectors.write_failures.inc()
            raise
        finally:
            self._collectors.pending.dec()

    async def wrote(self, entries: Sequence[Entry]) -> bool:
        """Whether entries that were in doubt are in the record. Raises `JournalDown` while nobody can tell."""
        return await self._journal.wrote(entries)

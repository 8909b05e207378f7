"""A journal whose writes are timed."""

import time
from collections.abc import Sequence

from interlock.agents.call.journal import Entry, Journal, JournalDown
from interlock.app.telemetry.metrics.numbers import Numbers


class MeasuredJournal:
    """Passes everything on; one that fails is counted and still fails."""

    def __init__(self, journal: Journal, numbers: Numbers) -> None:
        self._journal = journal
        self._numbers = numbers

    async def append(self, entries: Sequence[Entry]) -> None:
        """Write all entries or none, in order, and return once they are durable. Raises `JournalDown`."""
        began = time.perf_counter()
        self._numbers.pending.inc()
        try:
            await self._journal.append(entries)
            self._numbers.writes.observe(time.perf_counter() - began)
        except JournalDown:
            self._numbers.write_failures.inc()
            raise
        finally:
            self._numbers.pending.dec()

    async def wrote(self, entries: Sequence[Entry]) -> bool:
        """Whether entries that were in doubt are in the record. Raises `JournalDown` while nobody can tell."""
        return await self._journal.wrote(entries)

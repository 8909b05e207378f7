"""A journal that can be held at the moments that matter."""

import asyncio
from collections.abc import Sequence

from interlock.agents.call.journal import Entry, JournalDown
from interlock.app.store import StoreJournal


class HeldJournal:
    """The real journal, stopped `before` or `after` the next write of an entry of `kind` until `release`."""

    def __init__(self, real: StoreJournal) -> None:
        self._real = real
        self._when = self._kind = ""
        self.reached = asyncio.Event()
        self.release = asyncio.Event()

    def hold(self, when: str, kind: str) -> None:
        """Stop there once."""
        self._when, self._kind = when, kind

    async def append(self, entries: Sequence[Entry]) -> None:
        """Write as the real one does."""
        here = any(entry.kind == self._kind for entry in entries)
        await self._stop(here and self._when == "before")
        await self._real.append(entries)
        await self._stop(here and self._when == "after")

    async def wrote(self, entries: Sequence[Entry]) -> bool:
        """Read as the real one does."""
        return await self._real.wrote(entries)

    async def _stop(self, here: bool) -> None:
        if here:
            self._kind = ""
            self.reached.set()
            await self.release.wait()


class OutageJournal:
    """The real journal; `down` it refuses every write, without `answers` it takes none and says nothing."""

    def __init__(self, real: StoreJournal) -> None:
        self._real = real
        self.down = False
        self.answers = asyncio.Event()
        self.answers.set()

    async def append(self, entries: Sequence[Entry]) -> None:
        """Write as the real one does, or not."""
        await self.answers.wait()
        if self.down:
            raise JournalDown("down")
        await self._real.append(entries)

    async def wrote(self, entries: Sequence[Entry]) -> bool:
        """Read as the real one does, or not."""
        await self.answers.wait()
        if self.down:
            raise JournalDown("down")
        return await self._real.wrote(entries)

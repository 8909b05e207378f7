"""Durable, then done: the one place where what was judged is written, and acted on with nothing awaited in between."""

import asyncio
from collections.abc import Callable
from typing import Any

from interlock.agents.call.interlocking import Interlocking
from interlock.agents.call.ready import Ready, Written
from interlock.agents.call.record import CallRecord

Perform = Callable[[Any], None]
"""Performs the acts of one kind. Never waits and never raises, so that it can follow a commit at once."""


class Committing:
    """One call's record and interlocking, and the table of who performs which act."""

    def __init__(self, record: CallRecord, interlocking: Interlocking) -> None:
        self._record = record
        self._interlocking = interlocking
        self._in_order = asyncio.Lock()
        self.performs: dict[type[Any], Perform] = {}
        """Who performs the acts of each kind; whoever puts the call together fills it."""

    async def write(self, ready: Ready) -> Written[Ready]:
        """Write what was judged, and do at once what follows. Raises `JournalDown`; see `CallRecord.write`.

        After `InDoubt` it is done late, by whoever finds it on record, or never.
        """
        async with self._in_order:
            await self._settle()
            written = await self._record.write(ready)
            self._act_on(written)
            return written

    async def settle(self) -> None:
        """Find out what became of what is in doubt, and act on it if it is there.

        Raises `JournalDown` while nobody can tell.
        """
        async with self._in_order:
            await self._settle()

    async def _settle(self) -> None:
        found = await self._record.settle()
        if found is not None:
            self._act_on(found)

    def _act_on(self, written: Written[Ready]) -> None:
        for act in self._interlocking.commit(written):
            self.performs[type(act)](act)

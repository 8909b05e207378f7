"""An index kept like its record for as long as a board runs: built, then told what a follower sees, and compared."""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from interlock.agents.call.clock import Clock, LoopClock, pause
from interlock.app.board.index.answers import IndexState
from interlock.app.board.index.kept import KeptIndex
from interlock.app.store.errors import StoreError
from interlock.app.store.followed import Look
from interlock.app.store.following import AGAIN_S, RESTS

COMPARE_EVERY_S = 60.0
CATCH_UP_EVERY_S = 1.0
DONE = IndexState(0, 0, None, whole=True)
"""After the last step."""
T = TypeVar("T")


class Keeping:
    """Writes one index, in a thread of its own; `trouble` is what is in its way, in words."""

    def __init__(self, index: KeptIndex, clock: Clock | None = None) -> None:
        self._index = index
        self._clock = clock or LoopClock()
        self._thread = ThreadPoolExecutor(1, "index")
        self._closed = self._missed = False
        self.trouble = ""

    def take(self, look: Look) -> None:
        """Count what a follower told; returns at once, for an event loop."""
        self._missed |= look.first or bool(look.away)  # what was written until then, nobody tells
        if not self._closed and (look.moved or look.gone):
            self._thread.submit(self._tried, lambda: self._index.take(look))

    async def run(self) -> None:
        """Build the index, then compare it with the record each minute and rest six times as long as that took."""
        while True:
            begun, self._missed = time.perf_counter(), False
            while not await self._all(self._index.build()):
                await pause(self._clock, AGAIN_S)
            rest = max(COMPARE_EVERY_S, RESTS * (time.perf_counter() - begun))
            for _ in range(int(rest / CATCH_UP_EVERY_S)):
                await pause(self._clock, CATCH_UP_EVERY_S)
                await self._all(self._index.catch_up())
                if self._missed:
                    break

    async def aclose(self) -> None:
        """Write nothing more."""
        self._closed = True
        await asyncio.to_thread(self._thread.shutdown, wait=True, cancel_futures=True)

    async def _all(self, steps: Iterator[IndexState]) -> bool:
        """Do all of them; whether nothing was in the way."""
        done = False
        while not done:
            found = await self._in_thread(lambda: self._tried(lambda: next(steps, DONE)))
            if found is None:
                return False
            done = found is DONE
        return True

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _tried(self, work: Callable[[], T]) -> T | None:
        try:
            done = work()
        except StoreError as error:  # what was missed is found when they are compared
            self.trouble = str(error)
            return None
        self.trouble = ""
        return done

"""Following a record while it is written: who drives which call where, and each line once, soon after it is durable.

Nothing is asked of whoever writes. A call is followed from its first line to its last, also when it began and ended
between two looks; one that is over, while somebody looks at it (`too`).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy.exc import SQLAlchemyError

from interlock.agents.call.clock import Clock, LoopClock, pause
from interlock.app.store.database import Database
from interlock.app.store.errors import StoreError
from interlock.app.store.followed import Look
from interlock.app.store.known_lines import KnownLines
from interlock.app.store.moved import AlwaysMoved, FileMoved, Moved
from interlock.app.store.opening import database_for_reading
from interlock.app.store.place import is_postgres, path_of, shown

FILE_EVERY_S, SERVER_EVERY_S = 0.05, 0.2
LOOK_AT_LEAST_S = 1.0
"""Where nothing was written: a lease that runs out is no write."""
AGAIN_S = 1.0
"""How soon a record that cannot be read is tried again."""
RESTS = 6
"""So many times as long as its last look took a follower rests."""
BUSY_MS = 1000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """A record to follow: how it is opened, how one hears that it moved, how often it is asked; `shown` in words."""

    opens: Callable[[], Database]
    moved: Moved
    every_s: float
    shown: str


class Follower:
    """Follows one record, for one task; `looks` are all it tells. `took` measures a look, in seconds."""

    def __init__(self, place: Place, clock: Clock | None = None, took: Callable[[], float] = time.perf_counter) -> None:
        self._place = place
        self._clock = clock or LoopClock()
        self._took = took
        self._database: Database | None = None
        self._known = KnownLines()
        self._pool = ThreadPoolExecutor(1, "follower")
        self.rest_s = 0.0
        """How long it rests after its last look."""
        self.too: Collection[str] = frozenset()
        """Calls of which everything is told also when they are over: erased, for one, while somebody looks."""

    async def looks(self) -> AsyncIterator[Look]:
        """A look each time something was written, and one a second at least; never ends by itself."""
        last = float("-inf")
        while True:
            moved = await self._in_thread(self._place.moved)  # before the look: what is written during it is seen next
            if moved or self._took() - last >= LOOK_AT_LEAST_S:
                look = await self.look()
                last = self._took()
                yield look
            else:
                self.rest_s = self._place.every_s
            await pause(self._clock, self.rest_s)

    async def look(self) -> Look:
        """Look once, now, whether anything moved or not."""
        return await self._in_thread(self._look)

    async def aclose(self) -> None:
        """Let go of the record."""
        await self._in_thread(self._close)
        self._pool.shutdown(wait=False)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def _look(self) -> Look:
        begun, at = self._took(), self._clock.now()
        try:
            if self._database is None:
                self._database = self._place.opens()
            look = self._database.read(lambda connection: self._known.look(connection, at, self.too))
        except StoreError as error:
            return self._away(Look(at, away=str(error)))
        except (SQLAlchemyError, asyncpg.PostgresError, OSError, TimeoutError) as error:
            words = f"the store {self._place.shown} cannot be read now ({type(error).__name__})"
            return self._away(Look(at, away=words))
        spent = self._took() - begun
        self.rest_s = 0.0 if look.more else max(self._place.every_s, RESTS * spent)
        return look

    def _away(self, look: Look) -> Look:
        self._close()
        self.rest_s = AGAIN_S
        return look

    def _close(self) -> None:
        self._place.moved.close()
        if self._database is not None:
            self._database.close()
        self._database = None


def follow(path_or_url: str | Path, clock: Clock | None = None) -> Follower:
    """Follow a record, of either kind, on a read-only account too. Raises `StoreError` for what cannot be a place.

    One that is not there yet, or cannot be read, is a `Look` that is `away`.
    """
    return Follower(place_of(path_or_url), clock)


def place_of(path_or_url: str | Path) -> Place:
    """Where a record is that is to be followed."""
    server = is_postgres(path_or_url)
    return Place(
        lambda: database_for_reading(path_or_url, BUSY_MS),
        AlwaysMoved() if server else FileMoved(path_of(path_or_url)),
        SERVER_EVERY_S if server else FILE_EVERY_S,
        shown(path_or_url),
    )

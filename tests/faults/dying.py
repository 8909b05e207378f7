"""Steps of a process, at any of which it can die, and what makes each life the same.

A step is wherever something leaves the process or comes in: the record, a business system, the switch, an agent's
entry. From its last step on nothing of a life leaves it any more. What a life does is the same each time it is lived:
the event loop stands still while a database works.
"""

import asyncio
import threading
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from structlog.testing import capture_logs

from interlock.agents.call.journal import Entry, Turn
from interlock.app.store import StoreJournal


class Died(BaseException):
    """Where nothing can wait, the dead stop like this."""


class Life:
    """Counts the steps of one process; the `last` one, from 1, or the next one of a name, is its death."""

    def __init__(self, last: int = 0) -> None:
        self.last = last
        self.last_of = ""
        self.steps: list[str] = []
        self.dead = asyncio.Event()

    async def step(self, name: str) -> None:
        """Pass here, or never get any further."""
        self._count(name)
        if self.dead.is_set():
            await asyncio.Event().wait()

    def at(self, name: str) -> None:
        """Pass where nothing can wait. Raises `Died`."""
        self._count(name)
        if self.dead.is_set():
            raise Died

    def _count(self, name: str) -> None:
        if not self.dead.is_set():
            self.steps.append(name)
            if len(self.steps) == self.last or name == self.last_of:
                self.dead.set()


class Elsewhere:
    """A loop in a thread of its own, where journals are answered while the call's loop waits."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()

    def wait_for(self, work: Coroutine[Any, Any, Any]) -> Any:
        """What came of the work; the loop of whoever asks stands still meanwhile."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def close(self) -> None:
        """Stop the thread."""
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.loop.close()


class _AtOnce(ThreadPoolExecutor):
    def submit(self, work: Any, /, *given: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(work(*given, **named))
        except BaseException as error:
            done.set_exception(error)
        return done


@contextmanager
def standing_still() -> Iterator[Elsewhere]:
    """For the running loop: work of threads is done while it waits."""
    elsewhere = Elsewhere()
    asyncio.get_running_loop().set_default_executor(_AtOnce())
    try:
        with capture_logs():
            yield elsewhere
    finally:
        elsewhere.close()


class MortalJournal:
    """The real journal, with a step before and after each append."""

    def __init__(self, real: StoreJournal, life: Life, elsewhere: Elsewhere) -> None:
        self._real, self._life, self._elsewhere = real, life, elsewhere

    async def append(self, entries: Sequence[Entry]) -> None:
        """Write as the real one does, while alive."""
        kinds = "+".join(entry.kind for entry in entries)
        await self._life.step(f"before {kinds}")
        self._elsewhere.wait_for(self._real.append(entries))
        await self._life.step(f"after {kinds}")

    async def wrote(self, entries: Sequence[Entry]) -> bool:
        """Read as the real one does."""
        return await self._real.wrote(entries)

    async def remember(self, call_id: str, turn: Turn, fence: int) -> None:
        """Keep a turn as the real one does, while alive."""
        await self._life.step("before turn")
        await self._real.remember(call_id, turn, fence)


class MortalSystem:
    """A business system with a step before what it is asked and after it was done: the answer is lost with us."""

    def __init__(self, real: Any, name: str, life: Life) -> None:
        self._real, self._name, self._life = real, name, life

    def __getattr__(self, method: str) -> Any:
        real = getattr(self._real, method)
        if not asyncio.iscoroutinefunction(real):
            return real

        async def asked(*given: Any, **named: Any) -> Any:
            await self._life.step(f"before {self._name}.{method}")
            answer = await real(*given, **named)
            await self._life.step(f"after {self._name}.{method}")
            return answer

        return asked

"""The index as the board keeps it: built while pages work, current by the follower, and asked in bounds."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from interlock.app.board.index import Index, KeptIndex, open_index
from interlock.app.board.looking import ANSWER_LIMIT_S, AT_ONCE, RecordAway
from interlock.app.store import StoreError
from interlock.app.store.followed import Look

T = TypeVar("T")

SWEEP_S = 60.0
"""How often the index is held against the record: what was pruned, or put back from a copy, is seen then."""
AGAIN_S = 1.0
MOST_LOOKS = 1000
"""So many looks wait while the index is built; what is in more of them is found by the next sweep."""


class Indexing:
    """Keeps the index of one record; one thread writes it."""

    def __init__(self, place: str, open_it: Callable[[str], KeptIndex] = open_index) -> None:
        self._place = place
        self._open = open_it
        self._index: KeptIndex | None = None
        self._looks: deque[Look] = deque(maxlen=MOST_LOOKS)
        self._looked = asyncio.Event()
        self._writer = ThreadPoolExecutor(1, "index")
        self._turn = asyncio.Semaphore(AT_ONCE)

    def heard(self, look: Look) -> None:
        """Take what a follower told, soon."""
        if look.moved or look.gone:
            self._looks.append(look)
            self._looked.set()

    async def run(self) -> None:
        """Build, and keep current, until cancelled; a record or an index that is away is tried again each second."""
        while True:
            try:
                await self._keep()
            except StoreError:
                await asyncio.sleep(AGAIN_S)

    async def ask(self, question: Callable[[Index], T]) -> T:
        """What a question finds. Raises `RecordAway`, also for an answer that takes more than two seconds."""
        if self._index is None:
            raise RecordAway("The index of the record is not there yet: it is made where the record can be read.")
        index = self._index
        async with self._turn:
            try:
                async with asyncio.timeout(ANSWER_LIMIT_S):
                    return await asyncio.to_thread(question, index)
            except TimeoutError:
                raise RecordAway(f"The index took over {ANSWER_LIMIT_S:.0f} s to answer.") from None
            except StoreError as error:
                raise RecordAway(f"{error}.") from None

    async def aclose(self) -> None:
        """Let go of the file."""
        if self._index is not None:
            await self._in_writer(self._index.close)
        self._writer.shutdown(wait=False)

    async def _keep(self) -> None:
        if self._index is None:
            self._index = await self._in_writer(lambda: self._open(self._place))
        await self._build(self._index)
        with suppress(TimeoutError):
            async with asyncio.timeout(SWEEP_S):
                while True:
                    await self._looked.wait()
                    await self._take(self._index)

    async def _build(self, index: KeptIndex) -> None:
        steps = index.build()
        while await self._in_writer(lambda: next(steps, None)) is not None:
            await self._take(index)

    async def _take(self, index: KeptIndex) -> None:
        self._looked.clear()
        while self._looks:
            look = self._looks.popleft()
            await self._in_writer(lambda look=look: index.take(look))  # type: ignore[misc]

    async def _in_writer(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._writer, work)

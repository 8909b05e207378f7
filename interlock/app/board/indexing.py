"""The index as the board has it: opened when the record can be read, kept current, and asked in bounds."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from interlock.app.board.index import Index, Keeping, KeptIndex, open_index
from interlock.app.board.looking import ANSWER_LIMIT_S, AT_ONCE, RecordAway
from interlock.app.store import StoreError
from interlock.app.store.followed import Look

T = TypeVar("T")

AGAIN_S = 1.0


class Indexing:
    """The index of one record."""

    def __init__(self, place: str, open_it: Callable[[str], KeptIndex] = open_index) -> None:
        self._place = place
        self._open = open_it
        self._index: KeptIndex | None = None
        self._keeping: Keeping | None = None
        self._turn = asyncio.Semaphore(AT_ONCE)

    def heard(self, look: Look) -> None:
        """Take what a follower told; returns at once."""
        if self._keeping is not None:
            self._keeping.take(look)

    async def run(self) -> None:
        """Build it, and keep it current, until cancelled; a record that is away is tried again each second."""
        while self._index is None:
            try:
                index = await asyncio.to_thread(self._open, self._place)
                await asyncio.to_thread(index.state)  # makes the file, before two would at once
                self._index = index
            except StoreError:
                await asyncio.sleep(AGAIN_S)
        self._keeping = Keeping(self._index)
        await self._keeping.run()

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
        if self._keeping is not None:
            await self._keeping.aclose()
        if self._index is not None:
            await asyncio.to_thread(self._index.close)

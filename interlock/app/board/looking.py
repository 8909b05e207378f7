"""Reading the record for the pages: opened read-only, off the event loop, a few questions at a time, each in bounds."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError

from interlock.app.store import JournalReader, StoreError, open_reader
from interlock.app.store.place import shown

T = TypeVar("T")

ANSWER_LIMIT_S = 2.0
AT_ONCE = 4
"""Questions that are asked of the store at the same time; the others wait their turn."""


class RecordAway(Exception):
    """The record cannot be read now: why, in one line that names no secret and no value."""


class Looking:
    """Asks one store, which it opens when it is first needed and again after it was away."""

    def __init__(self, place: str) -> None:
        self._place = place
        self._reader: JournalReader | None = None
        self._opening = Lock()
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def ask(self, question: Callable[[JournalReader], T]) -> T:
        """What a question finds. Raises `RecordAway`, also for an answer that takes more than two seconds."""
        async with self._turn:
            try:
                async with asyncio.timeout(ANSWER_LIMIT_S):
                    return await asyncio.to_thread(self._asked, question)
            except StoreError as error:
                raise RecordAway(f"{error}.") from None
            except TimeoutError:
                said = f"The store {shown(self._place)} took over {ANSWER_LIMIT_S:.0f} s to answer."
                raise RecordAway(said) from None
            except (SQLAlchemyError, OSError) as error:
                self._let_go()
                said = f"The store {shown(self._place)} does not answer ({type(error).__name__})."
                raise RecordAway(said) from None

    def close(self) -> None:
        self._let_go()

    def _asked(self, question: Callable[[JournalReader], T]) -> T:
        with self._opening:
            if self._reader is None:
                self._reader = open_reader(self._place)  # without its key: what is sealed stays so
            reader = self._reader
        return question(reader)

    def _let_go(self) -> None:
        if self._reader is not None:
            with suppress(SQLAlchemyError, OSError):
                self._reader.close()
            self._reader = None

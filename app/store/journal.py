"""The writer of a record: one thread that commits what waits in groups."""

import asyncio
import queue
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from agents.journal import Entry, JournalDown
from app.store.reading import JournalReader
from app.store.rows import Rows, rows_of
from app.store.writing import why, write

GROUP_LIMIT = 512  # appends in one transaction: a bound on how long a caller waits for strangers


class SqliteJournal(JournalReader):
    """The journal of one process.

    Appends that wait when the writer wakes share a transaction, so a hundred calls cost one fsync. A cancelled
    `append` may still become durable: whoever must know shields it.
    """

    def __init__(self, engine: Engine, reads: Engine) -> None:
        super().__init__(reads)
        self._engine = engine
        self._waiting: queue.SimpleQueue[_Append | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self.pending = 0
        """How many appends wait for the disk."""
        self._thread = threading.Thread(target=self._write_until_closed, name="journal", daemon=True)
        self._thread.start()

    async def append(self, entries: Sequence[Entry]) -> None:
        """Write all entries or none, in order, and return once they are on disk. Raises `JournalDown`."""
        if not entries:
            return
        loop = asyncio.get_running_loop()
        rows = rows_of(entries)
        append = _Append(rows, loop, loop.create_future())
        with self._closing:
            if self._closed:
                raise JournalDown("the journal is closed: nothing can be written any more")
            self._waiting.put(append)
            self.pending += 1
        append.durable.add_done_callback(self._answered)
        await append.durable

    def _answered(self, _: asyncio.Future[None]) -> None:
        with self._closing:  # loops of several threads may share a journal
            self.pending -= 1

    def close(self) -> None:
        """Write what waits, then let go of the file. A second time does nothing."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        self._thread.join()
        self._engine.dispose()
        super().close()

    def _write_until_closed(self) -> None:
        while True:
            group, last = self._next_group()
            if group:
                _write_group(self._engine, group)
            if last:
                return

    def _next_group(self) -> tuple[list["_Append"], bool]:
        group: list[_Append] = []
        waiting = self._waiting.get()
        while waiting is not None:
            group.append(waiting)
            if len(group) == GROUP_LIMIT:
                return group, False
            try:
                waiting = self._waiting.get_nowait()
            except queue.Empty:
                return group, False
        return group, True


@dataclass(slots=True)
class _Append:
    """One caller's entries and where the answer goes."""

    rows: Rows
    loop: asyncio.AbstractEventLoop
    durable: asyncio.Future[None]

    def answer(self, error: JournalDown | None) -> None:
        """Tell the caller; on its own loop only."""
        if self.durable.done():
            return
        if error is None:
            self.durable.set_result(None)
        else:
            self.durable.set_exception(error)


def _write_group(engine: Engine, group: Sequence[_Append]) -> None:
    together = Rows()
    for append in group:
        together.extend(append.rows)
    try:
        write(engine, together)
    except OperationalError as error:  # full, locked or read-only: the same for everybody
        _answer(group, why(error))
    except Exception as error:
        _write_each(engine, group, error)
    else:
        _answer(group, None)


def _write_each(engine: Engine, group: Sequence[_Append], error: Exception) -> None:
    """One append cannot be written: find it, and let no stranger pay for it."""
    if len(group) == 1:
        return _answer(group, why(error))
    for append in group:
        _write_group(engine, [append])
    return None


def _answer(group: Sequence[_Append], error: str | None) -> None:
    for loop in dict.fromkeys(append.loop for append in group):
        with suppress(RuntimeError):  # the loop was closed: nobody is left to hear it
            loop.call_soon_threadsafe(_resolve, [a for a in group if a.loop is loop], error)


def _resolve(group: Sequence[_Append], error: str | None) -> None:
    for append in group:
        append.answer(None if error is None else JournalDown(error))

"""The writer of a record: one thread that commits what waits in groups."""

import asyncio
import os
import queue
import threading
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from interlock.agents.call.journal import Entry, InDoubt, JournalDown, Turn
from interlock.app.store.database import Database
from interlock.app.store.ends import End, Witness
from interlock.app.store.errors import CommitUnknown
from interlock.app.store.reading import JournalReader
from interlock.app.store.remembering import keep
from interlock.app.store.rows import EntryRow, rows_of
from interlock.app.store.sealing import Seal
from interlock.app.store.writing import are_written, is_of_one, why, write

GROUP_LIMIT = 512  # appends in one transaction: a bound on how long a caller waits for strangers
DEADLOCK = "40P01"
"""PostgreSQL's word for two transactions that waited for each other: it ended this one."""
T = TypeVar("T")


class Contended(JournalDown):
    """Somebody else wrote the same in the same instant: asked again, the answer is another."""


class StoreJournal(JournalReader):
    """The journal of one process, which is one `owner` of leases.

    Appends that wait when the writer wakes share a transaction, so a hundred calls cost one fsync. A cancelled
    `append` may still become durable: whoever must know shields it. `checkpoints` is told of each that did.
    """

    def __init__(self, database: Database, seal: Seal | None = None, checkpoints: Witness | None = None) -> None:
        super().__init__(database, seal)
        self._checkpoints = checkpoints
        self.owner = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._waiting: queue.SimpleQueue[_Append | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self.pending = 0
        """How many appends wait for the disk."""
        self._thread = threading.Thread(target=self._write_until_closed, name="journal", daemon=True)
        self._thread.start()

    async def append(self, entries: Sequence[Entry]) -> None:
        """Write all entries or none, in order, and return once they are on disk.

        Raises `JournalDown`; `Superseded` when another driver has the call, `InDoubt` when the answer was lost.
        """
        if not entries:
            return
        loop = asyncio.get_running_loop()
        append = _Append(rows_of(entries, self._seal), loop, loop.create_future())
        with self._closing:
            if self._closed:
                raise JournalDown("the journal is closed: nothing can be written any more")
            self._waiting.put(append)
            self.pending += 1
        append.durable.add_done_callback(self._answered)
        await append.durable

    async def wrote(self, entries: Sequence[Entry]) -> bool:
        """Whether entries that were in doubt are in the record. Raises `JournalDown` while nobody can tell."""
        rows = rows_of(entries, self._seal)
        return (await self.read(lambda connection: are_written(connection, [rows])))[0]

    async def remember(self, call_id: str, turn: Turn, fence: int) -> None:
        """Keep one turn of the conversation, unless another driver has the call. Raises `JournalDown`."""
        await self.transact(lambda connection: keep(connection, self._seal, call_id, turn, fence))

    async def transact(self, work: Callable[[Connection], T]) -> T:
        """Do work of another kind in a transaction of its own, off the event loop. Raises `JournalDown`."""
        return await _off_the_loop(self._database.transact, work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Read, off the event loop. Raises `JournalDown`."""
        return await _off_the_loop(self._database.read, work)

    def close(self) -> None:
        """Write what waits, then let go of the database. A second time does nothing."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        self._thread.join()
        if self._checkpoints is not None:
            self._checkpoints.close()
        super().close()

    def _answered(self, _: asyncio.Future[None]) -> None:
        with self._closing:  # loops of several threads may share a journal
            self.pending -= 1

    def _write_until_closed(self) -> None:
        while True:
            group, last = self._next_group()
            if group:
                self._write_group(group)
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

    def _write_group(self, group: Sequence["_Append"]) -> None:
        appends = [append.rows for append in group]
        ends: dict[str, End] = {}
        try:
            answers = self._database.transact(
                lambda connection: write(connection, appends, self.owner, self._seal, ends)
            )
        except CommitUnknown as lost:
            answers = self._what_became_of(appends, lost)
        except Exception as error:
            if len(group) > 1 and is_of_one(error):  # find whose
                for append in group:
                    self._write_group([append])
                return
            answers = [JournalDown(why(error)) for _ in group]  # full, locked, read-only, gone: the same for everybody
        _answer(list(zip(group, answers, strict=True)))
        if self._checkpoints is not None and None in answers:
            self._checkpoints.wrote(ends)

    def _what_became_of(self, appends: Sequence[Sequence[EntryRow]], lost: CommitUnknown) -> list[JournalDown | None]:
        """The commit's answer was lost: read what is there."""
        try:
            there = self._database.read(lambda connection: are_written(connection, appends))
        except Exception as error:
            return [InDoubt(f"nobody knows whether it was recorded: {why(error)}") for _ in appends]
        return [None if its else JournalDown(why(lost.__cause__ or lost)) for its in there]


@dataclass(slots=True)
class _Append:
    """One caller's entries and where the answer goes."""

    rows: Sequence[EntryRow]
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


_Answers = list[tuple[_Append, JournalDown | None]]


def _answer(answers: _Answers) -> None:
    for loop in dict.fromkeys(append.loop for append, _ in answers):
        with suppress(RuntimeError):  # the loop was closed: nobody is left to hear it
            loop.call_soon_threadsafe(_resolve, [each for each in answers if each[0].loop is loop])


def _resolve(answers: _Answers) -> None:
    for append, error in answers:
        append.answer(error)


async def _off_the_loop(run: Callable[[Callable[[Connection], T]], T], work: Callable[[Connection], T]) -> T:
    try:
        return await asyncio.to_thread(run, work)
    except CommitUnknown as lost:
        raise InDoubt(why(lost.__cause__ or lost)) from None
    except IntegrityError as error:
        raise Contended(why(error)) from None
    except (SQLAlchemyError, OSError) as error:
        contended = getattr(getattr(error, "orig", None), "sqlstate", "") == DEADLOCK
        raise (Contended if contended else JournalDown)(why(error)) from None

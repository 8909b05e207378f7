"""Where the tables are. One way to work in either database: a function of a connection, in a transaction."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future, wait
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Dialect, Engine
from sqlalchemy.exc import DBAPIError, ResourceClosedError
from sqlalchemy.ext.asyncio import AsyncEngine

from interlock.app.store.errors import CommitUnknown
from interlock.app.store.log import mark_left

T = TypeVar("T")

ANSWER_LIMIT_S = 5.0
"""How long PostgreSQL may take over one transaction, from asking for a connection to the answer to the commit."""

CLOSING_LIMIT_S = ANSWER_LIMIT_S + 1.0
"""How long closing waits for work under way; what takes longer is no transaction, and is broken off."""


class Database(Protocol):
    """Runs work and commits it; for any thread but an event loop's."""

    @property
    def dialect(self) -> Dialect:
        """Which SQL it speaks."""
        ...

    def transact(self, work: Callable[[Connection], T]) -> T:
        """Do the work and commit it, or nothing. Raises `CommitUnknown` when the commit's outcome is not known."""
        ...

    def read(self, work: Callable[[Connection], T]) -> T:
        """Do work that only reads, from one consistent view."""
        ...

    def close(self) -> None:
        """Let go of every connection."""
        ...


class SqliteDatabase(Database):
    """A file; without `writes` it is for reading only. `path` is where it is, where whoever leaves it last says so."""

    def __init__(self, writes: Engine | None, reads: Engine, path: Path | None = None) -> None:
        self.writes = writes
        self.reads = reads
        self.path = path
        self._held: sqlite3.Connection | None = None
        self.lacks_log = False
        """Whether the log that belongs to the file was missing when it was opened."""

    @property
    def dialect(self) -> Dialect:
        return self.reads.dialect

    def hold(self) -> None:
        """Have it open until it is closed, also while nothing is written: nobody can put another in its place then."""
        if self.path is not None and self._held is None:
            self._held = sqlite3.connect(self.path, check_same_thread=False)
            self._held.execute("SELECT 1 FROM sqlite_master").fetchall()  # in WAL mode the lock is kept from here on

    def transact(self, work: Callable[[Connection], T]) -> T:
        assert self.writes is not None, "opened for reading only"
        with self.writes.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # what is read is still so when it is written
            done = work(connection)
            try:
                connection.commit()
            except DBAPIError as error:
                connection.invalidate()  # its transaction may be open still: nobody else shall begin in it
                raise CommitUnknown from error
            return done

    def read(self, work: Callable[[Connection], T]) -> T:
        with self.reads.connect() as connection:
            return work(connection)

    def close(self) -> None:
        self.reads.dispose()
        if self._held is not None:
            self._held.close()
        if self.writes is not None:
            self.writes.dispose()
            if self.path is not None:
                mark_left(self.path)


class PostgresDatabase(Database):
    """asyncpg through SQLAlchemy, on an event loop of its own, so that synchronous readers can use it too."""

    def __init__(self, engine: AsyncEngine, readers: int) -> None:
        self.engine = engine
        self._reading = asyncio.Semaphore(readers)  # however many read, there is a connection left to write with
        self._loop = asyncio.new_event_loop()
        self._closing = threading.Lock()
        self._closed = False
        self._running: set[Future[Any]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="postgres", daemon=True)
        self._thread.start()

    @property
    def dialect(self) -> Dialect:
        return self.engine.dialect

    def transact(self, work: Callable[[Connection], T]) -> T:
        return self._run(self._transact(work))

    def read(self, work: Callable[[Connection], T]) -> T:
        return self._run(self._read(work))

    def alone(self, statements: Sequence[str], *, afterwards: str) -> None:
        """Run statements that no transaction may hold, as long as they take, and one more however that ends."""
        self._run(self._alone(statements, afterwards))

    def close(self) -> None:
        with self._closing:
            if self._closed:
                return
            self._closed = True
        for late in wait(self._running, CLOSING_LIMIT_S).not_done:  # whoever waits for an answer gets one
            late.cancel()
        asyncio.run_coroutine_threadsafe(self.engine.dispose(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _transact(self, work: Callable[[Connection], T]) -> T:
        sent, committed = False, []
        try:
            async with asyncio.timeout(ANSWER_LIMIT_S), self.engine.connect() as connection:
                done = await connection.run_sync(work)
                sent = True
                await connection.commit()
                committed.append(done)
        except Exception as error:  # time is up, nobody is there, or the line was cut
            if committed:  # what went wrong since is not the record's
                return committed[0]
            if sent:
                raise CommitUnknown from error
            raise
        return done

    async def _read(self, work: Callable[[Connection], T]) -> T:
        async with asyncio.timeout(ANSWER_LIMIT_S), self._reading, self.engine.connect() as connection:
            return await connection.run_sync(work)

    async def _alone(self, statements: Sequence[str], afterwards: str) -> None:
        async with self.engine.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            try:
                for statement in statements:
                    await connection.exec_driver_sql(statement)
            finally:
                await connection.exec_driver_sql(afterwards)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        with self._closing:
            if self._closed:
                work.close()
                raise ResourceClosedError("the database was closed")
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
            self._running.add(future)
        try:
            return future.result()
        finally:
            self._running.discard(future)

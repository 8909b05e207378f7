"""One business database: SQLite, one transaction at a time, off the event loop; its tables made and seeded when new."""

import asyncio
import sqlite3
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, MetaData, Table, create_engine, event, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import StaticPool

from interlock.agents.systems import Refused, SystemDown
from interlock.app.private import make_database
from interlock.app.store import StoreError

BUSY_TIMEOUT_S = 4.5
"""How long a call waits for the others' transactions: less than the shortest work may take, so it hears an answer."""

T = TypeVar("T")
Seed = Mapping[Table, Sequence[Mapping[str, Any]]]
"""The rows a new business database begins with, by table."""


class Database:
    """One connection. Raises `StoreError` when the file is unusable.

    A row of the seed that is there already, by whatever must be unique, is left as it is.
    """

    def __init__(self, path: str | Path, metadata: MetaData, seed: Seed) -> None:
        path = _made(path)
        self._engine = create_engine(
            "sqlite://",
            creator=lambda: sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, check_same_thread=False),
            poolclass=StaticPool,
            hide_parameters=True,
        )
        event.listen(self._engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=ON"))
        weakref.finalize(self, self._engine.dispose)
        self._one_at_a_time = threading.Lock()
        try:
            self._transact(lambda connection: _make_and_seed(connection, metadata, seed))
        except DBAPIError as error:
            raise StoreError(f"the business data {path} cannot be used ({error.orig}): name another file") from None

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do the work in a transaction of its own. Raises `SystemDown` when the database does not answer."""
        try:
            return await asyncio.to_thread(self._transact, work)
        except DBAPIError as error:
            raise SystemDown(f"the business database failed ({type(error.orig).__name__})") from None

    def _transact(self, work: Callable[[Connection], T]) -> T:
        with self._one_at_a_time, self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            done = work(connection)
            connection.commit()
            return done


def once(connection: Connection, table: Table, row: Mapping[str, Any], why: Callable[[str], str]) -> int:
    """Insert unless the row's `key` is there already; its `id` either way.

    Raises `Refused` with what `why` makes of the broken constraint.
    """
    done: int | None = connection.execute(select(table.c.id).where(table.c.key == row["key"])).scalar_one_or_none()
    if done is not None:
        return done
    try:
        return int(connection.execute(insert(table).returning(table.c.id), dict(row)).scalar_one())
    except IntegrityError as error:
        raise Refused(why(str(error.orig))) from None


def bare(said: str) -> str:
    """What was said, without the spaces people put between digits."""
    return "".join(said.split())


def _made(path: str | Path) -> str:
    if str(path) in ("", ":memory:"):
        return str(path)
    made = Path(path).expanduser()
    try:
        make_database(made)
    except OSError as error:
        raise StoreError(f"the business data {made} cannot be used ({error.strerror}): name another file") from None
    return str(made)


def _make_and_seed(connection: Connection, metadata: MetaData, seed: Seed) -> None:
    metadata.create_all(connection)
    for index in (index for table in metadata.tables.values() for index in table.indexes):
        index.create(connection, checkfirst=True)  # a table of before has those of then
    for table, rows in seed.items():
        connection.execute(insert(table).prefix_with("OR IGNORE"), [dict(row) for row in rows])

"""A record in PostgreSQL, shared by several machines."""

from typing import Any

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import Connection, event, inspect, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

from interlock.app.store.database import ANSWER_LIMIT_S, PostgresDatabase
from interlock.app.store.errors import StoreError
from interlock.app.store.libpq import connect_arguments
from interlock.app.store.place import shown_url
from interlock.app.store.revision import REVISION
from interlock.app.store.tables import metadata, revisions

POOL_SIZE = 4
READERS = 2
"""Connections of one process, and how many of them may be reading: its writer always finds one."""


def connected(url: URL, *, read_only: bool = False) -> PostgresDatabase:
    """The record at a URL. Raises `StoreError` when nobody answers, or its tables are not of this revision."""
    record = database(url, read_only=read_only)
    try:
        record.read(lambda connection: check_revision(connection, url))
    except (SQLAlchemyError, asyncpg.PostgresError, OSError, ValueError) as error:  # a value of no use to asyncpg
        record.close()
        raise StoreError(_unreachable(url, error)) from None
    except StoreError:
        record.close()
        raise
    return record


def database(url: URL, *, read_only: bool = False) -> PostgresDatabase:
    """The database itself, whatever tables it has; nothing is opened before the first use."""
    settings = {"default_transaction_read_only": "on"} if read_only else {"synchronous_commit": "on"}
    # A writer that is gone without a word must not hold its calls' rows: what it left undone is undone.
    settings["idle_in_transaction_session_timeout"] = f"{ANSWER_LIMIT_S * 1000:.0f}ms"
    engine = create_async_engine(
        url.set(query={}),
        hide_parameters=True,
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=ANSWER_LIMIT_S,
        connect_args={**connect_arguments(url, ANSWER_LIMIT_S), "server_settings": settings},
    )
    event.listen(engine.sync_engine, "checkout", _is_there)
    return PostgresDatabase(engine, READERS)


def check_revision(connection: Connection, url: URL) -> None:
    """Raises `StoreError` unless the tables are of this revision."""
    tables = set(inspect(connection).get_table_names())
    where = shown_url(url)
    if revisions.name not in tables:
        what = "a database of something else" if tables & set(metadata.tables) else "an empty database"
        raise StoreError(f"the store {where} is {what}, expected a record of calls: interlock store upgrade")
    found = connection.execute(select(revisions.c.version_num)).scalar_one_or_none()
    if found != REVISION or not tables >= set(metadata.tables):
        raise StoreError(
            f"the store {where} has revision {found}, expected {REVISION}: stop its workers, then run"
            " interlock store upgrade"
        )


def _is_there(connection: Any, *_: object) -> None:
    """A line that was cut meanwhile is replaced, and all others; asked once, where `pool_pre_ping` asks three times."""
    try:
        connection.run_async(lambda line: line.execute("SELECT 1"))
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise InvalidatePoolError from error


def _unreachable(url: URL, error: Exception) -> str:
    found = type(error.orig).__name__ if isinstance(error, DBAPIError) else type(error).__name__
    return f"the store {shown_url(url)} cannot be used ({found}): is it running, and INTERLOCK_STORE right?"

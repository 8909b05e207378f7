"""Leaving nothing of deleted rows in the files: not in free pages, not in the log, not in statistics.

While it runs nothing can be written, so it can be given a limit: then it is undone, and nothing is lost.
"""

import sqlite3
import time
from contextlib import closing

from sqlalchemy.exc import DBAPIError

from interlock.app.store.database import Database, PostgresDatabase, SqliteDatabase
from interlock.app.store.erasing import PERSONAL
from interlock.app.store.log import mark_written

WAIT_S = 1.0
"""How long others who use the tables are waited for; whoever writes meanwhile waits behind."""

_TRIES = 3  # in between, whoever waits to write may
_EVERY = 1000  # instructions of SQLite's machine between two looks at the clock


def compact(database: Database, limit_s: float | None = None) -> str:
    """Rewrite what holds personal data, in `limit_s` at most; what stood in the way, or nothing."""
    if isinstance(database, PostgresDatabase):
        return _compact_tables(database, limit_s)
    assert isinstance(database, SqliteDatabase)
    return _compact_file(database, limit_s)


def _compact_file(database: SqliteDatabase, limit_s: float | None) -> str:
    """VACUUM writes every page anew, and the emptied log leaves no older ones. sqlite.org/lang_vacuum.html"""
    assert database.writes is not None, "opened for reading only"
    with closing(database.writes.raw_connection()) as pooled:
        connection = pooled.driver_connection
        assert connection is not None
        (before,) = connection.execute("PRAGMA busy_timeout").fetchone()
        connection.execute(f"PRAGMA busy_timeout={int(WAIT_S * 1000)}")
        try:
            return _vacuumed(connection, limit_s) or _log_emptied(connection)
        finally:
            connection.execute(f"PRAGMA busy_timeout={before}")


def _vacuumed(connection: sqlite3.Connection, limit_s: float | None) -> str:
    until = time.monotonic() + limit_s if limit_s is not None else None
    connection.set_progress_handler(lambda: until is not None and time.monotonic() >= until, _EVERY)
    try:
        connection.execute("VACUUM")
    except sqlite3.Error as error:
        _log_emptied(connection)
        return f"it takes longer than {limit_s:g} s" if str(error) == "interrupted" else str(error)
    finally:
        connection.set_progress_handler(None, 0)
    return ""


def _log_emptied(connection: sqlite3.Connection) -> str:
    for _ in range(_TRIES):
        busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if not busy:
            mark_written(connection)  # a log that is empty looks like one that was left behind
            return ""
    return "somebody has been using the file all the while, as a long audit does"


def _compact_tables(database: PostgresDatabase, limit_s: float | None) -> str:
    limits = (f"SET lock_timeout = {int(WAIT_S * 1000)}", f"SET statement_timeout = {int((limit_s or 0) * 1000)}")
    try:
        database.alone([*limits, *_WITHOUT_STATISTICS, *_REWRITTEN], afterwards="RESET ALL")
    except DBAPIError as error:
        return _in_words(error)
    except OSError as error:
        return type(error).__name__
    return ""


_WITHOUT_STATISTICS: tuple[str, ...] = tuple(
    f"ALTER TABLE {table.name} ALTER COLUMN {column} {how}"
    for table in PERSONAL
    for column in ("name" if "name" in table.c else "data",)
    for how in ("SET STATISTICS 0", "TYPE bytea")
)
"""ANALYZE keeps samples of values in pg_statistic: from now on none, and naming the type again drops what is there."""
_REWRITTEN = tuple(f"VACUUM FULL {name}" for name in (*(table.name for table in PERSONAL), "pg_statistic"))


def _in_words(error: DBAPIError) -> str:
    state = getattr(error.orig, "sqlstate", None)
    return {
        "55P03": "somebody has been using the tables for long",
        "57014": "it takes longer than it may while calls are live",
        "42501": "only the owner of the tables may",
    }.get(str(state), type(error.orig).__name__)

"""A record in a SQLite file: whether it is ours, and what to do when it is not."""

import os
import shlex
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, Engine, insert
from sqlalchemy.exc import DBAPIError, OperationalError

from interlock.app.private import make_database
from interlock.app.store.database import SqliteDatabase
from interlock.app.store.engines import reader_engine, writer_engine
from interlock.app.store.errors import StoreError
from interlock.app.store.log import lacks_log, log_of, mark_written
from interlock.app.store.revision import REVISION
from interlock.app.store.tables import metadata, revisions


class OtherRevision(StoreError):
    """A record whose tables are of another revision: `said` which, `upgrade` is what to do."""

    def __init__(self, path: Path, found: str | None) -> None:
        self.said = f"revision {found}, expected {REVISION}"
        self.upgrade = f"run INTERLOCK_STORE={shlex.quote(str(path))} interlock store upgrade"
        super().__init__(f"the store {path} has {self.said}: stop its workers, then {self.upgrade}")


def make(path: Path) -> None:
    """Make file and folders when missing. Raises `StoreError`."""
    try:
        if path.is_dir():
            raise StoreError(f"the store {path} is a folder, expected a file: name a file in it")
        make_database(path)
    except OSError as error:
        raise StoreError(f"the store {path} cannot be made ({error.strerror}): set INTERLOCK_STORE elsewhere") from None


def prepare(path: Path, busy_ms: int) -> None:
    """Make the tables when the file is new. Raises `StoreError` for a file that is not ours."""
    engine = writer_engine(path, busy_ms)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            if not is_ours(connection, path):
                metadata.create_all(connection)
                revisions.create(connection)
                connection.execute(insert(revisions), {"version_num": REVISION})
            connection.commit()
            raw = connection.connection.driver_connection
            assert raw is not None
            mark_written(raw)
    except sqlite3.Error as error:
        raise StoreError(f"the store {path} cannot be used ({error}): set INTERLOCK_STORE to another file") from None
    except DBAPIError as error:
        raise unusable(path, error) from None
    finally:
        engine.dispose()


def opened(path: Path, busy_ms: int) -> SqliteDatabase:
    """A prepared file, for writing."""
    return SqliteDatabase(writer_engine(path, busy_ms), reader_engine(path, busy_ms), path)


def held(path: Path, busy_ms: int) -> SqliteDatabase:
    """The same, held open until it is closed. Raises `StoreError`, also for what was put there in this moment."""
    database = opened(path, busy_ms)
    try:
        database.hold()
        known = database.read(lambda connection: is_ours(connection, path))
    except sqlite3.Error as error:
        raise StoreError(f"the store {path} cannot be used ({error}): set INTERLOCK_STORE to another file") from None
    except DBAPIError as error:
        raise unusable(path, error) from None
    if not known:
        raise StoreError(f"the store {path} was emptied in this moment: run this again")
    return database


def opened_for_reading(path: Path, busy_ms: int) -> SqliteDatabase:
    """A file that is there, on a read-only disk too. Raises `StoreError`."""
    if not os.path.isfile(path):
        found = "is a folder, expected a file" if os.path.isdir(path) else "does not exist"
        raise StoreError(f"the store {path} {found}: set INTERLOCK_STORE to a record of calls, or make a call first")
    without = lacks_log(path)
    engine = reader_engine(path, busy_ms)
    try:
        with engine.connect() as connection:
            known = is_ours(connection, path)
    except OperationalError:
        engine, known = engine_at_rest(path, busy_ms)
    except DBAPIError as error:
        raise unusable(path, error) from None
    if not known:
        raise StoreError(f"the store {path} is an empty database, expected a record of calls: make a call first")
    made = SqliteDatabase(None, engine)
    made.lacks_log = without
    return made


def engine_at_rest(path: Path, busy_ms: int) -> tuple[Engine, bool]:
    """A record nobody writes, in a folder where SQLite may not put its side files, and whether it is ours.

    Raises `StoreError`, also when the last writer left something in the log.
    """
    log = log_of(path)
    engine = reader_engine(path, busy_ms, "immutable=1")
    try:
        if log.exists() and log.stat().st_size:
            raise StoreError(f"the store {path} was not closed and its folder is read-only: copy both files elsewhere")
        with engine.connect() as connection:
            return engine, is_ours(connection, path)
    except OSError as error:
        raise StoreError(f"the store {path} cannot be read ({error.strerror})") from None
    except DBAPIError as error:
        raise unusable(path, error) from None


def is_ours(connection: Connection, path: Path) -> bool:
    """Whether the record's tables are there; False for an empty database. Raises `StoreError` for another's."""
    found = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='table'").scalars())
    if not found:
        return False
    if revisions.name in found and found & set(metadata.tables):
        revision = connection.exec_driver_sql(f"SELECT version_num FROM {revisions.name}").scalar_one_or_none()
        if revision == REVISION and found >= set(metadata.tables):
            return True
        raise OtherRevision(path, revision)
    if {"calls", "records", "private"} <= found:
        raise StoreError(f"the store {path} is of an interlock that chained no records: move it away, and begin anew")
    raise StoreError(f"the store {path} is a database of something else: set INTERLOCK_STORE to another file")


def unusable(path: Path, error: DBAPIError) -> StoreError:
    """What SQLite found wrong, in words of ours."""
    found = str(error.orig)
    if "not a database" in found:
        return StoreError(f"the store {path} is not a database: set INTERLOCK_STORE to another file")
    if "readonly" in found or "unable to open" in found:
        return StoreError(f"the store {path} is read-only, expected a writable file in a writable folder")
    return StoreError(f"the store {path} cannot be used ({found}): set INTERLOCK_STORE to another file")

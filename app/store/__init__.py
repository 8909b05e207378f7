"""The durable record of calls in SQLite: one writer thread that commits in groups, and readers that never block it."""

import os
from pathlib import Path

from sqlalchemy.exc import DBAPIError, OperationalError

from app.store.engines import reader_engine, writer_engine
from app.store.file import StoreError, engine_at_rest, is_ours, path_of, prepare, unusable
from app.store.journal import SqliteJournal
from app.store.reading import ACCEPTED, REFUSED, CallRow, JournalReader, Record
from app.store.tables import SCHEMA_VERSION

__all__ = [
    "ACCEPTED",
    "BUSY_TIMEOUT_MS",
    "REFUSED",
    "SCHEMA_VERSION",
    "CallRow",
    "JournalReader",
    "Record",
    "SqliteJournal",
    "StoreError",
    "open_journal",
    "open_reader",
]

BUSY_TIMEOUT_MS = 3000


def open_journal(path_or_url: str | Path) -> SqliteJournal:
    """Open the record for writing, making file and folders when missing. Raises `StoreError`."""
    path = path_of(path_or_url)
    try:
        if path.is_dir():
            raise StoreError(f"the store {path} is a folder, expected a file: name a file in it")
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # it holds callers' data
    except OSError as error:
        raise StoreError(f"the store {path} cannot be made ({error.strerror}): set INTERLOCK_STORE elsewhere") from None
    prepare(path, BUSY_TIMEOUT_MS)
    return SqliteJournal(writer_engine(path, BUSY_TIMEOUT_MS), reader_engine(path, BUSY_TIMEOUT_MS))


def open_reader(path_or_url: str | Path) -> JournalReader:
    """Open an existing record for reading only, on a read-only disk too. Raises `StoreError`."""
    path = path_of(path_or_url)
    if not os.path.isfile(path):
        found = "is a folder, expected a file" if os.path.isdir(path) else "does not exist"
        raise StoreError(f"the store {path} {found}: set INTERLOCK_STORE to a record of calls, or make a call first")
    engine = reader_engine(path, BUSY_TIMEOUT_MS)
    try:
        with engine.connect() as connection:
            known = is_ours(connection, path)
    except OperationalError:
        engine, known = engine_at_rest(path, BUSY_TIMEOUT_MS)
    except DBAPIError as error:
        raise unusable(path, error) from None
    if not known:
        raise StoreError(f"the store {path} is an empty database, expected a record of calls: make a call first")
    return JournalReader(engine)

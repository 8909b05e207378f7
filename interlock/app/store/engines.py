"""Connections to a record's file: one that writes durably, as many as wanted that only read."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.pool import NullPool, QueuePool


def writer_engine(path: Path, busy_ms: int) -> Engine:
    """For one writer: a commit returns when it is on disk, and waits up to `busy_ms` for a locked file.

    Nothing is opened before the first `connect`.
    """
    engine = _engine(lambda: sqlite3.connect(path, check_same_thread=False), QueuePool, pool_timeout=busy_ms / 1000)

    def tune(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA busy_timeout={busy_ms}")
        connection.execute("PRAGMA synchronous=FULL")  # in WAL, anything less may lose the last commits
        connection.execute("PRAGMA foreign_keys=ON")  # SQLite leaves them off
        connection.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten with zeros

    event.listen(engine, "connect", tune)
    return engine


def reader_engine(path: Path, busy_ms: int, how: str = "mode=ro") -> Engine:
    """For readers, a new connection each; `how` is the query of SQLite's URI (sqlite.org/uri.html)."""
    uri = f"file:{quote(str(path))}?{how}"
    return _engine(lambda: sqlite3.connect(uri, uri=True, timeout=busy_ms / 1000, check_same_thread=False), NullPool)


def _engine(connect: Callable[[], sqlite3.Connection], pool: type[QueuePool] | type[NullPool], **given: Any) -> Engine:
    # hide_parameters: what SQLAlchemy's errors quote would be callers' data.
    return create_engine("sqlite://", creator=connect, poolclass=pool, hide_parameters=True, **given)

"""The index's file: made when it is not there, made anew when it is of no use, and again when somebody deletes it."""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TypeVar

from interlock.app.board.index.where import FORM
from interlock.app.private import make_database, sides_of
from interlock.app.store.errors import StoreError

BUSY_S = 5.0
"""How long another process that builds the same index is waited for."""
CACHE_KIB = 24 * 1024
TRIES, AGAIN_S = 100, 0.02
"""How often a file is prepared that another is preparing."""
T = TypeVar("T")

TABLES = """
CREATE TABLE IF NOT EXISTS calls (
    n INTEGER PRIMARY KEY,          -- when it began, see `numbers`: larger for later
    call_id TEXT NOT NULL UNIQUE,
    flow TEXT NOT NULL,
    version INTEGER NOT NULL,
    began INTEGER NOT NULL,         -- microseconds since 1970, as `ended`
    ended INTEGER,
    why TEXT NOT NULL,              -- of its end; empty while it is under way
    state TEXT NOT NULL,
    last_seq INTEGER NOT NULL,      -- as its row in the record said last
    head BLOB NOT NULL,
    seen INTEGER NOT NULL,          -- so many lines of it are counted
    accepted INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    slowest INTEGER,                -- milliseconds
    person INTEGER NOT NULL,
    trouble INTEGER NOT NULL,       -- a bit for each of TROUBLE
    erased INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS behind ON calls (n) WHERE seen < last_seq;
CREATE INDEX IF NOT EXISTS by_end ON calls (why, n);
CREATE INDEX IF NOT EXISTS by_state ON calls (state, n);
CREATE INDEX IF NOT EXISTS by_flow ON calls (flow, why, version);
CREATE TABLE IF NOT EXISTS whats (  -- what there is to be counted
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    flow TEXT NOT NULL,
    version INTEGER NOT NULL,
    a TEXT NOT NULL,
    b TEXT NOT NULL,
    c TEXT NOT NULL,
    UNIQUE (kind, flow, version, a, b, c)
);
CREATE TABLE IF NOT EXISTS marks (  -- it is in this call
    what INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (what, n)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tallies (n INTEGER PRIMARY KEY, tally BLOB NOT NULL);  -- how often each is in a call
CREATE TABLE IF NOT EXISTS days (   -- and in all calls that began on a day
    what INTEGER NOT NULL,
    day INTEGER NOT NULL,
    times INTEGER NOT NULL,
    PRIMARY KEY (what, day)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""


class IndexUnusable(StoreError):
    """The index cannot be kept where it is: what was found, what to do."""


class Shelf:
    """The file, and one connection to it, shared by threads that wait for each other."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = None
        self._file: tuple[int, int] | None = None
        self._lock = Lock()

    def use(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do work with the file, which is made anew when it was deleted or is of no use. Raises `IndexUnusable`."""
        with self._lock:
            try:
                return work(self._opened())
            except sqlite3.DatabaseError as error:
                self._drop()
                if not _is_broken(error):
                    raise IndexUnusable(_words(self.path, error)) from None
            remove(self.path)
            try:
                return work(self._opened())
            except sqlite3.DatabaseError as error:
                self._drop()
                raise IndexUnusable(_words(self.path, error)) from None

    def change(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do work in a transaction that nobody else writes in."""

        def whole(connection: sqlite3.Connection) -> T:
            connection.execute("BEGIN IMMEDIATE")
            try:
                done = work(connection)
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise
            return done

        return self.use(whole)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._drop()

    def _opened(self) -> sqlite3.Connection:
        if self._connection is not None and self._file == _which(self.path):
            return self._connection
        self._drop()
        try:
            make_database(self.path)
        except OSError as error:
            found = error.strerror or type(error).__name__
            raise IndexUnusable(
                f"the index {self.path} cannot be made ({found}): set XDG_CACHE_HOME elsewhere"
            ) from None
        self._connection = sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
        self._file = _which(self.path)
        for tries_left in reversed(range(TRIES)):
            try:
                _prepare(self._connection)
                break
            except sqlite3.OperationalError as error:  # SQLite waits for nobody to make a file one with a log
                if "locked" not in str(error) or not tries_left:
                    raise
                time.sleep(AGAIN_S)
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
        self._connection = self._file = None


def remove(path: Path) -> None:
    """Delete an index: it is made anew."""
    for each in (path, *sides_of(path)):
        with suppress(OSError):
            each.unlink()


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")  # what a power cut takes is built again
    connection.execute(f"PRAGMA cache_size=-{CACHE_KIB}")
    connection.execute("PRAGMA temp_store=FILE")
    form = connection.execute("PRAGMA user_version").fetchone()[0]
    if form not in (0, FORM):
        raise sqlite3.DatabaseError("of another form: malformed")
    if form == 0:
        connection.executescript(f"BEGIN IMMEDIATE; {TABLES} PRAGMA user_version={FORM}; COMMIT;")


def _which(path: Path) -> tuple[int, int] | None:
    try:
        its = os.stat(path)
    except OSError:
        return None
    return its.st_dev, its.st_ino


def _is_broken(error: sqlite3.DatabaseError) -> bool:
    found = str(error)
    return "malformed" in found or "not a database" in found or "no such" in found or "no column" in found


def _words(path: Path, error: Exception) -> str:
    return f"the index {path} cannot be used ({error}): delete it, it is made anew; or set XDG_CACHE_HOME elsewhere"

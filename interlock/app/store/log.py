"""Whether a SQLite file was copied without its log, in which the last of what was written may still be.

Whoever writes a record marks the file as being written (SQLite's `user_version`), and whoever leaves it last takes that
back. A marked file with no log beside it is a copy, or was opened by another program after its writer died.
"""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

COPIED = (
    "the store was copied without its log (the file beside it that ends in -wal), or another program opened it after"
    " its writer died: what was written last may be missing; interlock store backup makes whole copies"
)
_AT, WRITTEN = 60, 1  # sqlite.org/fileformat.html: the header's user version


def log_of(path: Path) -> Path:
    """Where a file's log is, while there is one: beside the file itself, where that is behind a link."""
    file = path.resolve()
    return file.with_name(file.name + "-wal")


def lacks_log(path: Path) -> bool:
    """Whether the log is missing that belongs to the file; to be asked before anything opens it."""
    try:
        with path.open("rb") as file:
            header = file.read(_AT + 4)
        log = log_of(path)
        return int.from_bytes(header[_AT:], "big") == WRITTEN and not (log.exists() and log.stat().st_size)
    except OSError:
        return False


def mark_written(connection: sqlite3.Connection) -> None:
    """Mark the file itself, not only its log."""
    connection.execute(f"PRAGMA user_version={WRITTEN}")
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


def mark_left(path: Path) -> None:
    """Take the mark back, once nobody has the file open any more: the log is gone then."""
    if log_of(path).exists() or not path.exists():
        return
    with suppress(sqlite3.Error, OSError), closing(sqlite3.connect(path, timeout=0)) as connection:
        connection.execute("PRAGMA user_version=0")

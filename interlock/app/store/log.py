"""Whether a SQLite file was copied without its log, in which the last of what was written may still be.

Whoever writes a record marks the file as being written (SQLite's `user_version`), and whoever leaves it last takes that
back. A marked file with no log beside it is a copy, or was opened by another program after its writer died.
"""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import quote

COPIED = (
    "the store was copied without its log (the file beside it that ends in -wal), or another program opened it after"
    " its writer died: what was written last may be missing; interlock store backup makes whole copies"
)
WRITTEN = 1  # the file's `user_version`, in its header


def log_of(path: Path) -> Path:
    """Where a file's log is, while there is one: beside the file itself, where that is behind a link."""
    file = path.resolve()
    return file.with_name(file.name + "-wal")


def lacks_log(path: Path) -> bool:
    """Whether the log is missing that belongs to the file; to be asked before anything opens it.

    SQLite reads the mark: whoever opens and closes a file by himself lets go of all locks that this process has on it,
    and the next writer that leaves takes the log away from under its readers (sqlite.org/howtocorrupt.html, 2.2).
    """
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?immutable=1", uri=True)) as connection:
            (mark,) = connection.execute("PRAGMA user_version").fetchone()
        log = log_of(path)
        return bool(mark == WRITTEN) and not (log.exists() and log.stat().st_size)
    except (OSError, sqlite3.Error):
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

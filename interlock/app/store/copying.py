"""A copy of a record in a SQLite file, whole and of one moment, however much is written meanwhile, and back again."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from interlock.app.store.errors import StoreError
from interlock.app.store.file import make, opened_for_reading
from interlock.app.store.log import lacks_log
from interlock.app.store.place import is_postgres, path_of

POSTGRES = "the store is in PostgreSQL: pg_dump copies it while calls run, and pg_restore puts a copy back"


def back_up(store: str | Path, out: Path, busy_ms: int, *, replace: bool = False) -> None:
    """Write a copy that needs no other file; nobody who writes the store waits. Raises `StoreError`."""
    path = _file(store)
    opened_for_reading(path, busy_ms).close()
    if lacks_log(path):
        raise StoreError(f"the store {path} is {LACKS}: copy both files, or take it from a backup")
    if out.exists() and not replace:
        raise StoreError(f"{out} is there already, expected a new file: name another, or say --replace")
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    with _told(out):
        try:
            os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))  # it holds callers' data
            _copy(path, part)
            with closing(sqlite3.connect(part)) as made:
                made.execute("PRAGMA journal_mode=DELETE")
                made.execute("PRAGMA user_version=0")
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)


def check_copy(source: Path, busy_ms: int) -> None:
    """Raises `StoreError` for a file that is no record, is damaged, or was copied without its log."""
    if lacks_log(source):
        raise StoreError(
            f"{source} is {LACKS}: it may lack what was written last. interlock store backup makes whole ones"
        )
    opened_for_reading(source, busy_ms).close()
    with _told(source), closing(_reading(source)) as base:
        (found,) = base.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok":
            raise StoreError(f"{source} is damaged ({found}), expected a backup of a record")


def put_in_place(source: Path, store: str | Path, busy_ms: int, *, replace: bool = False) -> None:
    """Put a checked copy where the store is. Raises `StoreError`, also where one is and `replace` was not said."""
    path = _file(store)
    if path.exists() and path.stat().st_size and not replace:
        raise StoreError(f"the store {path} is there already: nothing is overwritten unless --replace is said")
    make(path)
    with _told(path):
        _copy(source, path, busy_ms)


LACKS = "a copy without its log (the file beside it that ends in -wal)"


def _copy(source: Path, target: Path, busy_ms: int = 0) -> None:
    """In one step, from one consistent view; in the target it is one transaction. sqlite.org/backup.html"""
    with closing(_reading(source)) as base, closing(sqlite3.connect(target, timeout=busy_ms / 1000)) as made:
        base.backup(made, pages=-1)


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)


def _file(store: str | Path) -> Path:
    if is_postgres(store):
        raise StoreError(POSTGRES)
    return path_of(store)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        said = getattr(error, "strerror", None) or error
        raise StoreError(f"{path} cannot be written or read ({said}), expected a file in a place of yours") from None

"""A copy of a record in a SQLite file, whole and of one moment, however much is written meanwhile, and back again.

Either way it is all there at the end, or nothing was changed.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from interlock.app.private import in_one_step, make_folder, sides_of
from interlock.app.store.elsewhere import require_elsewhere
from interlock.app.store.errors import StoreError
from interlock.app.store.file import OtherRevision, make, opened_for_reading
from interlock.app.store.log import lacks_log
from interlock.app.store.place import is_postgres, path_of

POSTGRES = "the store is in PostgreSQL: pg_dump copies it while calls run, and pg_restore puts a copy back"


def back_up(
    store: str | Path, out: Path, busy_ms: int, *, replace: bool = False, checkpoints: Path | None = None
) -> None:
    """Write a copy that needs no other file; nobody who writes the store waits.

    Raises `StoreError`, also where the copy would be written over the record, a database in use or the folder of
    checkpoints; without `replace` over anything.
    """
    path = _file(store)
    require_elsewhere(out, path, checkpoints)
    opened_for_reading(path, busy_ms).close()
    if lacks_log(path):
        raise StoreError(f"the store {path} is {LACKS}: copy both files, or take it from a backup")
    if out.exists() and not replace:
        raise StoreError(f"{out} is there already, expected a new file: name another, or say --replace")
    with _told(out), in_one_step(out) as part:
        _copy(path, part)
        with closing(sqlite3.connect(part)) as made:
            made.execute("PRAGMA journal_mode=DELETE")
            made.execute("PRAGMA user_version=0")


def check_copy(source: Path, busy_ms: int) -> None:
    """Raises `StoreError` for a file that is no record, is damaged or older, or was copied without its log."""
    if lacks_log(source):
        raise StoreError(
            f"{source} is {LACKS}: it may lack what was written last. interlock store backup makes whole ones"
        )
    try:
        opened_for_reading(source, busy_ms).close()
    except OtherRevision as other:
        raise StoreError(f"the copy {source} has {other.said}: {other.upgrade}, and restore it then") from None
    with _told(source), closing(_reading(source)) as base:
        (found,) = base.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok":
            raise StoreError(f"{source} is damaged ({found}), expected a backup of a record")


def put_in_place(source: Path, store: str | Path, busy_ms: int, *, replace: bool = False) -> None:
    """Put a checked copy where the store is.

    Raises `StoreError`, also where a record is and `replace` was not said, or somebody has it open: whoever does would
    go on with what was true of the record before, its keys among that.
    """
    path = _file(store).resolve()
    if path.exists() and path.stat().st_size and not replace:
        raise StoreError(f"the store {path} is there already: nothing is overwritten unless --replace is said")
    with _told(path):
        make_folder(path.parent)
        if _is_database(path):
            make(path)  # closed to others
            _copy_alone(source, path, busy_ms)
            return
        with in_one_step(path) as part:
            _copy(source, part)
            for side in sides_of(path):
                side.unlink(missing_ok=True)


def _is_database(path: Path) -> bool:
    """Whether SQLite would open it; an empty file is a database that is new."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MAGIC)) in (b"", _MAGIC)
    except FileNotFoundError:
        return False


_MAGIC = b"SQLite format 3\x00"
LACKS = "a copy without its log (the file beside it that ends in -wal)"


def _copy(source: Path, target: Path) -> None:
    """In one step, from one consistent view. sqlite.org/backup.html"""
    with closing(_reading(source)) as base, closing(sqlite3.connect(target)) as made:
        base.backup(made, pages=-1)


def _copy_alone(source: Path, target: Path, busy_ms: int) -> None:
    """The same in one transaction, while nobody else has the target open: a record is held open by whoever writes it.

    The file stays the same one, so whoever opens it in this very moment waits, and finds the copy in it.
    """
    with closing(_reading(source)) as base, closing(sqlite3.connect(target, timeout=busy_ms / 1000)) as made:
        made.isolation_level = None
        made.execute("PRAGMA locking_mode=EXCLUSIVE")  # from the first lock on until it is closed
        try:
            made.execute("BEGIN EXCLUSIVE")
            made.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            raise StoreError(
                f"the store {target} is open in another process: nothing was overwritten. Stop its workers, and"
                " whatever else has it open, then run this again"
            ) from None
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

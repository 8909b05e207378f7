"""Whether a file may be written without a record being lost: one in SQLite is a file and what stands beside it."""

from pathlib import Path

from interlock.app.private import sides_of
from interlock.app.store.errors import StoreError
from interlock.app.store.place import is_postgres, path_of

IN_USE = ("-wal", "-journal")
"""What stands beside a database only while somebody writes it, or after whoever did died."""


def require_elsewhere(out: Path, store: str | Path, checkpoints: Path | None = None) -> None:
    """Raises `StoreError` where writing `out` would destroy the record, a database in use, or checkpoints of ours."""
    if not is_postgres(store):
        _not_the_record(out, path_of(store))
    if log := next((side for side in IN_USE if out.with_name(out.name + side).exists()), ""):
        found = f"{out} is a database that may be in use: {out.name}{log} is beside it"
        raise StoreError(f"{found}, expected another file")
    if checkpoints is not None and out.resolve().parent == checkpoints.resolve():
        raise StoreError(f"{out} is in the folder of the checkpoints, expected a place elsewhere")


def _not_the_record(out: Path, record: Path) -> None:
    if is_same(out, record):
        raise StoreError(f"{out} is the record itself, expected another file: it would be destroyed")
    if any(is_same(out, side) for path in (record, record.resolve()) for side in sides_of(path)):
        raise StoreError(f"{out} is what SQLite keeps beside the record, expected another file")


def is_same(one: Path, other: Path) -> bool:
    """Whether both are one file, or would be if they were there; small and capital letters make no two."""
    try:
        return one.samefile(other)
    except OSError:  # one of them is not there
        same_name = one.name.casefold() == other.name.casefold()
        return same_name and not one.exists() and not other.exists() and _same_folder(one, other)


def _same_folder(one: Path, other: Path) -> bool:
    return one.parent.resolve() == other.parent.resolve()

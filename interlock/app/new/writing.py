"""Writing a project whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from interlock.app.new.errors import NewError

PROGRAMS = (".ci/run",)


def write_whole(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files beside the folder, then give it its name: a full disk or Ctrl-C leaves nothing behind.

    Raises `NewError` when somebody made the folder meanwhile, and `OSError`.
    """
    try:
        _write_beside(folder.absolute(), files)
    except OSError as error:
        error.filename = str(folder)  # not what it is called meanwhile
        raise


def _write_beside(folder: Path, files: Mapping[str, bytes]) -> None:
    made = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        for path, data in files.items():
            write(made / path, data)
        made.chmod(0o777 & ~_umask())
        _name(made, folder)
    except BaseException:
        shutil.rmtree(made, ignore_errors=True)
        raise


def write(path: Path, data: bytes) -> None:
    """Write one file, in folders that are made where they are missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    if path.as_posix().endswith(PROGRAMS):
        path.chmod(0o777 & ~_umask())


def _name(made: Path, folder: Path) -> None:
    try:
        made.rename(folder)  # over nothing, or over an empty folder
    except FileExistsError:
        raise _not_empty(folder) from None
    except OSError as error:
        if folder.is_dir() and any(folder.iterdir()):
            raise _not_empty(folder) from None
        raise error


def _not_empty(folder: Path) -> NewError:
    return NewError(f"{folder} is there already and is not empty, expected a new name: nothing was written")


def _umask() -> int:
    now = os.umask(0)
    os.umask(now)
    return now

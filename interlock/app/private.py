"""What holds callers' data is its owner's alone: files 0600 in folders 0700, whatever the umask.

Everything that writes such a file makes it here. A folder that is there already stays as somebody made it; a file that
is there is closed to others.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

FILE, FOLDER = 0o600, 0o700
SIDES = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database; a new one gets the database's own mode."""


def keep_all_private() -> None:
    """From here on this process, and what it starts, makes nothing for others: libraries write, too."""
    os.umask(0o777 & ~FOLDER)


def make_folder(folder: Path) -> None:
    """Make it, and those it is in, where they are missing. Raises `OSError`."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        with suppress(FileExistsError):  # somebody else made it meanwhile
            each.mkdir(FOLDER)
            each.chmod(FOLDER)
    if not folder.is_dir():
        folder.mkdir()  # for what it raises


def make_database(path: Path) -> None:
    """An empty file for SQLite where there is none, in a folder. Raises `OSError`.

    A database that is there is not opened: that would let go of SQLite's locks in this process.
    """
    make_folder(path.parent)
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE))
    for each in (path, *sides_of(path)):
        with suppress(FileNotFoundError, PermissionError):  # somebody else's is theirs to close
            _close_to_others(each)


def sides_of(path: Path) -> tuple[Path, ...]:
    """The files that SQLite may keep beside a database."""
    return tuple(path.with_name(path.name + side) for side in SIDES)


@contextmanager
def in_one_step(out: Path) -> Iterator[Path]:
    """A file beside `out` to be written, a database's too, that takes its place at the end, or is gone. Raises
    `OSError`."""
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)  # of a process of that number that was killed
    os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, FILE))
    try:
        yield part
        part.replace(out)
    finally:
        for each in (part, *sides_of(part)):
            each.unlink(missing_ok=True)


def opened(path: Path) -> IO[bytes]:
    """A file for writing and reading, empty. Raises `OSError`."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, FILE)
    with suppress(PermissionError):
        os.fchmod(file, FILE)
    return os.fdopen(file, "w+b")


def write_text(path: Path, text: str) -> None:
    """A whole text file, in UTF-8. Raises `OSError`."""
    with opened(path) as file:
        file.write(text.encode())


def _close_to_others(path: Path) -> None:
    if path.stat().st_mode & 0o777 & ~FILE:
        path.chmod(FILE)

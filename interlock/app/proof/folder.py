"""The folder checkpoints are kept in: a file a day, appended to by any number of processes, no line in halves."""

import fcntl
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from interlock.app import private
from interlock.app.proof.errors import ProofError

SUFFIX = ".checkpoints.jsonl"


def make_folder(folder: Path) -> None:
    """Make it when missing, and see that it can be written. Raises `ProofError`."""
    try:
        private.make_folder(folder)
    except OSError as error:
        raise ProofError(_unusable(folder, error.strerror or "no folder")) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ProofError(_unusable(folder, "Permission denied"))


def append(folder: Path, day: str, lines: Sequence[str]) -> None:
    """Append the lines to the day's file, all or none, and return once they are on disk. Raises `OSError`."""
    data = "".join(line + "\n" for line in lines).encode()
    file = os.open(folder / f"{day}{SUFFIX}", os.O_RDWR | os.O_CREAT | os.O_APPEND, private.FILE)
    try:
        fcntl.flock(file, fcntl.LOCK_EX)
        size = os.fstat(file).st_size
        torn = size > 0 and os.pread(file, 1, size - 1) != b"\n"  # whoever wrote it lost power
        _write_whole(file, b"\n" + data if torn else data, size)
        os.fsync(file)
    finally:
        os.close(file)


def statements_of(folder: Path) -> Iterator[tuple[str, str]]:
    """Every line with its place, `FILE:NUMBER`, oldest file first. Raises `ProofError`, also when there is no file."""
    files = sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []
    if not files:
        raise ProofError(f"--checkpoints {folder}: no *{SUFFIX} in it, expected the folder INTERLOCK_CHECKPOINTS named")
    for path in files:
        try:
            with path.open("rb") as file:
                for number, line in enumerate(file, 1):
                    yield f"{path.name}:{number}", line.decode(errors="replace").rstrip("\n")
        except OSError as error:
            raise ProofError(f"{path} cannot be read ({error.strerror})") from None


def _write_whole(file: int, data: bytes, size: int) -> None:
    written = os.write(file, data)
    if written < len(data):  # the disk is full: nobody may find half a line
        os.ftruncate(file, size)
        raise OSError(28, "No space left on device")


def _unusable(folder: Path, why: str) -> str:
    return f"INTERLOCK_CHECKPOINTS is {folder}, which cannot be written ({why}): expected a folder of yours"

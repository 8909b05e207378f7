"""Whether anything was written to a record since it was asked last: cheap for a file, not to be told for a server."""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path
from typing import Protocol
from urllib.parse import quote


class Moved(Protocol):
    """Asked often, from one thread."""

    def __call__(self) -> bool:
        """Whether something may have been written since."""
        ...

    def close(self) -> None:
        """Nothing is asked any more."""
        ...


class FileMoved:
    """A SQLite file: `data_version` changes on a connection kept open when another commits (sqlite.org/pragma.html)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._last: tuple[int, int, int] | None = None

    def __call__(self) -> bool:
        try:
            here = os.stat(self._path)
            if self._last is None or self._last[:2] != (here.st_dev, here.st_ino):  # another file took its place
                self.close()
            now = (here.st_dev, here.st_ino, self._version())
        except (OSError, sqlite3.Error):
            self.close()
            return True  # whoever looks is told what is wrong
        moved, self._last = now != self._last, now
        return moved

    def close(self) -> None:
        self._last = None
        if self._connection is not None:
            with suppress(sqlite3.Error):
                self._connection.close()
            self._connection = None

    def _version(self) -> int:
        if self._connection is None:
            uri = f"file:{quote(str(self._path))}?mode=ro"
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])


class AlwaysMoved:
    """A server: a look is how one finds out. Being told (LISTEN) would make its writers' commits queue."""

    def __call__(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing is open."""

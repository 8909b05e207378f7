"""Commits whose answer is lost, and what follows while nobody can tell; in either database."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, Protocol

from interlock.app.store import StoreJournal, open_journal
from tests.store.postgres import Postgres
from tests.store.wire import Wire

Loss = Literal["answer", "commit"]


class Doubts(Protocol):
    """A store that leaves who writes to it in doubt."""

    journal: StoreJournal
    reachable: bool
    """Whether anybody can read; set it to False and nobody can tell."""

    def lose(self, loss: Loss) -> None:
        """The next commit is carried out and its `answer` lost, or the `commit` itself is."""
        ...


class FileDoubts:
    """A file on a disk that fails around a commit."""

    def __init__(self, store: str) -> None:
        self.journal = open_journal(store)
        self.reachable = True
        self._loss: Loss | None = None
        database = self.journal._database
        dialect = database.writes.dialect
        self._commit, dialect.do_commit = dialect.do_commit, self._commits
        self._read, database.read = database.read, self._reads

    def lose(self, loss: Loss) -> None:
        """The next commit."""
        self._loss = loss

    def _commits(self, connection: sqlite3.Connection) -> None:
        loss, self._loss = self._loss, None
        if loss != "commit":
            self._commit(connection)
        if loss is not None:
            raise sqlite3.OperationalError("disk I/O error")

    def _reads(self, work):
        if not self.reachable:
            raise OSError("disk I/O error")
        return self._read(work)


class ServerDoubts:
    """A server at the end of a line that is cut."""

    def __init__(self, url: str, folder: Path) -> None:
        self.wire = Wire(url, folder)
        self.journal = open_journal(self.wire.url)

    @property
    def reachable(self) -> bool:
        """Whether a new line can be had."""
        return self.wire.reachable

    @reachable.setter
    def reachable(self, reachable: bool) -> None:
        self.wire.reachable = reachable

    def lose(self, loss: Loss) -> None:
        """The next commit."""
        self.wire.lose(loss)


@contextmanager
def doubting(backend: str, folder: Path, server: Postgres | None) -> Iterator[Doubts]:
    """A new store, reachable and well."""
    made = ServerDoubts(server.fresh(), folder / "wire") if server else FileDoubts(str(folder / "calls.sqlite"))
    try:
        yield made
    finally:
        made.reachable = True
        made.journal.close()
        if isinstance(made, ServerDoubts):
            made.wire.close()

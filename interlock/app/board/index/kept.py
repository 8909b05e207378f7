"""The index of one record: questions answered, and kept like the record."""

from collections.abc import Collection, Iterator
from datetime import datetime
from pathlib import Path

from interlock.app.board.index import asking
from interlock.app.board.index.answers import Bar, By, CallInList, EdgeSum, EndSum, GuardSum, Index, IndexState, What
from interlock.app.board.index.building import Builder
from interlock.app.board.index.filters import Filters
from interlock.app.board.index.shelf import Shelf
from interlock.app.board.index.where import index_of
from interlock.app.store import BUSY_TIMEOUT_MS, JournalReader
from interlock.app.store.database import Database
from interlock.app.store.followed import Look
from interlock.app.store.opening import database_for_reading


class KeptIndex(Index):
    """Answers from its file; who writes it (`build`, `take`) is one thread, who asks any.

    Everything raises `IndexUnusable` where the file cannot be made or read, `build` also `StoreError`.
    """

    def __init__(self, path: Path, record: Database) -> None:
        self._record = record
        self._asked = Shelf(path)
        self._written = Shelf(path)
        self._builder = Builder(self._written, record)

    @property
    def doubt(self) -> str:
        """What may be missing of the record as it was opened, in a sentence; nothing as a rule."""
        return JournalReader(self._record).doubt

    def build(self) -> Iterator[IndexState]:
        """Make it like the record, step by step; how far it is after each. Where it is already, that takes a moment."""
        return self._builder.steps()

    def catch_up(self) -> Iterator[IndexState]:
        """Count what is known to be there and is not counted: what a follower told after a gap."""
        return self._builder.catch_up()

    def take(self, look: Look) -> None:
        """Keep it current by what a follower of the same record tells."""
        self._builder.take(look)

    def calls(self, filters: Filters, before: int | None = None, limit: int = 100) -> list[CallInList]:
        return self._asked.use(lambda its: asking.calls(its, filters, before, limit))

    def count(self, filters: Filters) -> int:
        return self._asked.use(lambda its: asking.count(its, filters))

    def edges(self, flow: str, since: datetime | None = None, version: int | None = None) -> list[EdgeSum]:
        return self._asked.use(lambda its: asking.edges(its, flow, since, version))

    def guards(self, flow: str, since: datetime | None = None, version: int | None = None) -> list[GuardSum]:
        return self._asked.use(lambda its: asking.guards(its, flow, since, version))

    def ends(self, flow: str, since: datetime | None = None, version: int | None = None) -> list[EndSum]:
        return self._asked.use(lambda its: asking.ends(its, flow, since, version))

    def bars(self, filters: Filters, by: By) -> list[Bar]:
        return self._asked.use(lambda its: asking.bars(its, filters, by))

    def known(self, what: What, flow: str | None = None) -> Collection[str]:
        return self._asked.use(lambda its: asking.known(its, what, flow))

    def state(self) -> IndexState:
        return self._asked.use(asking.how_far)

    def close(self) -> None:
        """Let go of the index and of the record."""
        self._asked.close()
        self._written.close()
        self._record.close()


def open_index(path_or_url: str | Path, at: Path | None = None) -> KeptIndex:
    """The index of a record, at its place in the cache folder without `at`; not built yet. Raises `StoreError`."""
    where = at or index_of(path_or_url)
    return KeptIndex(where, database_for_reading(path_or_url, BUSY_TIMEOUT_MS))

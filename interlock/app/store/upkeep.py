"""Looking after a record that is there: reading it, and changing it in transactions that are not a call's."""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from interlock.app.store import file, postgres
from interlock.app.store.compacting import compact
from interlock.app.store.database import Database
from interlock.app.store.ends import End, Witness
from interlock.app.store.erasing import Erasure, Why, erase
from interlock.app.store.errors import CommitUnknown, StoreError
from interlock.app.store.place import in_words_of, is_postgres, path_of, shown, url_of
from interlock.app.store.reading import JournalReader
from interlock.app.store.sealing import Seal
from interlock.app.store.writing import why as in_words

BATCH = 100
"""How many calls are erased in one transaction: a bound on how long a call that is live waits for it."""
T = TypeVar("T")


class Upkeep(JournalReader):
    """A record and the right to change it; `where` is its place in words. Nothing here is for an event loop.

    `checkpoints` is told of each line that was added, and closed with the record.
    """

    def __init__(self, database: Database, seal: Seal, where: str, checkpoints: Witness | None = None) -> None:
        super().__init__(database, seal)
        self._checkpoints = checkpoints
        self.where = where

    def transact(self, work: Callable[[Connection], T]) -> T:
        """Do the work and commit it, or nothing. Raises `StoreError`."""
        try:
            return self._database.transact(work)
        except CommitUnknown:
            raise StoreError(f"the store {self.where} gave no answer to the last commit: run this again") from None
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(f"{in_words(error)}: what was done before stays done, so run this again") from None

    def read(self, work: Callable[[Connection], T]) -> T:
        """Read from one consistent view. Raises `StoreError`."""
        try:
            return self._database.read(work)
        except (SQLAlchemyError, OSError) as error:
            raise StoreError(f"the store {self.where} cannot be read now ({type(error).__name__})") from None

    def erase(self, call_ids: Sequence[str], why: Why) -> Iterator[Erasure]:
        """Erase the personal data of calls, `BATCH` at a time; each batch that was yielded from is durable."""
        owner = f"{os.getpid()}-upkeep"
        for first in range(0, len(call_ids), BATCH):
            batch = call_ids[first : first + BATCH]
            ends: dict[str, End] = {}
            done = self.transact(partial(erase, call_ids=batch, why=why, owner=owner, seal=self.seal, ends=ends))
            if self._checkpoints is not None and ends:
                self._checkpoints.wrote(ends)
            yield from done

    def close(self) -> None:
        """Sign what is to be signed, and let go of the database."""
        if self._checkpoints is not None:
            self._checkpoints.close()
        super().close()

    def compact(self, limit_s: float | None = None) -> str:
        """Leave nothing of what was deleted in the files; what stood in the way, or nothing."""
        return compact(self._database, limit_s)


def open_upkeep(path_or_url: str | Path, key: str, busy_ms: int, checkpoints: Witness | None = None) -> Upkeep:
    """Open an existing record. Raises `StoreError`, also when there is none."""
    seal, where = Seal(key), shown(path_or_url)
    if is_postgres(path_or_url):
        return Upkeep(postgres.connected(url_of(path_or_url)), seal, where, checkpoints)
    path = path_of(path_or_url)
    with in_words_of(path_or_url):
        file.opened_for_reading(path, busy_ms).close()  # a record that is not there is not made
    return Upkeep(file.opened(path, busy_ms), seal, where, checkpoints)

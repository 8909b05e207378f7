"""The durable record of calls, in SQLite or PostgreSQL: a writer that commits in groups, readers that never wait.

Each name is loaded when it is first asked for: a command that only lists calls is not to wait for what writes them.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from interlock.app.store.errors import StoreError
from interlock.app.store.kinds import ACCEPTED, ERASED, REFUSED
from interlock.door import door

if TYPE_CHECKING:
    from interlock.app.store.ends import Witness
    from interlock.app.store.journal import Contended, StoreJournal
    from interlock.app.store.reading import AuditRecord, CallRow, JournalReader
    from interlock.app.store.revision import REVISION
    from interlock.app.store.sealing import Seal

__all__ = [
    "ACCEPTED",
    "BUSY_TIMEOUT_MS",
    "ERASED",
    "REFUSED",
    "REVISION",
    "AuditRecord",
    "CallRow",
    "Contended",
    "JournalReader",
    "Seal",
    "StoreError",
    "StoreJournal",
    "open_journal",
    "open_reader",
]

BUSY_TIMEOUT_MS = 3000

__getattr__ = door(
    __name__,
    {
        "journal": ("Contended", "StoreJournal"),
        "reading": ("AuditRecord", "CallRow", "JournalReader"),
        "sealing": ("Seal",),
        "revision": ("REVISION",),
    },
)


def open_journal(path_or_url: str | Path, key: str = "", checkpoints: "Witness | None" = None) -> "StoreJournal":
    """Open the record for writing; `key` seals personal data, `checkpoints` is closed with it. Raises `StoreError`.

    A SQLite file is made when missing; the tables of a PostgreSQL database are made by `interlock store upgrade`.
    """
    from interlock.app.store.commitment_key import have_key
    from interlock.app.store.journal import StoreJournal
    from interlock.app.store.opening import database_for_writing
    from interlock.app.store.sealing import Seal

    seal = Seal(key)
    database = database_for_writing(path_or_url, BUSY_TIMEOUT_MS)
    try:
        have_key(database, seal)
    except StoreError:
        database.close()
        raise
    return StoreJournal(database, seal, checkpoints)


def open_reader(path_or_url: str | Path, key: str = "") -> "JournalReader":
    """Open an existing record for reading only, on a read-only disk too. Raises `StoreError`."""
    from interlock.app.store.opening import database_for_reading
    from interlock.app.store.reading import JournalReader
    from interlock.app.store.sealing import Seal

    seal = Seal(key)
    return JournalReader(database_for_reading(path_or_url, BUSY_TIMEOUT_MS), seal)

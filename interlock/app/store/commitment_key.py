"""The key of a store's commitments: made with its first record, sealed like all that is secret, and never changed.

It outlives every INTERLOCK_STORE_KEY: when that is changed, this one is sealed anew.
"""

import os
from contextlib import suppress

from sqlalchemy import Connection, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from interlock.app.store import tables
from interlock.app.store.database import Database
from interlock.app.store.errors import CommitUnknown, StoreError
from interlock.app.store.sealing import Seal

NAME, KEY_BYTES = "commitments", 32


def learn_key(connection: Connection, seal: Seal) -> bool:
    """Have the seal know the store's key, if there is one. Raises `StoreError` when it is sealed with another."""
    query = select(tables.secrets.c.value).where(tables.secrets.c.name == NAME)
    stored = connection.execute(query).scalar_one_or_none()
    if stored is None:
        return False
    seal.commitment_key = seal.open(bytes(stored), "secret", NAME)
    seal.key_is_sealed = seal.is_sealed(bytes(stored))
    return True


def knows_key(connection: Connection, seal: Seal) -> bool:
    """The same, of a reader that may lack the key it is sealed with: whoever opens a value is told so then."""
    try:
        return learn_key(connection, seal)
    except StoreError:
        return False


def have_key(database: Database, seal: Seal) -> None:
    """The same, of a store that is written: where there is no key yet, one is made. Raises `StoreError`."""
    try:
        with suppress(IntegrityError):  # another process made it in this instant
            if not database.read(lambda connection: learn_key(connection, seal)):
                database.transact(lambda connection: key_now(connection, seal))
        if not database.read(lambda connection: learn_key(connection, seal)):
            raise StoreError("the store has no key for its commitments, and none could be made: run this again")
    except (SQLAlchemyError, CommitUnknown, OSError) as error:
        raise StoreError(f"the store's key for its commitments cannot be read ({type(error).__name__})") from None


def key_now(connection: Connection, seal: Seal) -> None:
    """Have the seal know the key that is there in this transaction: another, where a copy was put back meanwhile.

    Raises `StoreError` when it is sealed with another.
    """
    if not learn_key(connection, seal):
        value = seal.close(os.urandom(KEY_BYTES).hex().encode(), "secret", NAME)
        connection.execute(insert(tables.secrets), {"name": NAME, "value": value})
        learn_key(connection, seal)

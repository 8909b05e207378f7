"""Giving calls from before there were any their tags: once, by the upgrade that brings them.

That it is under way is noted in the store, sealed, and gone with the last of them: a call that has no tag afterwards
was made up, and is given none.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from interlock.app.store import tables
from interlock.app.store.commitment_key import key_now
from interlock.app.store.covering import tag
from interlock.app.store.database import Database
from interlock.app.store.errors import StoreError
from interlock.app.store.sealing import Seal

SINCE = "0004"
"""The revision that has them."""
UNTAGGED = "untagged"
CALLS = 2000
"""So many calls get theirs in one transaction."""


def begin(connection: Connection, found: str | None, seal: Seal) -> None:
    """Note that calls are without, where the record was of an earlier revision. Raises `StoreError` without its key."""
    if found is None or found >= SINCE:
        return
    one = connection.execute(select(tables.private.c.data).limit(1)).scalar_one_or_none()
    if one is not None and seal.is_sealed(bytes(one)) and not seal.has_key:
        raise StoreError("the personal data in the store is sealed: set INTERLOCK_STORE_KEY to its key")
    key_now(connection, seal)
    connection.execute(insert(tables.secrets), {"name": UNTAGGED, "value": seal.close(b"yes", "secret", UNTAGGED)})


def go_on(database: Database, seal: Seal) -> None:
    """Tag what is without, as long as it is noted that there is something. Raises `StoreError` without the key."""
    while database.transact(lambda connection: _some(connection, seal)):
        pass


def _some(connection: Connection, seal: Seal) -> bool:
    noted = select(tables.secrets.c.value).where(tables.secrets.c.name == UNTAGGED)
    stored = connection.execute(noted).scalar_one_or_none()
    if stored is None:
        return False
    seal.open(bytes(stored), "secret", UNTAGGED)
    key_now(connection, seal)
    c = tables.calls.c
    query = select(c.call_id, c.last_seq, c.head, c.uncovered).where(c.tag.is_(None)).order_by(c.call_id).limit(CALLS)
    rows = connection.execute(query).all()
    if rows:
        _put(connection, [{"its": row[0], "made": tag(seal.commitment_key, *row)} for row in rows])
    else:
        connection.execute(delete(tables.secrets).where(tables.secrets.c.name == UNTAGGED))
    return bool(rows)


def _put(connection: Connection, tags: Sequence[dict[str, Any]]) -> None:
    this = tables.calls.c.call_id == bindparam("its")
    connection.execute(update(tables.calls).where(this).values(tag=bindparam("made")), tags)

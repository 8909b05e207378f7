"""What somebody who may write the store does to make a tampered call fit again, with the store's key or without it."""

from collections.abc import Callable
from contextlib import closing

from sqlalchemy import Connection, select, update

from interlock.app.store import BUSY_TIMEOUT_MS, tables
from interlock.app.store.chain import START, link, record_bytes
from interlock.app.store.covering import tag
from interlock.app.store.opening import database_for_writing


def forge(store: str, *works: Callable[[Connection], object]) -> None:
    """Do this to a record in one transaction, behind everybody's back."""
    with closing(database_for_writing(store, BUSY_TIMEOUT_MS)) as database:
        database.transact(lambda connection: [work(connection) for work in works])


def chained_anew(connection: Connection, call_id: str, key: bytes = b"") -> None:
    """Number and hash a call's records anew and have its row say so; the tag, too, where the `key` is known."""
    r, c = tables.records.c, tables.calls.c
    head, length = START, 0
    rows = connection.execute(select(tables.records).where(r.call_id == call_id).order_by(r.seq)).all()
    for length, its in enumerate(rows, 1):
        head = link(head, record_bytes(call_id, length, its.kind, its.at, its.epoch, its.audit, its.covers))
        where = update(tables.records).where(r.call_id == call_id, r.seq == its.seq)
        connection.execute(where.values(seq=length, hash=head))
    values = {"head": head, "last_seq": length}
    if key:
        uncovered = connection.execute(select(c.uncovered).where(c.call_id == call_id)).scalar_one_or_none()
        values["tag"] = tag(key, call_id, length, head, uncovered)
    connection.execute(update(tables.calls).where(c.call_id == call_id).values(values))

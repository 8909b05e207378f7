"""Removing whole calls, audit records and all, once they ended long enough ago."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, exists, select

from interlock.app.store import tables
from interlock.app.store.pruning import cutoff
from interlock.app.store.rows import text_of
from interlock.app.store.upkeep import BATCH, Upkeep
from interlock.app.store.writing import heads_of

AT_ONCE = 20
"""How many calls are removed in one transaction, however long their records are: calls that are live wait for it."""
TABLES = (tables.private, tables.turns, tables.rooms, tables.records, tables.calls)
"""In the order in which what refers to others goes first."""

Note = Callable[[Mapping[str, tuple[int, bytes]]], None]
"""Is told the length and head of calls right before they are removed; what it raises keeps them."""


@dataclass(frozen=True, slots=True)
class Over:
    """A call that ended long ago, of so many `records`."""

    call_id: str
    records: int


def over(store: Upkeep, older: timedelta) -> Iterator[Over]:
    """The calls that ended longer ago than `older`, by their rows and by their records; one without an end is none."""
    until, last = text_of(datetime.fromtimestamp(cutoff(store, older), UTC)), ""
    while page := store.read(partial(_page, until=until, after=last)):
        yield from (Over(row.call_id, row.last_seq) for row in page)
        last = page[-1].call_id


def remove(store: Upkeep, calls: Sequence[Over], note: Note) -> Iterator[Over]:
    """Remove these calls, `AT_ONCE` at a time; each is gone for good when it is yielded. Raises `StoreError`."""
    for first in range(0, len(calls), AT_ONCE):
        some = calls[first : first + AT_ONCE]
        store.transact(partial(_removed, call_ids=[its.call_id for its in some], note=note))
        yield from some


def _page(connection: Connection, until: str, after: str) -> Sequence[Row[Any]]:
    c, r = tables.calls.c, tables.records.c
    said = exists().where(r.call_id == c.call_id, r.kind == "call.ended", r.at < until)
    query: Select[Any] = select(c.call_id, c.last_seq).where(c.call_id > after, c.ended_at < until, said)
    return connection.execute(query.order_by(c.call_id).limit(BATCH)).all()


def _removed(connection: Connection, call_ids: Sequence[str], note: Note) -> None:
    heads = heads_of(connection, set(call_ids))  # holds them: nothing more is written to them
    note({call_id: (head.seq, head.hash) for call_id, head in heads.items()})
    for table in TABLES:
        connection.execute(delete(table).where(table.c.call_id.in_(list(heads))))

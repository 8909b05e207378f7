"""Retention: the personal data of calls that are long over, found page by page."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Row,
    Select,
    and_,
    delete,
    exists,
    func,
    not_,
    or_,
    select,
)

from interlock.app.store import tables
from interlock.app.store.erasing import PERSONAL, Erasure
from interlock.app.store.errors import StoreError
from interlock.app.store.lease import lease_expired
from interlock.app.store.rows import text_of
from interlock.app.store.upkeep import BATCH, Upkeep

_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


def age_of(text: str) -> timedelta:
    """An age as people write it: 90d, 12h, 6w. Raises `StoreError`."""
    found = re.fullmatch(r"([0-9]{1,4})([hdw])", text.strip(), re.ASCII)
    if found is None:
        raise StoreError(f'the age is "{text}", expected a number up to 9999 and h, d or w, such as 90d')
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def due(store: Upkeep, older: timedelta) -> Iterator[Erasure]:
    """What `prune` would do, call by call; nothing is done."""
    until = cutoff(store, older)
    for page in _pages(store, until):
        yield from (Erasure(row.call_id, row.entries) for row in page if row.entries)
    r = tables.rooms.c
    yield from (Erasure(its, 1) for its in store.read(partial(_ids, query=select(r.call_id).where(_unopened(until)))))


def prune(store: Upkeep, older: timedelta) -> Iterator[Erasure]:
    """Erase what is personal in every call that is over for longer than `older`, each as it is done."""
    until = cutoff(store, older)
    for page in _pages(store, until):
        yield from store.erase([row.call_id for row in page if row.entries], "retention")
    rooms = delete(tables.rooms).where(_unopened(until)).returning(tables.rooms.c.call_id)
    yield from (Erasure(its, 1) for its in store.transact(partial(_ids, query=rooms)))


def cutoff(store: Upkeep, older: timedelta) -> float:
    """Seconds since 1970, by the database's clock."""
    now = store.read(lambda connection: float(connection.execute(select(tables.db_now())).scalar_one()))
    return now - older.total_seconds()


def _pages(store: Upkeep, until: float) -> Iterator[Sequence[Row[Any]]]:
    over, last = _over(until), ""
    while page := store.read(partial(_page, over=over, after=last)):
        yield page
        last = page[-1].call_id


def _over(until: float) -> ColumnElement[bool]:
    """A call that ended before, or never did and whose last driver gave no heartbeat since."""
    c, at = tables.calls.c, text_of(datetime.fromtimestamp(until, UTC))
    silent = and_(lease_expired(), func.coalesce(c.lease_until, until) <= until)
    return or_(c.ended_at < at, and_(c.ended_at.is_(None), c.started_at < at, silent))


def _unopened(until: float) -> ColumnElement[bool]:
    """A room that was claimed before, for a call that never was."""
    r, c = tables.rooms.c, tables.calls.c
    return and_(r.claimed_at < until, not_(exists().where(c.call_id == r.call_id)))


def _ids(connection: Connection, query: Executable) -> list[str]:
    return list(connection.execute(query).scalars())


def _page(connection: Connection, over: ColumnElement[bool], after: str) -> Sequence[Row[Any]]:
    c = tables.calls.c
    counts = [select(func.count()).where(t.c.call_id == c.call_id).scalar_subquery() for t in PERSONAL]
    entries = sum(counts[1:], start=counts[0]).label("entries")
    query: Select[Any] = select(c.call_id, entries).where(c.call_id > after, over)
    return connection.execute(query.order_by(c.call_id).limit(BATCH)).all()

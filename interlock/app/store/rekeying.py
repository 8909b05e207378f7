"""Sealing everything anew with another key, batch by batch: what is done stays done, and is not done again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, bindparam, select, tuple_, update

from interlock.app.store import tables
from interlock.app.store.sealing import Seal
from interlock.app.store.upkeep import Upkeep

ROWS = 500
"""How many values are sealed in one transaction."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A table with sealed values: what a row is found by, the value, and the place that value is bound to."""

    keys: tuple[Column[Any], ...]
    value: Column[Any]
    place: Callable[[Any], tuple[object, ...]]


_KEPT = (
    _Kept((tables.private.c.call_id, tables.private.c.seq), tables.private.c.data, lambda row: (row[0], row[1])),
    _Kept((tables.turns.c.call_id, tables.turns.c.n), tables.turns.c.data, lambda row: (row[0], "turn", row[1])),
    _Kept((tables.rooms.c.sid,), tables.rooms.c.name, lambda row: ("room", row[0])),
    _Kept((tables.secrets.c.name,), tables.secrets.c.value, lambda row: ("secret", row[0])),
)


def reseal(store: Upkeep) -> Iterator[tuple[int, int]]:
    """Seal with the first key whatever is not, also what was never sealed; of each batch, values seen and sealed.

    Raises `StoreError` for a value that none of the keys opens; earlier batches stay as they are by then.
    """
    for kept in _KEPT:
        last: tuple[Any, ...] | None = None
        while True:
            rows, sealed = store.transact(partial(_batch, kept=kept, seal=store.seal, after=last))
            if not rows:
                break
            yield len(rows), sealed
            last = tuple(rows[-1][:-1])


def _batch(
    connection: Connection, kept: _Kept, seal: Seal, after: tuple[Any, ...] | None
) -> tuple[list[Row[Any]], int]:
    query: Select[Any] = select(*kept.keys, kept.value).order_by(*kept.keys).limit(ROWS)
    if after is not None:
        query = query.where(tuple_(*kept.keys) > after)
    rows = list(connection.execute(query))
    changes = [(row, new) for row in rows if (new := seal.renew(bytes(row[-1]), *kept.place(row))) is not None]
    if changes:
        _change(connection, kept, changes)
    return rows, len(changes)


def _change(connection: Connection, kept: _Kept, changes: list[tuple[Row[Any], bytes]]) -> None:
    columns = (*kept.keys, kept.value)
    same = [column == bindparam(f"of_{column.name}") for column in columns]
    found = [{f"of_{column.name}": its for column, its in zip(columns, row, strict=True)} for row, _ in changes]
    change = (
        update(kept.value.table).where(*same).values({kept.value: bindparam("sealed")})
    )  # gone or changed meanwhile: left so
    connection.execute(change, [{**where, "sealed": new} for where, (_, new) in zip(found, changes, strict=True)])

"""Everything that is stored of calls beside their chains, as it is stored, to be compared with what records cover."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, Text, bindparam, select

from interlock.app.store import tables
from interlock.app.store.covering import DRIVEN
from interlock.app.store.sql import compiled_once

Rows = Sequence[Sequence[Any]]
"""Records as they are read: `call_id`, `seq`, `kind`, `at`, `epoch`, `audit`, `hash` and `covers` of each."""


class KeptRecord(NamedTuple):
    """What a record covers; `audit` is there for the entries that say who drives the call."""

    seq: int
    kind: str
    at: str
    covers: str | None
    audit: str | None


class KeptValue(NamedTuple):
    """A value that is kept apart, sealed or not, and its salt, None for one from before there were any."""

    salt: Any
    data: Any


@dataclass(slots=True)
class KeptCall:
    """One call: its `row`, its records in order, and by number what is kept apart of them, and its turns."""

    row: Mapping[str, Any]
    records: list[KeptRecord]
    private: dict[Any, KeptValue] = field(default_factory=dict)
    turns: dict[Any, KeptValue] = field(default_factory=dict)

    @property
    def end(self) -> tuple[Any, Any]:
        """Length and head of its chain, by its row."""
        return self.row["last_seq"], self.row["head"]


def kept_of(connection: Connection, records: Mapping[str, Rows]) -> dict[str, KeptCall]:
    """The calls of which these are all records, in one of them each; those without a row are left out.

    They are in the order of the database: what is stored of every call from the first to the last is read.
    """
    ids, sql = list(records), _statements(connection.dialect)
    span = {"first": ids[0], "last": ids[-1]}
    made: dict[str, KeptCall] = {}
    for row in sql["calls"].rows(connection, span):
        if row[0] in records:
            made[row[0]] = KeptCall(dict(zip(_COLUMNS, row, strict=True)), _records(records[row[0]]))
    for name in ("private", "turns"):
        for call_id, number, salt, data in sql[name].rows(connection, span):
            if call_id in made:
                getattr(made[call_id], name)[number] = KeptValue(salt, data)
    return made


def records_of(connection: Connection, call_id: str) -> Rows:
    """All records of one call, in order."""
    return _statements(connection.dialect)["records"].rows(connection, {"first": call_id})


def _records(rows: Rows) -> list[KeptRecord]:
    return [
        KeptRecord(seq, kind, at, covers, audit if kind in DRIVEN else None)
        for _, seq, kind, at, _, audit, _, covers in rows
    ]


_COLUMNS = tuple(column.name for column in tables.calls.c)


@compiled_once
def _statements(_: str) -> dict[str, Any]:
    first, last = bindparam("first", type_=Text), bindparam("last", type_=Text)
    r, p, t = tables.records.c, tables.private.c, tables.turns.c

    def those(table: Table, *columns: Any) -> Any:
        return select(*columns).where(table.c.call_id >= first, table.c.call_id <= last)

    records = select(r.call_id, r.seq, r.kind, r.at, r.epoch, r.audit, r.hash, r.covers)
    return {
        "calls": those(tables.calls, *tables.calls.c),
        "private": those(tables.private, p.call_id, p.seq, p.salt, p.data),
        "turns": those(tables.turns, t.call_id, t.n, t.salt, t.data),
        "records": records.where(r.call_id == first).order_by(r.seq),
    }

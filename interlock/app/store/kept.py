"""Everything that is stored of calls beside their chains, as it is stored, to be compared with what records cover."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Table, case, select

from interlock.app.store import tables
from interlock.app.store.covering import DRIVEN


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
    records: list[KeptRecord] = field(default_factory=list)
    private: dict[Any, KeptValue] = field(default_factory=dict)
    turns: dict[Any, KeptValue] = field(default_factory=dict)


def kept_calls(connection: Connection, first: str, last: str) -> dict[str, KeptCall]:
    """The calls whose ids are from `first` to `last`, both among them."""

    def those(query: Select[Any], table: Table) -> Sequence[Any]:
        return connection.execute(query.where(table.c.call_id.between(first, last))).all()

    calls, r = tables.calls, tables.records.c
    made = {its.call_id: KeptCall(dict(its._mapping)) for its in those(select(calls), calls)}
    said = case((r.kind.in_(sorted(DRIVEN)), r.audit))
    records = select(r.call_id, r.seq, r.kind, r.at, r.covers, said).order_by(r.call_id, r.seq)
    for call_id, *its in those(records, tables.records):
        if call_id in made:
            made[call_id].records.append(KeptRecord(*its))
    p, t = tables.private.c, tables.turns.c
    for call_id, seq, salt, data in those(select(p.call_id, p.seq, p.salt, p.data), tables.private):
        if call_id in made:
            made[call_id].private[seq] = KeptValue(salt, data)
    for call_id, n, salt, data in those(select(t.call_id, t.n, t.salt, t.data), tables.turns):
        if call_id in made:
            made[call_id].turns[n] = KeptValue(salt, data)
    return made

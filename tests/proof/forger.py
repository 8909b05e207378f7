"""Somebody who may write the store, and has its key where that lies there unsealed: what they write with."""

import json
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from interlock.app.store import tables
from interlock.app.store.chain import canonical
from interlock.app.store.covering import commitment
from tests.store.forging import chained_anew

OF = {table.name: table for table in (tables.calls, tables.records, tables.private, tables.turns)}


class Forger:
    """Changes a record by SQL; `key` is the store's, empty where that is sealed; `earlier` is what was there before."""

    def __init__(self, connection: Connection, key: bytes, earlier: dict[str, list[dict[str, Any]]]) -> None:
        self.connection, self.key, self.earlier = connection, key, earlier

    @property
    def is_sqlite(self) -> bool:
        """Whether any value goes into any column."""
        return self.connection.dialect.name == "sqlite"

    def sql(self, *statements: str) -> None:
        """Run statements."""
        for statement in statements:
            self.connection.exec_driver_sql(statement)

    def rows(self, name: str, call_id: str) -> list[dict[str, Any]]:
        """All rows of a call in one table, in their order."""
        table = OF[name]
        query = select(table).where(table.c.call_id == call_id).order_by(*table.primary_key.columns)
        return [dict(row._mapping) for row in self.connection.execute(query)]

    def put(self, name: str, *rows: dict[str, Any]) -> None:
        """Insert rows."""
        if rows:
            self.connection.execute(insert(OF[name]), list(rows))

    def gone(self, name: str, call_id: str) -> list[dict[str, Any]]:
        """Delete a call's rows from one table; what they were."""
        rows = self.rows(name, call_id)
        self.connection.execute(delete(OF[name]).where(OF[name].c.call_id == call_id))
        return rows

    def record(self, call_id: str, seq: int, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Change what a record says."""
        r = tables.records.c
        its = next(row for row in self.rows("records", call_id) if row["seq"] == seq)
        values = canonical(change(json.loads(its["audit"])))
        self.connection.execute(update(tables.records).where(r.call_id == call_id, r.seq == seq).values(audit=values))

    def add(self, call_id: str, kind: str, audit: dict[str, Any], covers: dict[str, Any] | None = None) -> None:
        """One record more at the end, not linked yet."""
        last = self.rows("records", call_id)[-1]
        text = "{}" if covers is None else canonical(covers)
        said = {"seq": last["seq"] + 1, "kind": kind, "audit": canonical(audit), "hash": b"", "covers": text}
        self.put("records", {**last, **said})

    def keep(self, call_id: str, seq: int, private: dict[str, Any], *, commit: bool = False) -> None:
        """Put another value where a record keeps one apart, and the commitment to it into what the record covers."""
        p, r = tables.private.c, tables.records.c
        data = json.dumps(private).encode()
        self.connection.execute(update(tables.private).where(p.call_id == call_id, p.seq == seq).values(data=data))
        if commit:
            salt = next(row["salt"] for row in self.rows("private", call_id) if row["seq"] == seq)
            covers = json.loads(next(row["covers"] for row in self.rows("records", call_id) if row["seq"] == seq))
            made = canonical({**covers, "private": commitment(self.key, salt, data, call_id, seq)})
            this = update(tables.records).where(r.call_id == call_id, r.seq == seq)
            self.connection.execute(this.values(covers=made))

    def fit(self, *call_ids: str) -> None:
        """Number and hash these calls anew, tags too where the key is known."""
        for call_id in call_ids:
            chained_anew(self.connection, call_id, self.key)

    def copied(self, call_id: str, name: str, *, only: tuple[str, ...] = ("calls", "records")) -> None:
        """Another call like this one."""
        for table in only:
            self.put(table, *({**row, "call_id": name} for row in self.rows(table, call_id)))

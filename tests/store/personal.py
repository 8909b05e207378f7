"""Calls full of values to look for, in a record of either database, and the raw bytes of its files."""

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, insert, select

from interlock.agents.call.journal import Entry, Turn
from interlock.app.store import BUSY_TIMEOUT_MS, StoreJournal, open_journal, tables
from interlock.app.store.chain import START, link, record_bytes
from interlock.app.store.remembering import keep
from interlock.app.store.sealing import Seal
from interlock.app.store.upkeep import Upkeep, open_upkeep
from tests.store.entries import position
from tests.store.postgres import Postgres

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LONG = 80
"""So many hashes are a value that fits into no page of SQLite's, and that PostgreSQL keeps apart from its row."""
PIECE = 48
KEPT = ((tables.private, "data"), (tables.turns, "data"), (tables.rooms, "name"))


def incompressible(name: str, times: int) -> str:
    """Text of its own for each name, that no database makes shorter."""
    return base64.b64encode(b"".join(hashlib.sha256(f"{name} {n}".encode()).digest() for n in range(times))).decode()


@dataclass
class Place:
    """A record, where its bytes are, and what was written of each call that is personal."""

    store: str
    server: Postgres | None = None
    key: str = ""
    said: dict[str, set[bytes]] = field(default_factory=dict)

    def journal(self) -> StoreJournal:
        """A writer of it."""
        return open_journal(self.store, self.key)

    def upkeep(self) -> Upkeep:
        """Whoever looks after it."""
        return open_upkeep(self.store, self.key, BUSY_TIMEOUT_MS)

    def bytes(self) -> bytes:
        """Every file of the tables, catalogues and SQLite's log and index among them, one after the other."""
        path = Path(self.store)
        files = path.parent.glob(path.name + "*")
        if self.server is not None:
            with self.upkeep() as store:
                oid = store.read(lambda c: c.exec_driver_sql(_THIS_DATABASE).scalar_one())
            self.server.administer("CHECKPOINT")  # what is only in memory is not in the files yet
            files = (self.server.folder / "base" / str(oid)).iterdir()
        return b"".join(each.read_bytes() for each in files if each.is_file())

    def found(self, *call_ids: str) -> set[bytes]:
        """What the files hold of that which these calls said."""
        everything = self.bytes()
        return {piece for call_id in call_ids for piece in self.said[call_id] if piece in everything}

    async def record(self, journal: StoreJournal, call_id: str, *, ends: bool = True, **facts: str) -> None:
        """A call with facts, arguments, a long value, a turn and a room; what is stored of them is noted."""
        facts = {"note": incompressible(call_id, LONG), **facts}
        entries = [
            Entry(call_id, "support", 1, "call.opened", AT, 0, {"state": "triage"}, snapshot=position(0)),
            Entry(call_id, "support", 2, "facts.established", AT, 0, {"fields": sorted(facts)}, {"facts": facts}),
            Entry(call_id, "support", 3, "transition.accepted", AT, 1, {"event": "e"}, {"args": facts}, position(1)),
            Entry(call_id, "support", 4, "call.ended", AT, 1, {"reason": "done"}),
        ]
        await journal.append(entries if ends else entries[:3])
        await journal.transact(lambda connection: _more(connection, journal.seal, call_id))
        rows = await journal.read(lambda connection: _stored(connection, call_id))
        values = [] if self.key else [value.encode() for value in facts.values()]
        self.said[call_id] = {piece for row in (*rows, *values) for piece in (row[:PIECE], row[-PIECE:])}


_THIS_DATABASE = "SELECT oid FROM pg_database WHERE datname = current_database()"


def _more(connection: Connection, seal: Seal, call_id: str) -> None:
    keep(connection, seal, call_id, Turn(1, "user", f"I am {incompressible(f'{call_id} aloud', 2)}"), 1)
    sid, name = f"RM_{call_id}", incompressible(f"{call_id} room", 2).encode()
    room = {"sid": sid, "call_id": call_id, "flow": "support", "name": seal.close(name, "room", sid)}
    connection.execute(insert(tables.rooms), room | {"claimed_at": AT.timestamp(), "dispatches": 0})


def _stored(connection: Connection, call_id: str) -> list[bytes]:
    found = [connection.execute(select(t.c[name]).where(t.c.call_id == call_id)).scalars() for t, name in KEPT]
    return [bytes(value) for values in found for value in values]


def chain_holds(store: Upkeep, call_id: str) -> bool:
    """Whether each record has the hash that its bytes and the one before it give, and the call ends with the last."""
    query = select(tables.records).where(tables.records.c.call_id == call_id).order_by(tables.records.c.seq)
    rows = store.read(lambda connection: connection.execute(query).all())
    end = select(tables.calls.c.last_seq, tables.calls.c.head).where(tables.calls.c.call_id == call_id)
    last_seq, head = store.read(lambda connection: connection.execute(end).one())
    digest = START
    for seq, row in enumerate(rows, 1):
        digest = link(digest, record_bytes(row.call_id, row.seq, row.kind, row.at, row.epoch, row.audit, row.covers))
        if row.seq != seq or bytes(row.hash) != digest:
            return False
    return last_seq == len(rows) and bytes(head) == digest

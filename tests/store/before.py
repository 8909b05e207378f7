"""A record as revision 0001 had it: nothing is covered, and the chain is hashed without that."""

import json
import sqlite3
from contextlib import closing

from alembic import command
from alembic.config import Config

from interlock.app.store import BUSY_TIMEOUT_MS
from interlock.app.store.chain import START, canonical, link, record_bytes
from interlock.app.store.opening import path_of
from interlock.app.store.sealing import Seal
from interlock.app.store.upgrading import MIGRATIONS, unprepared
from tests.store.entries import position

AT = "2026-03-02T09:30:00.000000+00:00"
FACTS = {"caller_name": "Anna"}


def written_before(store: str, call_id: str = "c1", seal: str = "") -> None:
    """A call of three records with facts, arguments and a turn, in tables of revision 0001; sealed with a key."""
    database = unprepared(store, BUSY_TIMEOUT_MS)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    def make(connection) -> None:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")

    database.transact(make)
    database.close()
    with closing(sqlite3.connect(path_of(store))) as base, base:
        _put(base, call_id, Seal(seal))


def _put(base: sqlite3.Connection, call_id: str, seal: Seal) -> None:
    said = {"machine": "Support", "version": 1, "state": "triage"}
    records = [
        ("call.opened", 0, said, {"facts": FACTS}),
        ("facts.established", 0, {"fields": ["caller_name"]}, {"facts": FACTS}),
        ("transition.accepted", 1, {"event": "e", "after": ["live", "triage"]}, {"args": {"amount_cents": 1000}}),
    ]
    snapshot = json.dumps(position(1).to_json(), separators=(",", ":"))
    row = (call_id, "support", "Support", 1, snapshot, 1, AT, len(records), b"", 1, "owner")
    base.execute(
        "INSERT INTO calls (call_id, flow, machine, machine_version, snapshot, epoch, started_at, last_seq, head,"
        " fence, owner) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        row,
    )
    head = START
    for seq, (kind, epoch, audit, private) in enumerate(records, 1):
        head = link(head, record_bytes(call_id, seq, kind, AT, epoch, canonical(audit)))
        row = (call_id, seq, kind, AT, epoch, canonical(audit), head)
        base.execute("INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?)", row)
        base.execute(
            "INSERT INTO private VALUES (?, ?, ?)",
            (call_id, seq, seal.close(json.dumps(private).encode(), call_id, seq)),
        )
    said = {"role": "user", "text": "Good day.", "interrupted": False}
    base.execute(
        "INSERT INTO turns VALUES (?, ?, ?)", (call_id, 1, seal.close(json.dumps(said).encode(), call_id, "turn", 1))
    )
    base.execute("UPDATE calls SET head = ? WHERE call_id = ?", (head, call_id))

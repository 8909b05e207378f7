"""A record of some calls that were written at the same time, signed checkpoints of it, and copies from meanwhile."""

import asyncio
import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select

from interlock.agents.call.journal import Turn
from interlock.app.proof.checkpoint_index import CheckpointIndex
from interlock.app.proof.finding import Finding, Row
from interlock.app.proof.folder import statements_of
from interlock.app.proof.keys import PrivateKey, new_key
from interlock.app.proof.signing import Checkpoints
from interlock.app.proof.stored import Stored
from interlock.app.proof.verifying import Sums, Verification
from interlock.app.store import BUSY_TIMEOUT_MS, StoreJournal, open_journal, tables
from interlock.app.store.covering import tag
from interlock.app.store.database import Database
from interlock.app.store.ends import End
from interlock.app.store.opening import database_for_reading, database_for_writing
from interlock.app.store.place import is_postgres
from tests.store.entries import AT, accepted, ended, opened, position

FOR_GOOD_S = 3600.0


@dataclass
class Recorded:
    """A call as it is stored: its row, its records in order, what is kept apart, its turns; `key` is the store's."""

    about: dict[str, Any]
    rows: list[Row]
    private: dict[int, dict[str, Any]] = field(default_factory=dict)
    turns: dict[int, dict[str, Any]] = field(default_factory=dict)
    key: bytes = b""


Image = dict[str, Recorded]
"""Everything that is stored of all calls."""


def copy_of(image: Image) -> Image:
    """The same, to be tampered with."""
    return {
        call_id: Recorded(dict(its.about), list(its.rows), _copied(its.private), _copied(its.turns), its.key)
        for call_id, its in image.items()
    }


def _copied(kept: dict[int, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    return {number: dict(row) for number, row in kept.items()}


@dataclass
class World:
    """The record, the folder and key of its checkpoints; `image` is what was written, `earlier` what was before."""

    store: str
    folder: Path
    key: PrivateKey = field(default_factory=new_key)
    earlier: list[Image] = field(default_factory=list)
    image: Image = field(default_factory=dict)

    def journal(self, every_records: int = 3) -> StoreJournal:
        """A writer, with whoever signs beside it."""
        checkpoints = Checkpoints(self.folder, self.key, FOR_GOOD_S, every_records)
        return open_journal(self.store, checkpoints=checkpoints)

    def write(self, seed: int = 1, calls: int = 5, most: int = 12) -> "World":
        """Calls of 3 to `most` records, one record of one of them after the other."""
        drawn = random.Random(seed)
        with self.journal() as journal, closing(database_for_reading(self.store, BUSY_TIMEOUT_MS)) as reads:
            asyncio.run(self._write(journal, reads, drawn, calls, most))
        self.image = self.look()
        return self

    def look(self) -> Image:
        """What is stored now."""
        with closing(database_for_reading(self.store, BUSY_TIMEOUT_MS)) as reads:
            return reads.read(_image)

    def sign(self) -> None:
        """Sign whatever is stored."""
        checkpoints = Checkpoints(self.folder, self.key, FOR_GOOD_S, 1)
        for call_id, its in self.look().items():
            last = its.rows[-1]
            checkpoints.wrote({call_id: End(last.seq, last.hash, 1, last.at, True)})
        checkpoints.close()

    async def _write(self, journal: StoreJournal, reads: Database, drawn: random.Random, calls: int, most: int) -> None:
        turns = [f"c{n}" for n in range(calls) for _ in range(drawn.randint(3, most))]
        drawn.shuffle(turns)
        moments = set(drawn.sample(range(len(turns)), min(len(turns), 4)))
        for moment, call_id in enumerate(turns):
            if moment in moments:
                self.earlier.append(reads.read(_image))
            seq = turns[: moment + 1].count(call_id)
            state = drawn.choice(("triage", "billing")) if seq > 1 else "triage"
            audit = {"machine": "Support", "version": 1, "state": state, "after": ["live", state], "moment": moment}
            made = opened if seq == 1 else partial(ended if seq == turns.count(call_id) else accepted, seq)
            given = {} if seq in (1, turns.count(call_id)) else {"epoch": seq, "snapshot": position(seq, state)}
            if given:
                given["private"] = {"args": {"amount_cents": moment}, "facts": {"caller_name": f"Anna {moment}"}}
            if seq > 1:
                await journal.remember(call_id, Turn(seq - 1, "user", f"I said {moment}."), 1)
            await journal.append([made(call_id=call_id, at=AT + timedelta(seconds=moment), audit=audit, **given)])

    def put(self, image: Image) -> None:
        """Write it over what is stored, by SQL of one's own; nothing of the database's holds anybody back."""
        rows = {
            tables.calls: [its.about for its in image.values()],
            tables.records: [row._asdict() for its in image.values() for row in its.rows],
            tables.private: [row for its in image.values() for row in its.private.values()],
            tables.turns: [row for its in image.values() for row in its.turns.values()],
        }
        if is_postgres(self.store):
            with closing(database_for_writing(self.store, BUSY_TIMEOUT_MS)) as database:
                database.transact(lambda connection: _put(connection, rows))
            return
        with closing(sqlite3.connect(self.store)) as base, base:
            base.execute("PRAGMA synchronous=OFF")
            for table, theirs in rows.items():
                names = [column.name for column in table.c]
                base.execute(f"DELETE FROM {table.name}")
                put = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
                base.executemany(put, [[row[name] for name in names] for row in theirs])

    def sql(self, *statements: str) -> None:
        """Run statements on the SQLite file behind everybody's back."""
        with closing(sqlite3.connect(self.store)) as base, base:
            for statement in statements:
                base.execute(statement)

    def tagged(self, *call_ids: str) -> None:
        """Give these calls the tags that fit, with the store's key, which lies there unsealed."""
        with closing(sqlite3.connect(self.store)) as base, base:
            (key,) = base.execute("SELECT value FROM secrets").fetchone()
            for call_id in call_ids:
                of = (call_id,)
                end = base.execute("SELECT last_seq, head, uncovered FROM calls WHERE call_id = ?", of).fetchone()
                base.execute("UPDATE calls SET tag = ? WHERE call_id = ?", (tag(key, call_id, *end), call_id))

    def verified(self, *, signed: bool, calls: Sequence[str] = ()) -> tuple[list[Finding], Sums]:
        """What is found, with or without the checkpoints, and the sums."""
        keys = {self.key.public.name: self.key.public}
        database = database_for_reading(self.store, BUSY_TIMEOUT_MS)
        with closing(database), closing(CheckpointIndex(statements_of(self.folder), keys, frozenset(calls))) as index:
            its = Verification(Stored(database, calls), index if signed else None, whole=not calls)
            return list(its.findings()), its.sums

    def told(self, *, signed: bool) -> list[tuple[str | None, str]]:
        """What is found, in words, by call."""
        return [(each.call_id, each.said) for each in self.verified(signed=signed)[0]]


def _image(connection: Connection) -> Image:
    calls = {row.call_id: Recorded(dict(row._mapping), []) for row in connection.execute(select(tables.calls))}
    for row in connection.execute(select(tables.records).order_by(tables.records.c.call_id, tables.records.c.seq)):
        calls[row.call_id].rows.append(Row(*row))
    key = bytes(connection.execute(select(tables.secrets.c.value)).scalar_one())  # not sealed: anybody's
    for its in calls.values():
        its.key = key
    for row in connection.execute(select(tables.private)):
        calls[row.call_id].private[row.seq] = dict(row._mapping)
    for row in connection.execute(select(tables.turns)):
        calls[row.call_id].turns[row.n] = dict(row._mapping)
    return calls


def _put(connection: Connection, rows: dict[Table, list[dict[str, Any]]]) -> None:
    connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    for table, theirs in rows.items():
        connection.execute(table.delete())
        if theirs:
            connection.execute(table.insert(), theirs)

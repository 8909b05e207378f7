"""Putting entries into the record: each append whole or not at all, none by a writer that is no longer the driver."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, null, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from interlock.agents.call.journal import JournalDown, Superseded
from interlock.app.store import tables
from interlock.app.store.chain import START, link, record_bytes
from interlock.app.store.counting import Counters
from interlock.app.store.covering import covers_text, tag, turns_of
from interlock.app.store.ends import End, end_of
from interlock.app.store.rows import EntryRow
from interlock.app.store.sealing import Seal
from interlock.app.store.sql import compiled_once

LEASE_S = 3.0
"""How long a driver holds a call after its last heartbeat, on the database's clock."""

Rows = Sequence[EntryRow]


@dataclass(frozen=True, slots=True)
class Head:
    """Where a call's record ends, and who may go on with it; `uncovered` are turns that the next record covers."""

    seq: int
    hash: bytes
    epoch: int
    fence: int
    uncovered: str | None = None
    owner: str | None = None


_NOTHING = Head(0, START, 0, 1)


def write(
    connection: Connection,
    appends: Sequence[Rows],
    owner: str,
    seal: Seal,
    ends: dict[str, End] | None = None,
) -> list[JournalDown | None]:
    """Write every append that may be written; for each, what speaks against it. The caller commits.

    `seal` knows the store's key: tags, and the names of what is counted, are made with it. `ends` is given where each
    call ends then.
    """
    heads: dict[str, Head] = heads_of(connection, {rows[0].entry.call_id for rows in appends})
    begun = set(heads)
    batch = _Batch(owner, seal.commitment_key)
    counters = Counters(connection, appends, seal)
    answers = []
    for rows in appends:
        call_id = rows[0].entry.call_id
        error = _against(rows, heads.get(call_id)) or counters.take(rows)
        answers.append(error)
        if error is None:
            heads[call_id] = batch.add(rows, heads.get(call_id, _NOTHING))
            if ends is not None:
                ends[call_id] = end_of(rows, heads[call_id].hash).after(ends.get(call_id))
    counters.write(connection)
    batch.write(connection, {call_id: head for call_id, head in heads.items() if call_id in batch.ends}, begun)
    return answers


def heads_of(connection: Connection, call_ids: set[str]) -> dict[str, Head]:
    """The head of each call there is, held for this transaction."""
    if len(call_ids) == 1:  # as a rule: while a call waits for its verdict
        found: Any = statements(connection.dialect)["head"].rows(connection, {"id": next(iter(call_ids))})
    else:
        found = connection.execute(_heads(), {"ids": sorted(call_ids)})
    return {row[0]: Head(row[1], bytes(row[2]), row[3], row[4], row[5], row[6]) for row in found}


def are_written(connection: Connection, appends: Sequence[Rows]) -> list[bool]:
    """Which of the appends whose outcome was unknown are in the record, for good.

    A commit that is still on its way holds the calls' rows: it has arrived, or never will, before this looks.
    """
    heads_of(connection, {rows[0].entry.call_id for rows in appends})
    return [_is_written(connection, rows) for rows in appends]


def _is_written(connection: Connection, rows: Rows) -> bool:
    last = rows[-1]
    one = select(tables.records.c.at, tables.records.c.kind, tables.records.c.audit)
    one = one.where(tables.records.c.call_id == last.entry.call_id, tables.records.c.seq == last.entry.seq)
    found = connection.execute(one).one_or_none()
    return found is not None and tuple(found) == (last.at, last.entry.kind, last.audit)


def is_of_one(error: Exception) -> bool:
    """Whether an error is about one append's rows: another process was faster, or no text column holds them."""
    about_the_data = str(getattr(getattr(error, "orig", None), "sqlstate", "")).startswith("22")
    return about_the_data or isinstance(error, IntegrityError)


def why(error: BaseException) -> str:
    """The reason in words; values that were to be written are never in it."""
    if isinstance(error, IntegrityError):
        return f"the record refuses these entries ({_said(error)}): somebody else wrote them, or opened the call"
    if isinstance(error, DBAPIError):
        return f"the record cannot be written now ({_said(error)})"
    return f"the record cannot be written now ({type(error).__name__})"


def _said(error: DBAPIError) -> str:
    """What the database said, without what PostgreSQL adds in further lines: values of the row."""
    return str(error.orig).partition("\n")[0].rpartition(">: ")[2] or type(error.orig).__name__


def _against(rows: Rows, head: Head | None) -> JournalDown | None:
    first = rows[0].entry
    if rows[0].opens:
        return None if head is None and first.seq == 1 else JournalDown("the call was opened and written before")
    if head is None:
        return JournalDown("the call was never opened")
    if first.fence != head.fence:
        return Superseded(
            f"somebody else drives this call: this writer is stale (fence {first.fence}, {head.fence} now)"
        )
    if first.seq <= head.seq:
        return JournalDown(f"entry {first.seq} was written before")
    if [row.entry.seq for row in rows] != list(range(head.seq + 1, head.seq + 1 + len(rows))):
        return JournalDown(f"the entries do not follow entry {head.seq} one by one: some were written before, or lost")
    if any(row.entry.snapshot and row.epoch_after < head.epoch for row in rows):
        return JournalDown("somebody else moved the call on: this writer is stale")
    return None


class _Batch:
    """The rows of a transaction, by table."""

    def __init__(self, owner: str, key: bytes) -> None:
        self._owner, self._key = owner, key
        self._records: list[dict[str, Any]] = []
        self._private: list[dict[str, Any]] = []
        self._opened: dict[str, EntryRow] = {}
        self._ended: list[dict[str, Any]] = []
        self._snapshots: dict[str, str] = {}
        self.ends: set[str] = set()

    def add(self, rows: Rows, head: Head) -> Head:
        """Take an append in; where its call's record ends then."""
        digest, epoch = head.hash, head.epoch
        owner = self._owner if rows[0].opens else head.owner
        turns = turns_of(head.uncovered) if head.uncovered else None
        for row in rows:
            digest = self._record(row, digest, owner, turns)
            turns = None
            self._call(row)
            epoch = row.epoch_after if row.entry.snapshot else epoch
        self.ends.add(rows[0].entry.call_id)
        return Head(rows[-1].entry.seq, digest, epoch, head.fence, None, owner)

    def _record(self, row: EntryRow, head: bytes, owner: str | None, turns: dict[str, str] | None) -> bytes:
        its = row.entry
        covers = covers_text(row.covered, its.kind, its.fence, owner, turns)
        key = {"call_id": its.call_id, "seq": its.seq}
        line = {"kind": its.kind, "at": row.at, "epoch": its.epoch, "audit": row.audit, "covers": covers}
        digest = link(head, record_bytes(its.call_id, its.seq, its.kind, row.at, its.epoch, row.audit, covers))
        self._records.append({**key, **line, "hash": digest})
        if row.private is not None:
            self._private.append({**key, "data": row.private, "salt": row.salt})
        return digest

    def _call(self, row: EntryRow) -> None:
        its = row.entry
        if row.opens:
            self._opened[its.call_id] = row
        if row.snapshot is not None:
            self._snapshots[its.call_id] = row.snapshot
        if its.kind == "call.ended":
            self._ended.append({"id": its.call_id, "ended_at": row.at, "end_reason": its.audit.get("reason")})

    def write(self, connection: Connection, ends: Mapping[str, Head], begun: set[str]) -> None:
        """Put everything where it belongs."""
        sql = statements(connection.dialect)
        sql["open"].run(connection, [self._first_row(row, ends[call_id]) for call_id, row in self._opened.items()])
        moved = {call_id: head for call_id, head in ends.items() if call_id in begun}
        sql["move"].run(connection, [self._moved_row(call_id, head) for call_id, head in moved.items()])
        sql["end"].run(connection, self._ended)
        sql["leave"].run(connection, self._ended)
        sql["record"].run(connection, self._records)
        sql["private"].run(connection, self._private)

    def _first_row(self, row: EntryRow, head: Head) -> dict[str, Any]:
        its = row.entry
        return {
            "call_id": its.call_id,
            "flow": its.flow,
            "machine": its.snapshot.machine if its.snapshot else None,
            "machine_version": its.snapshot.version if its.snapshot else None,
            "snapshot": self._snapshots.get(its.call_id),
            "epoch": head.epoch,
            "started_at": row.at,
            "last_seq": head.seq,
            "head": head.hash,
            "fence": head.fence,
            "owner": self._owner,
            "tag": tag(self._key, its.call_id, head.seq, head.hash),
            "ttl": LEASE_S,
        }

    def _moved_row(self, call_id: str, head: Head) -> dict[str, Any]:
        snapshot = self._snapshots.get(call_id)
        row = {"id": call_id, "seq": head.seq, "hash": head.hash, "position": head.epoch, "snap": snapshot}
        return {**row, "new_tag": tag(self._key, call_id, head.seq, head.hash)}


@cache
def _heads() -> Any:
    these = tables.calls.c.call_id.in_(bindparam("ids", expanding=True))
    # In one order, so that two processes never wait for each other; SQLite has locked the whole file by now.
    return _head().where(these).order_by(tables.calls.c.call_id)


def _head() -> Any:
    c = tables.calls.c
    return select(c.call_id, c.last_seq, c.head, c.epoch, c.fence, c.uncovered, c.owner).with_for_update()


@compiled_once
def statements(_: str) -> dict[str, Any]:
    """Every statement of `write`."""
    calls, c = tables.calls, tables.calls.c
    given: dict[str, Any] = {column.name: bindparam(column.name, type_=column.type) for column in calls.c}
    given["lease_until"] = tables.db_now() + bindparam("ttl", type_=c.lease_until.type)
    del given["ended_at"], given["end_reason"], given["uncovered"]
    this = c.call_id == bindparam("id", type_=c.call_id.type)
    moved = {
        "last_seq": bindparam("seq", type_=c.last_seq.type),
        "head": bindparam("hash", type_=c.head.type),
        "epoch": bindparam("position", type_=c.epoch.type),
        "snapshot": func.coalesce(bindparam("snap", type_=c.snapshot.type), c.snapshot),
        "uncovered": null(),
        "tag": bindparam("new_tag", type_=c.tag.type),
    }
    return {
        "head": _head().where(this),
        "open": insert(calls).values(given),
        "move": update(calls).where(this).values(moved),
        "end": update(calls).where(this).values({n: bindparam(n, type_=c[n].type) for n in ("ended_at", "end_reason")}),
        "leave": delete(tables.rooms).where(tables.rooms.c.call_id == bindparam("id", type_=c.call_id.type)),
        "record": insert(tables.records),
        "private": insert(tables.private),
    }

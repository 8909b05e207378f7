"""What an index reads of a record: calls by their rows, and of their lines what is counted. Nothing personal."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, select, text

from interlock.app.board.index.numbers import microseconds
from interlock.app.board.index.tally import COUNTED, READ
from interlock.app.store import tables
from interlock.app.store.followed import FollowedCall
from interlock.app.store.known_lines import NEVER, time_of
from interlock.app.store.reading import snapshot_of

HEAD_BYTES = 8
"""So much of the hash of a call's last line is kept, to tell one record from another of the same length."""
_WANTED = ", ".join(f"'{kind}'" for kind in COUNTED)
_READ = ", ".join(f"'{kind}'" for kind in READ)
_AFTER = {
    "sqlite": "json_each(:known) AS k JOIN records AS r ON r.call_id = k.value ->> 0"
    " AND r.seq > k.value ->> 1 AND r.seq <= k.value ->> 2",
    "postgresql": "unnest(CAST(:ids AS text[]), CAST(:seqs AS integer[]), CAST(:upto AS integer[]))"
    " AS k(id, seq, upto) JOIN records AS r ON r.call_id = k.id AND r.seq > k.seq AND r.seq <= k.upto",
}
_LINES = (
    f"SELECT r.call_id, r.seq, r.kind, CASE WHEN r.kind IN ({_READ}) THEN r.audit END FROM {{after}}"
    f" WHERE r.kind IN ({_WANTED}) ORDER BY r.call_id, r.seq LIMIT :most"
)
_its = tables.calls.c
_ROW: Select[Any] = select(
    _its.call_id,
    _its.flow,
    _its.machine_version,
    _its.started_at,
    _its.ended_at,
    _its.end_reason,
    _its.snapshot,
    _its.last_seq,
    _its.head,
)


@dataclass(frozen=True, slots=True)
class CallSeen:
    """A call by its row; `head` is empty where it was not read. Times are microseconds since 1970."""

    call_id: str
    flow: str
    version: int
    began: int
    ended: int | None
    why: str
    state: str
    last_seq: int
    head: bytes = b""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The lines of one call to be counted: those after `seen`, up to `upto`."""

    n: int
    call_id: str
    flow: str
    version: int
    seen: int
    upto: int


def newest(connection: Connection, limit: int) -> list[CallSeen]:
    """The calls that began last."""
    query = _ROW.order_by(_its.started_at.desc(), _its.call_id).limit(limit)
    return [_seen(row) for row in connection.execute(query)]


def whole_page(connection: Connection, after: str, limit: int) -> list[CallSeen]:
    """The next calls by id."""
    query = _ROW.where(_its.call_id > after).order_by(_its.call_id).limit(limit)
    return [_seen(row) for row in connection.execute(query)]


def page(connection: Connection, after: str, limit: int) -> Sequence[tuple[str, int, bytes]]:
    """The next calls by id: how long their records are, and what they end in."""
    query = select(_its.call_id, _its.last_seq, _its.head).where(_its.call_id > after)
    found = connection.execute(query.order_by(_its.call_id).limit(limit))
    return [(row[0], row[1], bytes(row[2])[:HEAD_BYTES]) for row in found]


def calls(connection: Connection, ids: Collection[str]) -> list[CallSeen]:
    """Rows of these; one that was removed has none."""
    return [_seen(row) for row in connection.execute(_ROW.where(_its.call_id.in_(sorted(ids))))] if ids else []


def lines(connection: Connection, wanted: Sequence[Wanted], most: int) -> Sequence[Any]:
    """Id, number, kind and audit part of the lines to be counted, call by call, `most` of them."""
    query = text(_LINES.format(after=_AFTER[connection.dialect.name]))
    given: dict[str, Any] = {"known": json.dumps([(its.call_id, its.seen, its.upto) for its in wanted])}
    if connection.dialect.name != "sqlite":
        ids, seqs, upto = ([getattr(its, n) for its in wanted] for n in ("call_id", "seen", "upto"))
        given = {"ids": ids, "seqs": seqs, "upto": upto}
    return connection.execute(query, {**given, "most": most}).all()


def followed(call: FollowedCall) -> CallSeen:
    """A call as a follower tells of it."""
    ended = microseconds(call.ended) if call.ended else None
    why = (call.why or "") if call.ended else ""
    return CallSeen(
        call.call_id, call.flow, call.version, microseconds(call.began), ended, why, call.state, call.last_seq
    )


def _seen(row: Row[Any]) -> CallSeen:
    snapshot, ended = snapshot_of(row.snapshot), time_of(row.ended_at)
    return CallSeen(
        call_id=row.call_id,
        flow=row.flow,
        version=row.machine_version or 0,
        began=microseconds(time_of(row.started_at) or NEVER),
        ended=microseconds(ended) if ended else None,
        why=(row.end_reason or "") if row.ended_at else "",
        state=snapshot.state if snapshot else "",
        last_seq=row.last_seq,
        head=bytes(row.head)[:HEAD_BYTES],
    )

"""What one look at a record reads, in one transaction: where calls are, and the lines after those that are known."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, not_, select, text

from interlock.app.store import tables
from interlock.app.store.lease import lease_expired
from interlock.app.store.rows import text_of

MARGIN_S = 30.0
"""How much earlier than the last look a call may have ended, by its writer's clock, and is new all the same."""
AT_ONCE = 1000
MOST_LINES = 5000
"""So many lines are told in one look; the rest in the next."""

_AFTER = {
    "sqlite": "json_each(:known) AS k JOIN records AS r ON r.call_id = k.key AND r.seq > k.value",
    "postgresql": "unnest(CAST(:ids AS text[]), CAST(:seqs AS integer[])) AS k(id, seq)"
    " JOIN records AS r ON r.call_id = k.id AND r.seq > k.seq",
}
_LINES = "SELECT r.call_id, r.seq, r.kind, r.at, r.epoch, r.audit FROM {after} ORDER BY r.call_id, r.seq LIMIT :most"
calls = tables.calls.c


@dataclass(frozen=True, slots=True)
class Seen:
    """A call's row where only this is read of it."""

    call_id: str
    last_seq: int
    driven: bool
    over: bool


def begin(connection: Connection) -> None:
    """One view of everything, until the connection is given back."""
    sqlite = connection.dialect.name == "sqlite"
    connection.exec_driver_sql("BEGIN" if sqlite else "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def now_of(connection: Connection) -> float:
    """Seconds since 1970, by the database's clock."""
    return float(connection.execute(select(tables.db_now())).scalar_one())


def seen(connection: Connection, since: float, too: Collection[str]) -> tuple[dict[str, Seen], dict[str, Seen]]:
    """The calls under way and those that ended since (seconds since 1970); and those asked for by id."""
    at = text_of(datetime.fromtimestamp(0, UTC) + timedelta(seconds=since))
    query = select(calls.call_id, calls.last_seq, not_(lease_expired()), calls.ended_at.is_not(None))
    lately = _all(connection, query.where(calls.ended_at.is_(None))) | _all(
        connection, query.where(calls.ended_at >= at)
    )
    others = sorted(its for its in too if its not in lately)
    asked: dict[str, Seen] = {}
    for first in range(0, len(others), AT_ONCE):
        asked |= _all(connection, query.where(calls.call_id.in_(others[first : first + AT_ONCE])))
    return lately, asked


def _all(connection: Connection, query: Any) -> dict[str, Seen]:
    return {row[0]: Seen(row[0], row[1], bool(row[2]), bool(row[3])) for row in connection.execute(query)}


def rows(connection: Connection, ids: Collection[str]) -> Sequence[Row[Any]]:
    """These calls' rows, but for what only their driver needs."""
    query: Select[Any] = select(
        calls.call_id,
        calls.flow,
        calls.machine,
        calls.machine_version,
        calls.started_at,
        calls.ended_at,
        calls.end_reason,
        calls.snapshot,
        calls.epoch,
        calls.last_seq,
    )
    wanted = sorted(ids)
    pages = (wanted[first : first + AT_ONCE] for first in range(0, len(wanted), AT_ONCE))
    return [row for page in pages for row in connection.execute(query.where(calls.call_id.in_(page)))]


def lines(connection: Connection, known: Mapping[str, int], most: int = MOST_LINES) -> Sequence[Row[Any]]:
    """The lines of these calls after the number each is known to, `most` of them."""
    if not known:
        return ()
    query = text(_LINES.format(after=_AFTER[connection.dialect.name]))
    given: dict[str, Any] = {"known": json.dumps(known)}
    if connection.dialect.name != "sqlite":
        given = {"ids": list(known), "seqs": list(known.values())}
    return connection.execute(query, {**given, "most": most}).all()

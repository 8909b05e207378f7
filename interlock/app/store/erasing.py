"""Erasing what is personal in calls: their audit chains stay, each with one line more that says so.

That line is written as if by one more driver, so whoever drove a call until then can write nothing to it any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, delete, not_, select, update

from interlock.agents.call.journal import Entry, JournalDown
from interlock.app.store import tables
from interlock.app.store.commitment_key import key_now
from interlock.app.store.ends import End
from interlock.app.store.lease import lease_expired
from interlock.app.store.reading import ERASED
from interlock.app.store.rows import rows_of
from interlock.app.store.sealing import Seal
from interlock.app.store.writing import Head, heads_of, write

PERSONAL = (tables.private, tables.turns, tables.rooms)
"""The tables that hold what is personal, each by `call_id`."""

Why = Literal["asked for", "retention"]


@dataclass(frozen=True, slots=True)
class Erasure:
    """What became of one call: how many `entries` were erased (0: none were left), or that it is `live`."""

    call_id: str
    entries: int = 0
    live: bool = False


def is_live() -> ColumnElement[bool]:
    """Whether somebody drives a call now: it has not ended, and its lease has not run out."""
    return and_(tables.calls.c.ended_at.is_(None), not_(lease_expired()))


def erase(
    connection: Connection, call_ids: Sequence[str], why: Why, owner: str, seal: Seal, ends: dict[str, End]
) -> list[Erasure]:
    """Erase the personal data of these calls but the live ones; what became of each that there is.

    The caller commits: the data goes and the line comes, or neither. `ends` is given where each chain ends then.
    Raises `StoreError` where the `seal` does not open the store's key: nobody could tell such a line from a forged one.
    """
    key_now(connection, seal)
    heads = heads_of(connection, set(call_ids))  # holds them: none can be taken over meanwhile
    c = tables.calls.c
    driven = set(connection.execute(select(c.call_id).where(c.call_id.in_(list(heads)), is_live())).scalars())
    here = [call_id for call_id in call_ids if call_id in heads]
    done = [Erasure(its, live=True) if its in driven else Erasure(its, _deleted(connection, its)) for its in here]
    gone = [its for its in done if its.entries]
    _say_so(connection, [_line(its, heads[its.call_id], why) for its in gone], owner, seal, ends)
    return done


def _deleted(connection: Connection, call_id: str) -> int:
    results: list[Any] = [connection.execute(delete(table).where(table.c.call_id == call_id)) for table in PERSONAL]
    return sum(result.rowcount for result in results)


def _line(its: Erasure, head: Head, why: Why) -> Entry:
    audit = {"entries": its.entries, "why": why}
    return Entry(its.call_id, "", head.seq + 1, ERASED, datetime.now(UTC), head.epoch, audit, fence=head.fence)


def _say_so(connection: Connection, lines: Sequence[Entry], owner: str, seal: Seal, ends: dict[str, End]) -> None:
    answers = write(connection, [rows_of([line], seal) for line in lines], owner, seal, ends)
    for error in filter(None, answers):
        raise JournalDown(f"nothing was erased: {error}")
    c = tables.calls.c
    these = c.call_id.in_([line.call_id for line in lines])
    connection.execute(update(tables.calls).where(these).values(fence=c.fence + 1, lease_until=None))

"""Who drives a call: one at a time, by a lease on the database's clock, with a fence that rises at each change.

A lease lasts `LEASE_S` and is renewed each `RENEW_S`. A clock that jumps cannot keep a dead driver's call: a lease
that would last longer than any lease may has run out as well.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from app.store import tables
from app.store.sealing import Seal
from app.store.tables import db_now
from app.store.writing import LEASE_S

RENEW_S = 1.0
CLAIM_S = 60.0
"""How long a room is kept for a call that is not on record yet: a caller may take half of that to come."""

calls, rooms = tables.calls.c, tables.rooms.c


@dataclass(frozen=True, slots=True)
class Taken:
    """A call that is now this driver's, with the fence its entries carry; `call_id` alone for a new one."""

    call_id: str
    fence: int = 1
    resumes: bool = False


class DrivenElsewhere(Exception):
    """Somebody else drives the call in this room, and is alive."""


def run_out() -> ColumnElement[bool]:
    """Whether a call's driver gave no sign of life for longer than its lease."""
    left = calls.lease_until - db_now()
    return or_(calls.lease_until.is_(None), left <= 0, left > LEASE_S)


def claim_room(connection: Connection, seal: Seal, sid: str, name: str, call_id: str, owner: str) -> Taken:
    """The call to hold in a room: the one whose driver is gone, or `call_id`, a new one.

    Raises `DrivenElsewhere`; `IntegrityError` when somebody claimed it in this instant: ask again.
    """
    there = connection.execute(select(rooms.call_id).where(rooms.sid == sid).with_for_update()).scalar_one_or_none()
    sealed = seal.close(name.encode(), "room", sid)
    if there is None:
        row = {"sid": sid, "call_id": call_id, "name": sealed, "claimed_at": db_now(), "dispatches": 0}
        connection.execute(insert(tables.rooms).values(row))
        return Taken(call_id)
    if (taken := take(connection, there, owner)) is not None:
        return taken
    if not _vacant(connection, sid, there):
        raise DrivenElsewhere(f"call {there} is driven by another process")
    connection.execute(update(tables.rooms).where(rooms.sid == sid).values(call_id=call_id, claimed_at=db_now()))
    return Taken(call_id)


def take(connection: Connection, call_id: str, owner: str) -> Taken | None:
    """Drive a call from now on; None when it has ended, was never opened, or its driver is alive."""
    free = and_(calls.call_id == call_id, calls.ended_at.is_(None), run_out())
    new = {"fence": calls.fence + 1, "owner": owner, "lease_until": db_now() + LEASE_S}
    fence = connection.execute(update(tables.calls).where(free).values(new).returning(calls.fence)).scalar_one_or_none()
    return None if fence is None else Taken(call_id, fence, resumes=True)


def renew(connection: Connection, call_id: str, fence: int) -> bool:
    """Give a sign of life; False when another driver has the call. One that is not on record yet is nobody else's."""
    mine = and_(calls.call_id == call_id, calls.fence == fence)
    done = connection.execute(update(tables.calls).where(mine).values(lease_until=db_now() + LEASE_S))
    if done.rowcount == 1:
        return True
    if connection.execute(select(calls.call_id).where(calls.call_id == call_id)).one_or_none() is not None:
        return False
    kept = connection.execute(update(tables.rooms).where(rooms.call_id == call_id).values(claimed_at=db_now()))
    return kept.rowcount == 1


def give_up(connection: Connection, call_id: str, fence: int) -> None:
    """Let go of a call that has not ended, so that another driver need not wait."""
    mine = and_(calls.call_id == call_id, calls.fence == fence)
    connection.execute(update(tables.calls).where(mine).values(lease_until=None))


def forget_room(connection: Connection, call_id: str) -> None:
    """A call that was announced and never began."""
    connection.execute(delete(tables.rooms).where(rooms.call_id == call_id))


@dataclass(frozen=True, slots=True)
class Orphan:
    """A call that has not ended and that nobody drives, and the room it is held in."""

    call_id: str
    flow: str
    sid: str
    room: str
    dispatches: int


def orphans(connection: Connection, seal: Seal, limit: int = 100) -> list[Orphan]:
    """The calls nobody drives, longest first."""
    found = connection.execute(
        select(calls.call_id, calls.flow, rooms.sid, rooms.name, rooms.dispatches)
        .join_from(tables.calls, tables.rooms, rooms.call_id == calls.call_id)
        .where(calls.ended_at.is_(None), run_out())
        .order_by(calls.lease_until)
        .limit(limit)
    )
    return [Orphan(r[0], r[1], r[2], seal.open(bytes(r[3]), "room", r[2]).decode(), r[4]) for r in found]


def may_dispatch(connection: Connection, sid: str, again_s: float) -> bool:
    """Whether this watcher, of all that ask, is to send for a worker; at most once in `again_s` for a room."""
    due = or_(rooms.dispatched_at.is_(None), rooms.dispatched_at < db_now() - again_s, rooms.dispatched_at > db_now())
    sent: Any = connection.execute(
        update(tables.rooms)
        .where(rooms.sid == sid, due)
        .values(dispatched_at=db_now(), dispatches=rooms.dispatches + 1)
    )
    return bool(sent.rowcount)


def _vacant(connection: Connection, sid: str, call_id: str) -> bool:
    """Whether a room's claim is void: its call ended, or was announced long ago and never opened."""
    ended = connection.execute(select(calls.ended_at).where(calls.call_id == call_id)).one_or_none()
    if ended is not None:
        return ended[0] is not None
    age = db_now() - rooms.claimed_at
    stale = select(rooms.sid).where(rooms.sid == sid, or_(age > CLAIM_S, age < 0))
    return connection.execute(stale).one_or_none() is not None

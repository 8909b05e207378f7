"""Who drives a call: one at a time, by a lease on the database's clock, with a fence that rises at each change.

A lease lasts `LEASE_S` and is renewed each `RENEW_S`. A clock that jumps cannot keep a dead driver's call: a lease
that would last longer than any lease may has run out as well.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, delete, func, insert, or_, select, update

from app.store import tables
from app.store.sealing import Seal
from app.store.tables import db_now
from app.store.writing import LEASE_S

RENEW_S = 1.0
CLAIM_S = 10.0
"""How long a room is kept without a sign of life for a call that is not on record yet: models are loaded."""
FORGOTTEN_S = 60.0
"""After how long it no longer counts that a worker was sent for: it came, and the call went on."""

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


def claim_room(connection: Connection, seal: Seal, sid: str, name: str, flow: str, call_id: str, owner: str) -> Taken:
    """The call to hold in a room: the one whose driver is gone, or `call_id`, a new one of `flow`.

    Raises `DrivenElsewhere`; `IntegrityError` when somebody claimed it in this instant: ask again.
    """
    there = connection.execute(select(rooms.call_id).where(rooms.sid == sid).with_for_update()).scalar_one_or_none()
    sealed = seal.close(name.encode(), "room", sid)
    if there is None:
        row = {"sid": sid, "call_id": call_id, "flow": flow, "name": sealed}
        connection.execute(insert(tables.rooms).values(row | {"claimed_at": db_now(), "dispatches": 0}))
        return Taken(call_id)
    if (taken := take(connection, there, owner)) is not None:
        return taken
    if not _vacant(connection, sid, there):
        raise DrivenElsewhere(f"call {there} is driven by another process")
    new = {"call_id": call_id, "flow": flow, "claimed_at": db_now()}
    connection.execute(update(tables.rooms).where(rooms.sid == sid).values(new))
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


def take_room(connection: Connection, call_id: str) -> bool:
    """Hold a room whose call never began, its driver being gone; False when somebody else does, or it began."""
    free = and_(rooms.call_id == call_id, ~_begun(call_id), _unfollowed())
    return connection.execute(update(tables.rooms).where(free).values(claimed_at=db_now())).rowcount == 1


def forget_room(connection: Connection, call_id: str) -> None:
    """Forget a room that was claimed for a call which never began."""
    connection.execute(delete(tables.rooms).where(rooms.call_id == call_id, ~_begun(call_id)))


def _begun(call_id: str) -> ColumnElement[bool]:
    return select(calls.call_id).where(calls.call_id == call_id).exists()


@dataclass(frozen=True, slots=True)
class Orphan:
    """A call that has not ended and that nobody drives, and the room it is held in; `opened` once it is on record."""

    call_id: str
    flow: str
    sid: str
    sealed: bytes
    dispatches: int
    opened: bool

    def room(self, seal: Seal) -> str:
        """The room's name. Raises `StoreError` where it cannot be unsealed."""
        return seal.open(self.sealed, "room", self.sid).decode()


def orphans(connection: Connection, limit: int = 100) -> list[Orphan]:
    """The calls nobody drives, longest first; also those whose driver was gone before they were on record."""
    left_alone = and_(calls.call_id.is_not(None), calls.ended_at.is_(None), run_out())
    never_begun = and_(calls.call_id.is_(None), _unfollowed())
    found = connection.execute(
        select(rooms.call_id, rooms.flow, rooms.sid, rooms.name, _dispatches(), calls.call_id.is_not(None))
        .outerjoin_from(tables.rooms, tables.calls, rooms.call_id == calls.call_id)
        .where(or_(left_alone, never_begun))
        .order_by(func.coalesce(calls.lease_until, rooms.claimed_at))
        .limit(limit)
    )
    return [Orphan(r[0], r[1], r[2], bytes(r[3]), r[4], bool(r[5])) for r in found]


def may_dispatch(connection: Connection, sid: str, again_s: float) -> bool:
    """Whether this watcher, of all that ask, is to send for a worker; at most once in `again_s` for a room."""
    due = or_(rooms.dispatched_at.is_(None), rooms.dispatched_at < db_now() - again_s, rooms.dispatched_at > db_now())
    sent: Any = connection.execute(
        update(tables.rooms).where(rooms.sid == sid, due).values(dispatched_at=db_now(), dispatches=_dispatches() + 1)
    )
    return bool(sent.rowcount)


def _dispatches() -> ColumnElement[int]:
    """How often a worker was sent for since one last came and stayed."""
    return case((rooms.dispatched_at < db_now() - FORGOTTEN_S, 0), else_=rooms.dispatches)


def _vacant(connection: Connection, sid: str, call_id: str) -> bool:
    """Whether a room's claim is void: its call ended, or was announced a while ago and never opened."""
    ended = connection.execute(select(calls.ended_at).where(calls.call_id == call_id)).one_or_none()
    if ended is not None:
        return ended[0] is not None
    stale = select(rooms.sid).where(rooms.sid == sid, _unfollowed())
    return connection.execute(stale).one_or_none() is not None


def _unfollowed() -> ColumnElement[bool]:
    """Whether who claimed the room gave no sign of life for too long."""
    age = db_now() - rooms.claimed_at
    return or_(age > CLAIM_S, age < 0)

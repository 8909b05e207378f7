"""Calls that nobody drives any more, and how often a worker is sent for."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, or_, select, update

from interlock.app.store import tables
from interlock.app.store.lease import lease_expired
from interlock.app.store.rooms import claim_expired
from interlock.app.store.sealing import Seal
from interlock.app.store.tables import db_now

FORGOTTEN_S = 60.0
"""After how long it no longer counts that a worker was sent for."""

calls, rooms = tables.calls.c, tables.rooms.c


@dataclass(frozen=True, slots=True)
class Orphan:
    """A call that has not ended and that nobody drives, and the room it is held in.

    `opened` once it is on record; `alone_s` seconds passed since a driver's last heartbeat.
    """

    call_id: str
    flow: str
    sid: str
    sealed: bytes
    dispatches: int
    opened: bool
    alone_s: float

    def room(self, seal: Seal) -> str:
        """The room's name. Raises `StoreError` where it cannot be unsealed."""
        return seal.open(self.sealed, "room", self.sid).decode()


def orphans(connection: Connection, after: str = "", limit: int = 100) -> list[Orphan]:
    """The calls nobody drives, by their rooms' `sid`, from the one `after`; also those that never got on record."""
    left_alone = and_(calls.call_id.is_not(None), calls.ended_at.is_(None), lease_expired())
    never_begun = and_(calls.call_id.is_(None), claim_expired())
    opened, alone_s = calls.call_id.is_not(None), db_now() - rooms.claimed_at
    found = connection.execute(
        select(rooms.call_id, rooms.flow, rooms.sid, rooms.name, _dispatches(), opened, alone_s)
        .outerjoin_from(tables.rooms, tables.calls, rooms.call_id == calls.call_id)
        .where(rooms.sid > after, or_(left_alone, never_begun))
        .order_by(rooms.sid)
        .limit(limit)
    )
    return [Orphan(r[0], r[1], r[2], bytes(r[3]), r[4], bool(r[5]), r[6]) for r in found]


def may_dispatch(connection: Connection, sid: str, again_s: float) -> bool:
    """Whether this watcher, of all that ask, is to send for a worker; at most once in `again_s` for a room."""
    due = or_(rooms.dispatched_at.is_(None), rooms.dispatched_at < db_now() - again_s, rooms.dispatched_at > db_now())
    sent: Any = connection.execute(
        update(tables.rooms).where(rooms.sid == sid, due).values(dispatched_at=db_now(), dispatches=_dispatches() + 1)
    )
    return bool(sent.rowcount)


def _dispatches() -> ColumnElement[int]:
    """How often a worker was sent for, one soon after the other."""
    return case((rooms.dispatched_at < db_now() - FORGOTTEN_S, 0), else_=rooms.dispatches)

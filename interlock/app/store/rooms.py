"""The rooms that calls are held in: each belongs to one call, also before that is on record.

Whoever changes both changes a call's row first: two that wait for each other would both lose.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update

from interlock.app.store import tables
from interlock.app.store.lease import CallIsOver, DrivenElsewhere, LeaseGrant, acquire
from interlock.app.store.sealing import Seal
from interlock.app.store.tables import db_now

CLAIM_S = 10.0
"""How long a room is kept without a heartbeat for a call that is not on record yet: models are loaded."""

calls, rooms = tables.calls.c, tables.rooms.c


@dataclass(frozen=True, slots=True)
class Room:
    """One life of a room: `sid` is LiveKit's name for it; `flow` is what the call in it goes by."""

    sid: str
    name: str
    flow: str


def claim_room(connection: Connection, seal: Seal, room: Room, call_id: str, owner: str) -> LeaseGrant:
    """The call to hold in a room: the one whose driver is gone, or `call_id`, a new one.

    A call is begun once: of one that is on record already the driver is gone, and the room has another life since a
    server began anew. Raises `DrivenElsewhere`, and `CallIsOver` for one that has ended; `IntegrityError` when somebody
    claimed the room in this instant: ask again.
    """
    there = _call_in(connection, room)
    if connection.execute(select(_ended(call_id))).scalar_one():
        raise CallIsOver(f"call {call_id} has ended, and whoever was let in for it has had their call")
    if there is None:
        return _hold_anywhere(connection, seal, room, call_id, owner)
    if (grant := acquire(connection, there, owner)) is not None:
        return grant
    vacant = and_(rooms.sid == room.sid, rooms.call_id == there, _void(there))
    new = {"call_id": call_id, "flow": room.flow, "claimed_at": db_now()}
    if connection.execute(update(tables.rooms).where(vacant).values(new)).rowcount == 0:
        raise DrivenElsewhere(f"call {there} is driven by another process")
    return LeaseGrant(call_id)


def keep_room(connection: Connection, seal: Seal, room: Room, call_id: str) -> bool:
    """Keep the room that a call is held in; False when another call is.

    A server that began anew gave the room another life, with another `sid`: the call is held in that one now.
    """
    ours = and_(rooms.sid == room.sid, rooms.call_id == call_id)
    if connection.execute(update(tables.rooms).where(ours).values(claimed_at=db_now())).rowcount == 1:
        return True
    return move_room(connection, seal, room, call_id)


def move_room(connection: Connection, seal: Seal, room: Room, call_id: str) -> bool:
    """Have a call held in another life of its room; False when another call is."""
    if _call_in(connection, room) is not None:
        return False
    if not connection.execute(select(_ended(call_id))).scalar_one():
        connection.execute(delete(tables.rooms).where(rooms.call_id == call_id))
        _hold(connection, seal, room, call_id)
    return True


def take_room(connection: Connection, call_id: str) -> bool:
    """Hold a room whose call never began, its driver being gone; False when somebody else does, or it began."""
    free = and_(rooms.call_id == call_id, ~_begun(call_id), claim_expired())
    return connection.execute(update(tables.rooms).where(free).values(claimed_at=db_now())).rowcount == 1


def forget_room(connection: Connection, call_id: str) -> None:
    """Forget a room that was claimed for a call which never began."""
    connection.execute(delete(tables.rooms).where(rooms.call_id == call_id, ~_begun(call_id)))


def _begun(call_id: str) -> ColumnElement[bool]:
    return select(calls.call_id).where(calls.call_id == call_id).exists()


def _ended(call_id: str) -> ColumnElement[bool]:
    return select(calls.call_id).where(calls.call_id == call_id, calls.ended_at.is_not(None)).exists()


def _void(call_id: str) -> ColumnElement[bool]:
    """Whether a claim for this call is void: it ended, or was announced a while ago and never opened."""
    return or_(_ended(call_id), and_(~_begun(call_id), claim_expired()))


def claim_expired() -> ColumnElement[bool]:
    """Whether who claimed a room gave no heartbeat for too long; a clock may have been set meanwhile."""
    age = db_now() - rooms.claimed_at
    return or_(age > CLAIM_S, age < -CLAIM_S)


def _call_in(connection: Connection, room: Room) -> str | None:
    return connection.execute(select(rooms.call_id).where(rooms.sid == room.sid)).scalar_one_or_none()


def _hold_anywhere(connection: Connection, seal: Seal, room: Room, call_id: str, owner: str) -> LeaseGrant:
    """The call in a room in which none is held: new, or going on from another life of the room."""
    grant = LeaseGrant(call_id)
    if connection.execute(select(_begun(call_id))).scalar_one():
        before = acquire(connection, call_id, owner)
        if before is None:
            raise DrivenElsewhere(f"call {call_id} is driven by another process")
        grant = before
    elif connection.execute(select(rooms.sid).where(rooms.call_id == call_id, ~claim_expired())).first() is not None:
        raise DrivenElsewhere(f"call {call_id} is begun by another process")
    connection.execute(delete(tables.rooms).where(rooms.call_id == call_id))
    _hold(connection, seal, room, call_id)
    return grant


def _hold(connection: Connection, seal: Seal, room: Room, call_id: str) -> None:
    sealed = seal.close(room.name.encode(), "room", room.sid)
    row = {"sid": room.sid, "call_id": call_id, "flow": room.flow, "name": sealed}
    connection.execute(insert(tables.rooms).values(row | {"claimed_at": db_now(), "dispatches": 0}))

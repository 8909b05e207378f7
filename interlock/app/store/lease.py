"""Who drives a call: one at a time, by a lease on the database's clock, with a fence that rises at each change.

A lease lasts `LEASE_S` and is renewed each `RENEW_S`. A clock that jumps cannot keep a dead driver's call: a lease
that would last longer than any lease may has run out as well.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from interlock.app.store import tables
from interlock.app.store.tables import db_now
from interlock.app.store.writing import LEASE_S

RENEW_S = 1.0

calls = tables.calls.c


@dataclass(frozen=True, slots=True)
class LeaseGrant:
    """A call that is now this driver's, with the fence its entries carry; `call_id` alone for a new one."""

    call_id: str
    fence: int = 1
    resumes: bool = False


class DrivenElsewhere(Exception):
    """Somebody else drives the call in this room, and is alive."""


class CallIsOver(Exception):
    """The call that somebody was let in for has ended: nobody begins it a second time."""


def lease_expired() -> ColumnElement[bool]:
    """Whether a call's driver gave no heartbeat for longer than its lease."""
    left = calls.lease_until - db_now()
    return or_(calls.lease_until.is_(None), left <= 0, left > LEASE_S)


def acquire(connection: Connection, call_id: str, owner: str) -> LeaseGrant | None:
    """Drive a call from now on; None when it has ended, was never opened, or its driver is alive."""
    free = and_(calls.call_id == call_id, calls.ended_at.is_(None), lease_expired())
    new = {"fence": calls.fence + 1, "owner": owner, "lease_until": db_now() + LEASE_S}
    fence = connection.execute(update(tables.calls).where(free).values(new).returning(calls.fence)).scalar_one_or_none()
    return None if fence is None else LeaseGrant(call_id, fence, resumes=True)


def renew(connection: Connection, call_id: str, fence: int) -> bool:
    """Give a heartbeat; False when another driver has the call, or it was given up.

    One that is not on record yet is nobody else's.
    """
    mine = and_(calls.call_id == call_id, calls.fence == fence, calls.lease_until.is_not(None))
    done = connection.execute(update(tables.calls).where(mine).values(lease_until=db_now() + LEASE_S))
    return done.rowcount == 1 or not connection.execute(select(calls.fence).where(calls.call_id == call_id)).all()


def release(connection: Connection, call_id: str, fence: int) -> None:
    """Let go of a call that has not ended, so that another driver need not wait."""
    mine = and_(calls.call_id == call_id, calls.fence == fence)
    connection.execute(update(tables.calls).where(mine).values(lease_until=None))

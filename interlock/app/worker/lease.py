"""The lease on a call: taking it, a heartbeat each second while it lasts, and leaving when somebody else has it."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import structlog
from livekit import rtc
from sqlalchemy import Connection

from interlock.agents.call.call import Call
from interlock.agents.call.clock import done_within, pause, within
from interlock.agents.call.journal import JournalDown
from interlock.app.store import Contended, StoreError, StoreJournal
from interlock.app.store.commitment_key import key_now
from interlock.app.store.lease import RENEW_S, LeaseGrant, release, renew
from interlock.app.store.rooms import Room, claim_room, forget_room, keep_room

log = structlog.get_logger("interlock.worker")

TRIES = 3
"""How often a room is asked for that several processes claim in the same instant."""
ANOTHER_CALL = "room_taken"
"""The reason on record for a call in whose room another one had begun."""


async def claim(journal: StoreJournal, room: Room, call_id: str) -> LeaseGrant:
    """The call to hold in this room: one whose driver is gone, or `call_id`, a new one.

    Raises `DrivenElsewhere` when somebody alive drives it, `JournalDown` when nobody can tell.
    """
    for _ in range(TRIES - 1):
        try:
            return await _claim(journal, room, call_id)
        except Contended:
            log.info("room.contended", call_id=call_id)
    return await _claim(journal, room, call_id)


async def _claim(journal: StoreJournal, room: Room, call_id: str) -> LeaseGrant:
    def work(connection: Connection) -> LeaseGrant:
        key_now(connection, journal.seal)
        return claim_room(connection, journal.seal, room, call_id, journal.owner)

    try:
        return await journal.transact(work)
    except StoreError as error:
        raise JournalDown(str(error)) from None


class Lease:
    """One driver's hold on a call, and on the room it is held in."""

    def __init__(self, journal: StoreJournal, grant: LeaseGrant, room: Room | None = None) -> None:
        self.journal = journal
        self.grant = grant
        self._room = room
        self._there: rtc.Room | None = None
        self._call: Call | None = None
        self._in_doubt = False
        self.contested = False
        """Whether another agent came and no heartbeat was taken since."""
        self._over = False
        self._renewing: asyncio.Future[tuple[bool, bool]] | None = None

    @property
    def is_new(self) -> bool:
        """Whether the call began here and is still ours."""
        return not self.grant.resumes and not (self._call and self._call.lost)

    def entered(self, room: rtc.Room) -> None:
        """The room as LiveKit knows it: a server that began anew gives it another life."""
        self._there = room

    async def keep_alive(self, call: Call) -> None:
        """Give a heartbeat each second until the end is on record or the call is lost; a journal is asked again."""
        while not (call.ended or call.lost or self._over):
            await self.renew(call)
            await pause(call.clock, RENEW_S)

    async def renew(self, call: Call) -> None:
        """Give one heartbeat; without an answer in a second somebody else may have the call."""
        self._call, contested = call, self.contested
        renewing = self._renewing = asyncio.ensure_future(self._renew_both(call))
        if not await done_within(call.clock, RENEW_S, renewing):
            self._doubt(call)
        try:
            mine, here = await renewing
        except JournalDown:
            self._doubt(call)
            return
        self._in_doubt, self.contested = False, self.contested and not contested
        if not mine:
            call.superseded()
        elif not here:
            await self._displaced(call)

    def another_agent_came(self) -> None:
        """Another agent is in the room: it has the call, unless a heartbeat that is given after this is taken."""
        self.contested = True
        if self._in_doubt and self._call is not None:
            self._call.superseded()

    async def let_go(self) -> None:
        """Leave the call, which has not ended, to whoever takes it next, at once; without the journal, in a while."""
        if self._call is not None:
            self._call.let_go()
        with suppress(JournalDown):
            await self.journal.transact(lambda connection: release(connection, self.grant.call_id, self.grant.fence))

    async def abandon(self) -> None:
        """The call never began, whoever waited for it was told so, and the room is closed."""
        self._over = True
        if self._renewing is not None:  # a heartbeat on its way would have the room again
            await asyncio.wait({self._renewing})
        with suppress(JournalDown):
            await self.journal.transact(lambda connection: forget_room(connection, self.grant.call_id))

    async def _renew_both(self, call: Call) -> tuple[bool, bool]:
        """Whether the call is ours, and the room is this call's."""
        room = await self._now(call)

        def work(connection: Connection) -> tuple[bool, bool]:
            mine = renew(connection, call.id, self.grant.fence)
            return mine, not mine or room is None or keep_room(connection, self.journal.seal, room, call.id)

        return await self.journal.transact(work)

    async def _now(self, call: Call) -> Room | None:
        if self._room is not None and self._there is not None:
            with suppress(TimeoutError):  # LiveKit does not say: the room is as it was
                self._room = replace(self._room, sid=await within(call.clock, RENEW_S, self._sid(self._there)))
        return self._room

    async def _sid(self, room: rtc.Room) -> str:
        return await room.sid

    def _doubt(self, call: Call) -> None:
        self._in_doubt = True
        log.warning("lease.unrenewed", **call.here)
        if self.contested:
            call.superseded()

    async def _displaced(self, call: Call) -> None:
        """Another call has the room: this one is over, and its end on record if its beginning is."""
        if call.session is not None:
            await call.end(ANOTHER_CALL)
        call.superseded()

"""Driving a call: taking it, a sign of life each second while it lasts, and leaving when somebody else has it."""

from contextlib import suppress

import structlog

from agents.call import Call
from agents.clock import pause
from agents.journal import JournalDown
from app.store import Contended, StoreJournal
from app.store.driving import RENEW_S, Taken, claim_room, forget_room, give_up, renew

log = structlog.get_logger("interlock.worker")

TRIES = 3
"""How often a room is asked for that several processes claim in the same instant."""


async def claim(journal: StoreJournal, sid: str, room: str, flow: str, call_id: str) -> Taken:
    """The call to hold in this room: one whose driver is gone, or `call_id`, a new one of `flow`.

    Raises `DrivenElsewhere` when somebody alive drives it, `JournalDown` when nobody can tell.
    """
    for _ in range(TRIES - 1):
        try:
            return await _claim(journal, sid, room, flow, call_id)
        except Contended:
            log.info("room.contended", call_id=call_id)
    return await _claim(journal, sid, room, flow, call_id)


async def _claim(journal: StoreJournal, sid: str, room: str, flow: str, call_id: str) -> Taken:
    return await journal.transact(lambda c: claim_room(c, journal.seal, sid, room, flow, call_id, journal.owner))


class Driving:
    """One driver's hold on a call."""

    def __init__(self, journal: StoreJournal, taken: Taken) -> None:
        self.journal = journal
        self.taken = taken
        self._call: Call | None = None
        self.in_doubt = False
        """Whether the last sign of life could not be given: somebody else may have the call by now."""

    @property
    def anew(self) -> bool:
        """Whether the call began here and is still ours."""
        return not self.taken.resumes and not (self._call and self._call.lost)

    async def keep(self, call: Call) -> None:
        """Give a sign of life each second until the call has ended or is lost; without the journal, ask again."""
        while not call.ending and not call.lost:
            await self.renew(call)
            await pause(call.clock, RENEW_S)

    async def renew(self, call: Call) -> None:
        """Give one sign of life."""
        self._call = call
        try:
            mine = await self.journal.transact(lambda connection: renew(connection, call.id, self.taken.fence))
        except JournalDown:
            self.in_doubt = True
            log.warning("lease.unrenewed", **call.here)
            return
        self.in_doubt = False
        if not mine:
            call.superseded()

    def another_came(self) -> None:
        """Another agent came into the room: it has the call, where we cannot ask whether we still do."""
        if self.in_doubt and self._call is not None:
            self._call.superseded()

    async def let_go(self) -> None:
        """Leave the call, which has not ended, to whoever takes it next, at once; without the journal, in a while."""
        if self._call is not None:
            self._call.let_go()
        with suppress(JournalDown):
            await self.journal.transact(lambda connection: give_up(connection, self.taken.call_id, self.taken.fence))

    async def forget(self) -> None:
        """The call never began, and whoever waited for it was told so."""
        with suppress(JournalDown):
            await self.journal.transact(lambda connection: forget_room(connection, self.taken.call_id))

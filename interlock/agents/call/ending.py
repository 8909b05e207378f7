"""The end of a call: said once, on record however long the journal takes, and nothing is begun after it."""

import structlog

from interlock.agents.call.clock import pause
from interlock.agents.call.context import CallContext
from interlock.agents.call.deciding import Deciding
from interlock.agents.call.journal import JournalDown, Superseded
from interlock.agents.call.record import RECORD_AGAIN_S, RECORD_TRIES
from interlock.machines.base import events_of
from interlock.machines.events import CALLER_LEFT

log = structlog.get_logger("interlock.call")

REASONS = {"participant_disconnected": CALLER_LEFT, "job_shutdown": "drained", "user_initiated": "closed"}
"""LiveKit's close reasons in our words."""
LEFT = frozenset({CALLER_LEFT, "closed"})
"""Reasons that the machine is told too, as `caller_left`: whoever closes a session by hand hangs up for the caller."""


class Ending:
    """Whether one call has ended, and the record of it."""

    def __init__(self, context: CallContext, deciding: Deciding) -> None:
        self._context = context
        self._deciding = deciding

    async def end(self, reason: str) -> None:
        """Begin nothing any more, and record the end, the first time.

        While the journal is down, again every second for a minute, unawaited.
        """
        self._context.stop()
        if self._context.ending:
            return
        self._context.interlocking.ending = True
        reason = "agent_closed" if self._context.over else reason
        if not await self._recorded(reason):
            self._context.spawn(self._record_later(reason))

    async def _record_later(self, reason: str) -> None:
        for _ in range(RECORD_TRIES):
            await pause(self._context.clock, RECORD_AGAIN_S)
            if await self._recorded(reason):
                return
        log.error("journal.down", lost="call.ended", **self._context.here)

    async def _recorded(self, reason: str) -> bool:
        call = self._context
        try:
            await call.settle_surely()  # the last try may have been written, and only its answer lost
            if call.interlocking.ended:
                return True
            if reason in LEFT and not call.over and CALLER_LEFT in events_of(call.flow.machine):
                await self._deciding.propose(CALLER_LEFT, by="system")
            await call.persist(call.interlocking.end(reason))
        except Superseded:
            return True  # the record is another driver's now
        except JournalDown:
            return False
        return True

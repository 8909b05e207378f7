"""What goes wrong in a call, counted: too much of it, and a person is offered (I7)."""

import structlog

from interlock.agents.call.context import CallContext
from interlock.agents.call.deciding import Deciding
from interlock.agents.call.draft import DraftEntry
from interlock.agents.call.journal import JournalDown
from interlock.machines.base import events_of
from interlock.machines.events import ESCALATE, REFUSED_THRICE

log = structlog.get_logger("interlock.call")


class Failures:
    """Watches one call's turns, verdicts and look-ups."""

    def __init__(self, context: CallContext, deciding: Deciding) -> None:
        self._context = context
        self._deciding = deciding
        self._budget = context.interlocking.budget

    async def turn_failed(self, why: str) -> None:
        """Count a turn the model could not answer; too many in a row, and a person is asked for."""
        epoch = self._context.epoch
        await self._context.record_if_possible(DraftEntry("turn.failed", {"why": why, "state": self._context.state}))
        # with a person already, the chart knows what else is left
        if self._budget.failed() and await self._ask_for_a_person((ESCALATE, REFUSED_THRICE), epoch):
            self._budget.answered()

    def turn_answered(self) -> None:
        """The model answered: failures before this one no longer count."""
        self._budget.answered()

    async def tool_failed(self) -> None:
        """A tool call was malformed or its look-up failed; too many turns of such, and a person is offered."""
        if self._budget.fruitless():
            await self._ask_for_a_person((REFUSED_THRICE, ESCALATE), self._context.epoch)

    def tool_worked(self) -> None:
        """A look-up worked: turns that came to nothing before it no longer count."""
        self._budget.fruitful()

    async def ask_for_a_person(self) -> bool:
        """Ask for one now, as something the caller has to hear cannot be told; whether one was sent for."""
        return await self._ask_for_a_person((ESCALATE, REFUSED_THRICE), self._context.epoch)

    async def _ask_for_a_person(self, events: tuple[str, ...], epoch: int) -> bool:
        call = self._context
        try:
            for event in (event for event in events if event in events_of(call.flow.machine)):
                verdict = await self._deciding.propose(event, by="system", seen_epoch=epoch, answers_caller=True)
                if verdict.accepted or verdict.kind == "stale":
                    return True
        except JournalDown:
            log.error("journal.down", lost=events[0], **call.here)
        return False

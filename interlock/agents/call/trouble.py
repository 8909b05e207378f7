"""What goes wrong in a call, counted: too much of it, and a person is offered (I7)."""

from collections.abc import Callable

import structlog

from interlock.agents.call.budget import Budget
from interlock.agents.call.deciding import Deciding
from interlock.agents.call.journal import JournalDown
from interlock.agents.call.life import Life
from interlock.agents.call.record import Line
from interlock.guards.base import Proposal
from interlock.machines.base import events_of
from interlock.machines.decide import Verdict
from interlock.machines.events import ESCALATE, REFUSED_THRICE

log = structlog.get_logger("interlock.call")


class Trouble:
    """Watches one call's turns, verdicts and look-ups."""

    def __init__(self, life: Life, deciding: Deciding, dealt_with: Callable[[], None]) -> None:
        self._life = life
        self._deciding = deciding
        self._dealt_with = dealt_with
        self._budget = Budget()

    async def turn_failed(self, why: str) -> None:
        """Count a turn the model could not answer; too many in a row, and a person is asked for."""
        epoch = self._life.epoch
        await self._life.note_if_possible(Line("turn.failed", {"why": why, "state": self._life.state}))
        # with a person already, the chart knows what else is left
        if self._budget.failed() and await self._ask_for_a_person((ESCALATE, REFUSED_THRICE), epoch):
            self._budget.answered()

    def turn_answered(self) -> None:
        """The model answered: failures before this one no longer count."""
        self._budget.answered()

    def heard_caller(self) -> None:
        """The caller spoke: a new turn begins."""
        self._budget.heard_caller()

    async def tool_failed(self) -> None:
        """A tool call was malformed or its look-up failed; too many turns of such, and a person is offered."""
        if self._budget.fruitless():
            await self._ask_for_a_person((REFUSED_THRICE, ESCALATE), self._life.epoch)

    def tool_worked(self) -> None:
        """A look-up worked: turns that came to nothing before it no longer count."""
        self._budget.fruitful()

    def too_much(self, verdict: Verdict, proposal: Proposal) -> str:
        """Take note of a verdict; the event that offers a person where it is time for one, else nothing."""
        budget = self._budget
        if not any([budget.refused(verdict, proposal), budget.going_round(verdict, proposal)]):
            return ""
        return next((e for e in (REFUSED_THRICE, ESCALATE) if e in events_of(self._life.flow.machine)), "")

    async def _ask_for_a_person(self, events: tuple[str, ...], epoch: int) -> bool:
        call = self._life
        try:
            for event in (event for event in events if event in events_of(call.flow.machine)):
                verdict = await self._deciding.propose(event, by="system", seen_epoch=epoch)
                if verdict.accepted:
                    self._dealt_with()
                if verdict.accepted or verdict.kind == "stale":
                    return True
        except JournalDown:
            log.error("journal.down", lost=events[0], **call.here)
        return False

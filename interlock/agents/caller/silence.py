"""How long a caller says nothing while the agent listens."""

from typing import Any

from livekit.agents import AgentSession, AgentStateChangedEvent, UserStateChangedEvent

from interlock.agents.call.clock import Timer, within
from interlock.agents.call.context import CallContext
from interlock.agents.call.deciding import Deciding
from interlock.agents.call.journal import JournalDown
from interlock.agents.call.record import RECORD_LIMIT_S
from interlock.agents.caller.absence import Absence
from interlock.machines.base import events_of
from interlock.machines.decide import Verdict
from interlock.machines.events import CALLER_SILENT

STILL_THERE = "Are you still there?"


class Silence:
    """Runs while the agent listens and the caller says nothing; then counts a silence and asks the machine."""

    def __init__(self, context: CallContext, deciding: Deciding, absence: Absence) -> None:
        self._context = context
        self._deciding = deciding
        self._absence = absence
        self._timer: Timer | None = None
        self._agent_listens = False
        self._caller_speaks = False
        self._stopped = False

    def listen(self, session: AgentSession[Any]) -> None:
        """Begin to watch the session's states."""
        session.on("agent_state_changed", self._agent_changed)
        session.on("user_state_changed", self._caller_changed)

    def stop(self) -> None:
        """Wait no longer: the call is over."""
        self._stopped = True
        self._cancel()

    def _agent_changed(self, event: AgentStateChangedEvent) -> None:
        self._agent_listens = event.new_state == "listening"
        self._restart()

    def _caller_changed(self, event: UserStateChangedEvent) -> None:
        self._caller_speaks = event.new_state == "speaking"
        self._restart()

    def _restart(self) -> None:
        self._cancel()
        if self._agent_listens and not self._caller_speaks and not self._stopped:
            self._timer = self._context.clock.call_later(self._context.flow.silence_s, self._silent)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _silent(self) -> None:
        self._timer = None
        if self._absence.away:  # nobody is there to say anything, which is not silence
            self._restart()
            return
        self._context.spawn(self._ask_the_machine())

    async def _ask_the_machine(self) -> None:
        call = self._context
        if CALLER_SILENT not in events_of(call.flow.machine) or call.session is None:
            return
        if call.switching:  # the next agent may be cut off before its first word: this silence is noticed again
            self._restart()
            return
        try:
            verdict = await within(call.clock, RECORD_LIMIT_S, self._verdict())
        except (JournalDown, TimeoutError):
            if not self._stopped:
                call.session.say(STILL_THERE)
            return
        if verdict is not None and verdict.kind == "guard_false" and not call.switching:
            call.session.say(verdict.say or STILL_THERE)
        elif verdict is None or not verdict.accepted:
            self._restart()

    async def _verdict(self) -> Verdict | None:
        """What the machine says to one silence more; None when the caller spoke while it was noted."""
        epoch = self._context.epoch
        await self._deciding.learn_surely("established", lambda facts: {"silences": facts.silences + 1})
        if not self._context.facts.silences:
            return None
        return await self._deciding.propose(CALLER_SILENT, by="system", seen_epoch=epoch)

"""How long a caller says nothing while the agent listens.

Silence is neither our own work nor our own speech. Sound without words is silence after a while: nobody waits for half
an hour of noise or hold music.
"""

from datetime import datetime, timedelta
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
NOISE_S = 10.0
"""How much longer than silence a sound may last that brings no word."""
LEAST_S = 1.0
"""How long after such a sound the caller may begin to speak."""


class Silence:
    """Runs while the agent listens and the caller says nothing; then counts a silence and asks the machine."""

    def __init__(self, context: CallContext, deciding: Deciding, absence: Absence) -> None:
        self._context = context
        self._deciding = deciding
        self._absence = absence
        self._timer: Timer | None = None
        self._agent_listens = False
        self._caller_speaks = False
        self._due = context.clock.now()
        self._stopped = False

    def listen(self, session: AgentSession[Any]) -> None:
        """Begin to watch the session's states."""
        session.on("agent_state_changed", self._agent_changed)
        session.on("user_state_changed", self._caller_changed)
        session.on("user_input_transcribed", lambda _: self._words_came())

    def stop(self) -> None:
        """Wait no longer: the call is over."""
        self._stopped = True
        self._cancel()

    def _agent_changed(self, event: AgentStateChangedEvent) -> None:
        self._agent_listens = event.new_state == "listening"
        self._restart()

    def _caller_changed(self, event: UserStateChangedEvent) -> None:
        self._caller_speaks = event.new_state == "speaking"
        self._wait()

    def _words_came(self) -> None:
        self._due = self._from_now()
        self._wait()

    def _restart(self) -> None:
        self._due = self._from_now()
        self._wait()

    def _from_now(self) -> datetime:
        return self._context.clock.now() + timedelta(seconds=self._context.flow.silence_s)

    def _wait(self) -> None:
        """Until the caller was silent for long enough; what they are saying just now may last a while longer."""
        self._cancel()
        if not self._agent_listens or self._stopped:
            return
        left_s = (self._due - self._context.clock.now()).total_seconds()
        wait_s = max(left_s, 0) + NOISE_S if self._caller_speaks else max(left_s, LEAST_S)
        self._timer = self._context.clock.call_later(wait_s, self._silent)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _silent(self) -> None:
        self._timer = None
        # Nobody is there to say anything, or the caller waits for our own work: neither is silence.
        if self._absence.away or self._context.state in self._context.flow.effects:
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

"""The one place that switches the LiveKit agent, and sees to it that the next one really speaks.

LiveKit's `update_agent` switches in a background task and keeps its failures to itself, where they break every later
switch too; so each switch is watched until the new agent's `on_enter`, and one that fails or stalls is tried once more,
then reported to the machine (`handoff_failed`), then ended with an apology.
"""

import asyncio
from collections.abc import Callable
from typing import Any

import structlog
from livekit.agents import Agent

from interlock.agents.call.acts import SwitchTo
from interlock.agents.call.clock import Timer, done_within, within
from interlock.agents.call.context import CallContext
from interlock.agents.call.deciding import Deciding
from interlock.agents.call.draft import DraftEntry
from interlock.agents.call.ending import Ending
from interlock.agents.call.farewell import apologise
from interlock.agents.call.journal import JournalDown
from interlock.agents.call.record import RECORD_LIMIT_S
from interlock.agents.telemetry.spans import HandoffSpan
from interlock.machines.base import events_of
from interlock.machines.events import HANDOFF_FAILED

log = structlog.get_logger("interlock.call")

PLAYOUT_LIMIT_S = 8.0
"""How long an announcement may play before the old agent is cut off."""
STALL_LIMIT_S = 3.0
"""How long the switch itself may take, once nothing plays."""


class Switch:
    """Knows which agent should speak, and whether it does."""

    def __init__(
        self,
        context: CallContext,
        deciding: Deciding,
        ending: Ending,
        desk_of: Callable[[str, str], Agent],
    ) -> None:
        self._context = context
        self._deciding = deciding
        self._ending = ending
        self._desk_of = desk_of
        self._span = HandoffSpan(context)
        self._task: asyncio.Task[Any] | None = None
        self._event = ""
        self._tries = 0
        self._troubles = 0
        self._watchdog: Timer | None = None
        self._stopped = False
        self._arrived = asyncio.Event()

    async def arrived(self) -> None:
        """Wait until the agent that was sent for has entered, or nobody is expected any more."""
        await self._arrived.wait()

    def first(self, desk: Agent) -> Agent:
        """The agent the session itself starts with."""
        self._tries = 1
        self._await(desk)
        return desk

    def started(self) -> None:
        """The session runs: its first agent is watched like any other."""
        if self._context.awaited is not None and self._watchdog is None:
            self._watch(self._context.state, self._context.awaited)

    def to(self, act: SwitchTo) -> None:
        """Send for the agent of a state; never raises and never waits, so that it can follow a commit at once."""
        if self._stopped or self._context.session is None:
            return
        self._event, self._tries = act.event, 0
        self._send(act.state)
        self._span.begin(act)

    def entered(self, desk: Agent) -> bool:
        """An agent arrived; whether it is the one that was sent for last."""
        if desk is not self._context.awaited:
            return False
        self._await(None)
        self._troubles = 0
        self._quiet()
        self._span.end("entered")
        return True

    def stop(self) -> None:
        """Watch no more: the call is over."""
        self._stopped = True
        self._await(None)
        self._quiet()
        self._span.end("ended")

    def _send(self, state: str) -> None:
        self._tries += 1
        self._quiet()
        self._await(object())  # whoever was awaited before shall not take the call any more
        try:
            desk = self._desk_of(state, self._event)
            self._await(desk)
            self._task = self._update_agent(desk)
        except Exception as error:
            self._context.spawn(self._stalled(state, self._context.awaited, type(error).__name__))
            return
        if self._task is not None:
            self._task.add_done_callback(lambda done: self._switched(state, desk, done))
        self._watch(state, desk)

    def _watch(self, state: str, desk: object) -> None:
        self._watchdog = self._context.clock.call_later(PLAYOUT_LIMIT_S, lambda: self._cut_off(state, desk))

    def _update_agent(self, desk: Agent) -> asyncio.Task[Any] | None:
        session = self._context.session
        assert session is not None
        session.update_agent(desk)
        # LiveKit has no public way to learn that its switch raised; test_livekit_privates.py watches this one.
        return session._update_activity_atask

    def _switched(self, state: str, desk: Agent, done: "asyncio.Task[Any]") -> None:
        if desk is not self._context.awaited or done is not self._task or self._stopped:
            return
        if done.cancelled() or done.exception() is not None:
            why = "cancelled" if done.cancelled() else type(done.exception()).__name__
            self._context.spawn(self._stalled(state, desk, why))

    def _cut_off(self, state: str, desk: object) -> None:
        """The old agent still speaks or works: stop its speech, and give the switch a moment more."""
        session = self._context.session
        if desk is not self._context.awaited or session is None:
            return
        try:
            session.interrupt(force=True)
        except RuntimeError as error:
            log.warning("handoff.cut_off_failed", **self._context.here, error=type(error).__name__)
        stalled = self._stalled
        self._watchdog = self._context.clock.call_later(
            STALL_LIMIT_S, lambda: self._context.spawn(stalled(state, desk, "timed out"))
        )

    async def _stalled(self, state: str, desk: object, why: str) -> None:
        if desk is not self._context.awaited or self._stopped:
            return
        self._quiet()
        self._clear_the_track()
        line = DraftEntry("handoff.stalled", {"to": state, "why": why, "tries": self._tries})
        await done_within(
            self._context.clock, RECORD_LIMIT_S, self._context.spawn(self._context.record_if_possible(line))
        )
        if desk is not self._context.awaited or state != self._context.state:
            return
        if self._tries == 1:
            self._send(state)
            return
        self._troubles += 1
        if self._troubles > 1 or HANDOFF_FAILED not in events_of(self._context.flow.machine):
            await self._give_up()
            return
        if not await self._somebody_else():
            await self._give_up()

    async def _somebody_else(self) -> bool:
        """Whether the machine knows who speaks when the one it sent for cannot, or has sent for somebody meanwhile."""
        asked = self._deciding.propose(HANDOFF_FAILED, by="system", seen_epoch=self._context.epoch)
        try:
            verdict = await within(self._context.clock, RECORD_LIMIT_S, asked)
            return verdict.kind in ("accepted", "stale")
        except (JournalDown, TimeoutError):
            return False

    def _clear_the_track(self) -> None:
        """Forget LiveKit's failed or hanging switch: each later one would wait for it and raise its error again."""
        session = self._context.session
        assert session is not None
        self._task = None
        task, session._update_activity_atask = session._update_activity_atask, None
        if task is not None and not task.done():
            task.cancel()

    async def _give_up(self) -> None:
        self._await(None)
        await apologise(self._context, self._ending)

    def _await(self, desk: object | None) -> None:
        self._context.awaited = desk
        (self._arrived.clear if desk is not None else self._arrived.set)()

    def _quiet(self) -> None:
        if self._watchdog is not None:
            self._watchdog.cancel()
            self._watchdog = None

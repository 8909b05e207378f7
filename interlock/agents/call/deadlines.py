"""Facts that hold a time: once it has come and still stands, the system says so."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from interlock.agents.call.clock import Timer, within
from interlock.agents.call.context import CallContext
from interlock.agents.call.deciding import Deciding
from interlock.agents.call.effects import key_of
from interlock.agents.call.journal import Entry
from interlock.agents.effects import Assignment, Effect, Outcome, party_of
from interlock.machines.base import offered

A_MOMENT_S = 0.5
"""Timers and the time of day are two clocks: what is over by the one shall be over by the other."""


class Deadlines:
    """The timers of one call's facts, as `Flow.deadlines` names them; `systems` gives the business systems."""

    def __init__(self, context: CallContext, deciding: Deciding, systems: Callable[[], Any]) -> None:
        self._context = context
        self._deciding = deciding
        self._systems = systems
        self._timers: dict[str, Timer] = {}
        context.watch(self._learned)
        context.at_its_end.append(self.stop)

    def watch(self) -> None:
        """Wait for every time that is known, also where another process learnt it."""
        for name in self._context.flow.deadlines:
            self._wait_for(name)

    def stop(self) -> None:
        """Wait for none any more."""
        for timer in self._timers.values():
            timer.cancel()

    def _learned(self, entry: Entry) -> None:
        if entry.kind == "facts.established":
            for name in self._context.flow.deadlines.keys() & set(entry.audit["fields"]):
                self._wait_for(name)

    def _wait_for(self, name: str) -> None:
        if (before := self._timers.pop(name, None)) is not None:
            before.cancel()
        until = getattr(self._context.facts, name)
        if until is not None and not self._context.ending:
            left = (until - self._context.clock.now()).total_seconds()
            self._timers[name] = self._context.clock.call_later(left + A_MOMENT_S, lambda: self._over(name, until))

    def _over(self, name: str, until: datetime) -> None:
        """Say so, where it still stands and still makes a difference."""
        context, effect = self._context, self._context.flow.deadlines[name]
        waited_for = effect.failed in offered(context.flow.machine, context.snapshot, "system")
        if waited_for and getattr(context.facts, name) == until and not context.ending:
            context.spawn(self._report(name, effect, context.epoch))

    async def _report(self, name: str, effect: Effect, epoch: int) -> None:
        context = self._context
        key = f"{key_of(party_of(context.id, context.callers), epoch)}:{name}"
        limits = context.interlocking.limits
        work = Assignment(key, context.id, context.facts, self._systems(), {}, context.clock.now, limits)
        try:
            outcome = await within(context.clock, effect.timeout_s, effect.done(work))
        except Exception:
            outcome = Outcome(effect.failed)
        await self._deciding.report(outcome, epoch, judged_by=work.facts)

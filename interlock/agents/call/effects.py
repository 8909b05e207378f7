"""Work in the outside world, begun by entering a state and ended by a system event."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from interlock.agents.call.acts import Begin
from interlock.agents.call.clock import pause, within
from interlock.agents.call.context import CallContext
from interlock.agents.call.deciding import Deciding
from interlock.agents.call.draft import DraftEntry
from interlock.agents.call.journal import JournalDown, Superseded
from interlock.agents.call.record import RECORD_AGAIN_S, RECORD_TRIES
from interlock.agents.effects import Assignment, Effect, Outcome, party_of
from interlock.agents.systems import Refused
from interlock.guards.facts import Facts
from interlock.guards.quotas import settled
from interlock.machines.decide import Verdict

log = structlog.get_logger("interlock.call")


@dataclass(frozen=True, slots=True)
class BegunEffect:
    """An effect that had begun: the accepted arguments, the facts they were judged by, and how it ended.

    `ended` is the event it ended with, empty where that is not on record.
    """

    args: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] | None = None
    ended: str = ""


class Effects:
    """The work of one call's states; `systems` gives the business systems it asks."""

    def __init__(self, context: CallContext, deciding: Deciding, systems: Callable[[], Any]) -> None:
        self._context = context
        self._deciding = deciding
        self._systems = systems

    def begin(self, act: Begin) -> None:
        """Begin the work of a state that was entered, beside everything else; never waits."""
        if not self._context.lost:
            effect = self._context.flow.effects[act.state]
            self._context.spawn(self.run(effect, act.judged_by, act.args, act.epoch))

    async def run(self, effect: Effect, facts: Facts, args: Mapping[str, Any], epoch: int) -> None:
        """Run `effect` once and report what came of it.

        An error or a time-out says nothing about the work itself: it may have been done, and only its answer lost. So
        it reports `effect.unknown` and never that the work failed. The key `party:epoch` makes a second run of the
        same work the same work.
        """
        await self._run(effect, "effect.started", self._assigned(facts, args, epoch), epoch)

    async def begin_again(self, effect: Effect, begun: BegunEffect, judged_by: Facts, epoch: int) -> None:
        """Finish work whose process died: report the outcome that is on record, else ask the system by the same key.

        A system that does each key once answers as it did the first time, or does now what it was never asked; what is
        asked is what was accepted, whatever was learnt since. Of any other system nobody can tell: it is not asked
        twice. The record says `effect.asked_again`, also where whoever died had not come to `effect.started`.
        """
        if begun.ended or not effect.repeatable:
            await self._report(effect, Outcome(begun.ended or effect.not_known), epoch, judged_by)
            return
        await self._run(effect, "effect.asked_again", self._assigned(judged_by, begun.args, epoch), epoch)

    def _assigned(self, facts: Facts, args: Mapping[str, Any], epoch: int) -> Assignment[Facts, Any]:
        context = self._context
        key, limits = key_of(party_of(context.id, facts.caller_number), epoch), context.interlocking.limits
        return Assignment(key, context.id, facts, self._systems(), dict(args), context.clock.now, limits)

    async def _run(self, effect: Effect, how: str, work: Assignment[Facts, Any], epoch: int) -> None:
        said = {"state": self._context.state, "key": work.key}
        taken = self._context.interlocking.takes(self._context.state, work.facts, work.args)
        not_begun = await self._begin(effect, work, DraftEntry(how, said))
        if self._context.lost:  # whoever drives the call now asks for it again
            return
        outcome, why = not_begun or await self._done(effect, work)
        back = () if outcome.quota == "kept" else settled(taken, proved=outcome.quota == "proved")
        freed = self._context.interlocking.freed(outcome, work.facts)
        await self._report(effect, replace(outcome, counts=(*back, *freed)), epoch, work.facts, said, why)

    async def _begin(
        self, effect: Effect, work: Assignment[Facts, Any], begun: DraftEntry
    ) -> tuple[Outcome, str] | None:
        """Have it on record that the work begins; where it must not, what that comes to, and why."""
        try:
            values, before = effect.facts_begun(work), self._context.facts
            if not values:
                await self._context.record_if_possible(begun)
                return None
            alone = effect.exclusive and begun.kind == "effect.started"
            whose = work.facts.caller_number
            await self._deciding.learn_surely("established", lambda now: _begins(values, now, alone, whose), begun)
        except JournalDown:  # where it was written all the same, take it back: nothing was begun
            undone = Outcome(effect.failed, lambda now: _taken_back(values, before, now), quota="given_back")
            return undone, "JournalDown"
        except Exception as error:
            return Outcome(effect.failed, quota="given_back"), type(error).__name__
        return None

    async def _done(self, effect: Effect, work: Assignment[Facts, Any]) -> tuple[Outcome, str]:
        try:
            outcome = await within(self._context.clock, effect.timeout_s, effect.done(work))
            told_no = outcome.event == effect.failed and outcome.quota == "kept"
            return (replace(outcome, quota="given_back") if told_no else outcome), ""
        except Refused:
            return Outcome(effect.failed, effect.refused, quota="given_back"), ""
        except Exception as error:
            return Outcome(effect.not_known, quota="given_back" if effect.looks_up else "kept"), type(error).__name__

    async def _report(
        self,
        effect: Effect,
        outcome: Outcome,
        epoch: int,
        judged_by: Facts,
        said: Mapping[str, Any] | None = None,
        why: str = "",
    ) -> None:
        """Report the outcome; one that cannot be known so, or that the machine will not have, counts as not known."""
        state = self._context.state
        try:
            verdict = await self._surely(effect, outcome, epoch, judged_by, said, why)
        except Exception as error:
            outcome, why = Outcome(effect.not_known), type(error).__name__
            verdict = await self._surely(effect, outcome, epoch, judged_by, said, why)
        if verdict is not None and verdict.kind not in ("accepted", "stale", "terminated"):
            log.error("effect.misreported", **self._context.here, state=state, verdict=verdict.kind)
            await self._surely(effect, Outcome(effect.not_known), epoch, judged_by)

    async def _surely(
        self,
        effect: Effect,
        outcome: Outcome,
        epoch: int,
        judged_by: Facts,
        said: Mapping[str, Any] | None = None,
        why: str = "",
    ) -> Verdict | None:
        """Report the outcome of this work and no later one: once the call moved on it is stale.

        While the journal is down, again every second for a minute: the call waits for it. The last time what was found
        is left out, should the journal not take that: then it is not known.
        """
        for left in reversed(range(RECORD_TRIES)):
            if not left and (outcome.known or outcome.used_up):
                outcome, why = Outcome(effect.not_known), "JournalDown"
            ended = [DraftEntry("effect.ended", {**said, "event": outcome.event, "why": why})] if said else []
            try:
                return await self._deciding.report(outcome, epoch, *ended, judged_by=judged_by)
            except Superseded:
                return None
            except JournalDown:
                await pause(self._context.clock, RECORD_AGAIN_S)
        log.error("effect.unreported", **self._context.here)
        return None


def key_of(party: str, epoch: int) -> str:
    """The idempotency key of the work begun in an epoch for a caller (`party_of`)."""
    return f"{party}:{epoch}"


def _begins(values: dict[str, Any], now: Facts, alone: bool, whose: int) -> dict[str, Any]:
    """The facts work begins with: of the caller it is for, and where somebody else is there, only what stands then.

    Raises `Refused` where it is to be alone, and other work of the kind is unclear.
    """
    if alone and all(getattr(now, name) == its for name, its in values.items()):
        raise Refused("other work of the kind is unclear")
    return {name: its for name, its in values.items() if whose == now.caller_number or now.keeps(name, its)}


def _taken_back(values: dict[str, Any], before: Facts, now: Facts) -> dict[str, Any]:
    return {n: getattr(before, n) for n, its in values.items() if getattr(now, n) == its != getattr(before, n)}

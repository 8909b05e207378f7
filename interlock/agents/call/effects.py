"""Work in the outside world, begun by entering a state and ended by a system event."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog

from interlock.agents.call.clock import pause, within
from interlock.agents.call.deciding import Deciding
from interlock.agents.call.journal import JournalDown, Superseded
from interlock.agents.call.life import Life
from interlock.agents.call.record import RECORD_AGAIN_S, RECORD_TRIES, Line
from interlock.agents.flow import Effect
from interlock.guards.facts import Facts
from interlock.machines.decide import Verdict

log = structlog.get_logger("interlock.call")


@dataclass(frozen=True, slots=True)
class Work:
    """An effect that had begun: the accepted arguments, the facts they were judged by, and how it ended.

    `ended` is the event it ended with, empty where that is not on record.
    """

    args: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] | None = None
    ended: str = ""


Begin = Callable[[Effect, str, dict[str, Any]], Coroutine[Any, Any, str]]
"""Begins an effect's work, with its key and its arguments."""


class Effects:
    """The work of one call's states."""

    def __init__(self, life: Life, deciding: Deciding, begin: Begin) -> None:
        self._life = life
        self._deciding = deciding
        self._begin = begin
        self.begun_before: set[str] = set()
        """The keys of work that another process began, and that is asked for again."""

    async def run(self, effect: Effect, args: dict[str, Any], epoch: int) -> None:
        """Run `effect` once and propose what came of it.

        An error or a time-out says nothing about the work itself: it may have been done, and only its answer lost. So
        it proposes `effect.unknown` and never that the work failed. The key `call_id:epoch` makes a second run of the
        same work the same work.
        """
        await self._run(effect, self._begun(effect, key_of(self._life.id, epoch), args), epoch)

    async def begin_again(self, effect: Effect, work: Work, judged_by: Facts, epoch: int) -> None:
        """Finish work whose process died: report the outcome that is on record, else ask the system by the same key.

        A system that does each key once answers as it did the first time, or does now what it was never asked; what is
        asked is what was accepted, whatever was learnt since. Of any other system nobody can tell: it is not asked
        twice. The record says `effect.asked_again`, also where whoever died had not come to `effect.started`.
        """
        if work.ended or not effect.repeatable:
            await self._conclude(effect, work.ended or effect.not_known, epoch)
            return
        key = key_of(self._life.id, epoch)
        self.begun_before.add(key)
        with self._deciding.with_facts(judged_by):
            again = self._begun(effect, key, dict(work.args))
        await self._run(effect, again, epoch)

    async def _run(self, effect: Effect, work: Coroutine[Any, Any, str], epoch: int) -> None:
        life = self._life
        key, state = key_of(life.id, epoch), life.state
        begun = "effect.asked_again" if key in self.begun_before else "effect.started"
        try:
            await life.note_if_possible(Line(begun, {"state": state, "key": key}))
        except BaseException:  # the process ends
            work.close()
            raise
        if life.lost:  # whoever drives the call now asks for it again
            work.close()
            return
        try:
            event, why = await within(life.clock, effect.timeout_s, work), ""
        except Exception as error:
            event, why = effect.not_known, type(error).__name__
        await life.note_if_possible(Line("effect.ended", {"state": state, "key": key, "event": event, "why": why}))
        await self._conclude(effect, event, epoch)

    async def _conclude(self, effect: Effect, event: str, epoch: int) -> None:
        """Report the outcome; one that the machine will not have counts as not known."""
        state = self._life.state
        verdict = await self._report(event, epoch)
        if verdict is not None and verdict.kind not in ("accepted", "stale", "terminated"):
            log.error("effect.misreported", **self._life.here, state=state, verdict=verdict.kind)
            await self._report(effect.not_known, epoch)

    def _begun(self, effect: Effect, key: str, args: dict[str, Any]) -> Coroutine[Any, Any, str]:
        """The work, having read what it reads at once; work that cannot even begin fails like any other."""
        try:
            return self._begin(effect, key, args)
        except Exception as error:
            return _cannot_begin(error)

    async def _report(self, event: str, epoch: int) -> Verdict | None:
        """Propose the outcome of this work and no later one: once the call moved on it is stale.

        While the journal is down, again every second for a minute: the call waits for it.
        """
        for _ in range(RECORD_TRIES):
            try:
                return await self._deciding.propose(event, by="system", seen_epoch=epoch)
            except Superseded:
                return None
            except JournalDown:
                await pause(self._life.clock, RECORD_AGAIN_S)
        log.error("effect.unreported", **self._life.here)
        return None


def key_of(call_id: str, epoch: int) -> str:
    """The idempotency key of the work begun in an epoch."""
    return f"{call_id}:{epoch}"


async def _cannot_begin(error: Exception) -> str:
    raise error

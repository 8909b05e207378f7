"""What one call knows and where it stands: each change is judged, durable first, and acted on at once."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import structlog

from interlock.agents.call.journal import JournalDown
from interlock.agents.call.life import Life
from interlock.agents.call.record import Line, unknown_name, verdict_line
from interlock.agents.effect import Outcome
from interlock.agents.telemetry.spans import mark, traced, verdict_span
from interlock.guards.base import Proposal, Proposer
from interlock.guards.facts import Facts, FactsError, Origin
from interlock.machines.decide import Verdict, decide

log = structlog.get_logger("interlock.call")

AFTER_THE_END = -1
"""The epoch in which a proposal was made that came when the call had ended: older than any, so always stale."""

Asked = tuple[int, str, Outcome | str, str]
"""What makes two proposals the same one, asked again: a tool call's id, or the very outcome; nothing else does."""
Learned = Callable[[Facts], dict[str, Any]]
TooMuch = Callable[[Verdict, Proposal], str]
Act = Callable[[Verdict, Proposal, bool], None]
"""Acts on a durable acceptance; the last argument is whether the call was not ending when it was decided."""


class Deciding:
    """One call's snapshot and facts. One thing is decided or learned at a time; `act` never waits."""

    def __init__(self, life: Life, act: Act) -> None:
        self._life = life
        self._act = act
        self._lock = asyncio.Lock()
        self._verdicts: dict[Asked, Verdict] = {}
        self.too_much: TooMuch = lambda verdict, proposal: ""
        """Says after each verdict whether another event is to be decided on at once, and which."""
        self.came_to_that: Callable[[], None] = lambda: None

    @property
    def under_way(self) -> bool:
        """Whether something is being decided or learned."""
        return self._lock.locked()

    async def judge(self, proposal: Proposal, as_of_now: bool, outcome: Outcome | None = None, *first: Line) -> Verdict:
        """The verdict, durable and, when accepted, acted on; the same proposal again has the same one.

        With an `outcome`, what it found is recorded, `first` after it, in one transaction with the verdict on it.
        """
        async with self._lock:
            await self._life.record.settle()  # what is in doubt may have moved the call on
            if as_of_now:
                proposal = replace(proposal, seen_epoch=self._life.snapshot.epoch)
            if self._life.ending and proposal.by != "system":
                proposal = replace(proposal, seen_epoch=AFTER_THE_END)
            if (given := self._verdicts.get(_asked(proposal, outcome))) is not None:
                return given
            verdict = await self._decide(proposal, outcome, *first)
            if event := self.too_much(verdict, proposal):
                await self._at_once(event)
            return verdict

    async def propose(
        self,
        event: str,
        args: Mapping[str, Any] | None = None,
        *,
        by: Proposer = "agent",
        seen_epoch: int | None = None,
        tool_call_id: str | None = None,
    ) -> Verdict:
        """Ask for `event` and return the verdict, once it is durable and acted on: see `Call.propose`."""
        seen = self._life.epoch if seen_epoch is None else seen_epoch
        proposal = Proposal(event, args or {}, by, seen, tool_call_id)
        as_of_now = seen_epoch is None and by != "agent"
        return await asyncio.shield(self._life.spawn(traced(self._life, proposal, self.judge(proposal, as_of_now))))

    async def report(self, outcome: Outcome, epoch: int, *first: Line) -> Verdict:
        """As `propose` of the event by the system, seen in `epoch`; what was found is known whatever the verdict.

        Raises `FactsError` (recorded) for what cannot be known so, and whatever `outcome.known` raises; then nothing
        was decided.
        """
        proposal = Proposal(outcome.event, by="system", seen_epoch=epoch)
        judged = self.judge(proposal, False, outcome, *first)
        return await asyncio.shield(self._life.spawn(traced(self._life, proposal, judged)))

    async def learn_surely(self, origin: Origin, learned: Learned, *first: Line) -> None:
        """As `learn`, whether or not whoever asks is cancelled meanwhile."""
        await asyncio.shield(self._life.spawn(self.learn(origin, learned, *first)))

    async def learn(self, origin: Origin, learned: Learned, *first: Line) -> None:
        """What is learned may depend on what is known, so it is asked for once nothing else can change that.

        The lines `first` are recorded with it, in one transaction.
        """
        async with self._lock:
            await self._life.record.settle()
            after, lines = await self._learned(self._life.facts, origin, learned(self._life.facts))
            if lines:
                await self._life.note(*first, *lines, then=partial(self._know, after))

    async def _learned(self, facts: Facts, origin: Origin, values: dict[str, Any]) -> tuple[Facts, list[Line]]:
        """The facts with these values, and what the record says of it. Raises `FactsError`, on record."""
        if not values:
            return facts, []
        known = type(facts).model_fields
        fields = sorted(name if name in known else unknown_name(name) for name in values)
        try:
            after = facts.having(origin, values)
        except FactsError as error:
            await self._life.note(Line("facts.refused", {"fields": fields, "why": f"not {origin} or not valid"}))
            raise error
        plain = after.model_dump(mode="json", include=set(values))
        return after, [Line(f"facts.{origin}", {"fields": fields}, {"facts": plain})]

    async def _found(self, outcome: Outcome | None) -> tuple[Facts, list[Line]]:
        """What is known with what came of some work."""
        facts = self._life.facts
        if outcome is None:
            return facts, []
        facts, found = await self._learned(facts, "established", outcome.found(facts))
        fresh = type(facts)()
        gone = {name: getattr(fresh, name) for name in outcome.used_up}
        facts, used_up = await self._learned(facts, "claimed", gone)
        return facts, [*found, *used_up]

    async def _at_once(self, event: str) -> None:
        """Decide on it before anything else is decided."""
        try:
            if (await self._decide(Proposal(event, by="system", seen_epoch=self._life.epoch))).accepted:
                self.came_to_that()
        except JournalDown:
            log.error("journal.down", lost=event, **self._life.here)

    async def _decide(self, proposal: Proposal, outcome: Outcome | None = None, *first: Line) -> Verdict:
        with verdict_span(self._life, proposal) as span:
            known, found = await self._found(outcome)
            facts = known.having("established", {"now": self._life.clock.now()})
            verdict = decide(self._life.flow.machine, self._life.snapshot, proposal, facts)
            lines = [*found, *first, verdict_line(verdict, proposal, facts)]
            goes_on = not self._life.ending
            if verdict.accepted and goes_on:
                lines.append(Line("handoff.started", {"from": verdict.before.state, "to": verdict.after.state}))
            then = partial(self._decided, verdict, proposal, goes_on, known, outcome)
            await self._life.write(verdict.after.epoch, *lines, then=then)
            mark(span, verdict)
        return verdict

    def _decided(
        self, verdict: Verdict, proposal: Proposal, goes_on: bool, known: Facts, outcome: Outcome | None
    ) -> None:
        """No await in here: nothing may come between what is durable and what is done."""
        self._know(known)
        if proposal.tool_call_id or outcome is not None:
            self._verdicts[_asked(proposal, outcome)] = verdict
        if verdict.accepted:
            self._life.snapshot = verdict.after
            self._verdicts = {key: its for key, its in self._verdicts.items() if key[0] >= verdict.before.epoch}
            self._act(verdict, proposal, goes_on)

    def _know(self, facts: Facts) -> None:
        self._life.facts = facts


def _asked(proposal: Proposal, outcome: Outcome | None) -> Asked:
    args = json.dumps(dict(proposal.args), sort_keys=True)
    return proposal.seen_epoch, proposal.event, outcome or proposal.tool_call_id or "", args

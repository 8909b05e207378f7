"""What one call knows and where it stands: each change is judged, durable first, and acted on at once."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import structlog

from interlock.agents.call.journal import JournalDown
from interlock.agents.call.life import Life
from interlock.agents.call.record import Line, unknown_name, verdict_line
from interlock.agents.telemetry.spans import mark, traced, verdict_span
from interlock.guards.base import Proposal, Proposer
from interlock.guards.facts import Facts, FactsError, Origin
from interlock.machines.decide import Verdict, decide

log = structlog.get_logger("interlock.call")

AFTER_THE_END = -1
"""The epoch in which a proposal was made that came when the call had ended: older than any, so always stale."""

TooMuch = Callable[[Verdict, Proposal], str]
Act = Callable[[Verdict, Proposal, bool], None]
"""Acts on a durable acceptance; the last argument is whether the call was not ending when it was decided."""


class Deciding:
    """One call's snapshot and facts. One thing is decided or learned at a time; `act` never waits."""

    def __init__(self, life: Life, act: Act) -> None:
        self._life = life
        self._act = act
        self._lock = asyncio.Lock()
        self._verdicts: dict[tuple[int, str, str, str], Verdict] = {}
        self.too_much: TooMuch = lambda verdict, proposal: ""
        """Says after each verdict whether another event is to be decided on at once, and which."""
        self.came_to_that: Callable[[], None] = lambda: None

    @property
    def under_way(self) -> bool:
        """Whether something is being decided or learned."""
        return self._lock.locked()

    async def judge(self, proposal: Proposal, as_of_now: bool) -> Verdict:
        """The verdict, durable and, when accepted, acted on; the same proposal again has the same one."""
        async with self._lock:
            await self._life.record.settle()  # what is in doubt may have moved the call on
            if as_of_now:
                proposal = replace(proposal, seen_epoch=self._life.snapshot.epoch)
            if self._life.ending and proposal.by != "system":
                proposal = replace(proposal, seen_epoch=AFTER_THE_END)
            if (given := self._verdicts.get(_asked(proposal))) is not None:
                return given
            verdict = await self._decide(proposal)
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

    async def learn_surely(self, origin: Origin, learned: Callable[[Facts], dict[str, Any]]) -> None:
        """As `learn`, whether or not whoever asks is cancelled meanwhile."""
        await asyncio.shield(self._life.spawn(self.learn(origin, learned)))

    async def learn(self, origin: Origin, learned: Callable[[Facts], dict[str, Any]]) -> None:
        """What is learned may depend on what is known, so it is asked for once nothing else can change that."""
        async with self._lock:
            await self._life.record.settle()
            values = learned(self._life.facts)
            if not values:
                return
            known = type(self._life.facts).model_fields
            fields = sorted(name if name in known else unknown_name(name) for name in values)
            try:
                after = self._life.facts.having(origin, values)
            except FactsError as error:
                await self._life.note(Line("facts.refused", {"fields": fields, "why": f"not {origin} or not valid"}))
                raise error
            plain = after.model_dump(mode="json", include=set(values))
            line = Line(f"facts.{origin}", {"fields": fields}, {"facts": plain})
            await self._life.note(line, then=partial(self._know, after))

    @contextmanager
    def with_facts(self, facts: Facts) -> Iterator[None]:
        """Have `facts` known for what is done at once in here; never wait in it."""
        now, self._life.facts = self._life.facts, facts
        try:
            yield
        finally:
            self._life.facts = now

    async def _at_once(self, event: str) -> None:
        """Decide on it before anything else is decided."""
        try:
            if (await self._decide(Proposal(event, by="system", seen_epoch=self._life.epoch))).accepted:
                self.came_to_that()
        except JournalDown:
            log.error("journal.down", lost=event, **self._life.here)

    async def _decide(self, proposal: Proposal) -> Verdict:
        with verdict_span(self._life, proposal) as span:
            facts = self._life.facts.having("established", {"now": self._life.clock.now()})
            verdict = decide(self._life.flow.machine, self._life.snapshot, proposal, facts)
            lines = [verdict_line(verdict, proposal, facts)]
            goes_on = not self._life.ending
            if verdict.accepted and goes_on:
                lines.append(Line("handoff.started", {"from": verdict.before.state, "to": verdict.after.state}))
            await self._life.write(verdict.after.epoch, *lines, then=partial(self._decided, verdict, proposal, goes_on))
            mark(span, verdict)
        return verdict

    def _decided(self, verdict: Verdict, proposal: Proposal, goes_on: bool) -> None:
        """No await in here: nothing may come between what is durable and what is done."""
        if proposal.tool_call_id:
            self._verdicts[_asked(proposal)] = verdict
        if verdict.accepted:
            self._life.snapshot = verdict.after
            self._verdicts = {key: its for key, its in self._verdicts.items() if key[0] >= verdict.before.epoch}
            self._act(verdict, proposal, goes_on)

    def _know(self, facts: Facts) -> None:
        self._life.facts = facts


def _asked(proposal: Proposal) -> tuple[int, str, str, str]:
    """What makes two proposals the same one, asked again; nothing does without a tool call's id."""
    args = json.dumps(dict(proposal.args), sort_keys=True)
    return proposal.seen_epoch, proposal.event, proposal.tool_call_id or "", args

"""One thing is decided or learned in a call at a time: judged, made durable, and acted on at once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import structlog

from interlock.agents.call.acts import Decide
from interlock.agents.call.context import CallContext
from interlock.agents.call.draft import DraftEntry
from interlock.agents.call.journal import JournalDown, QuotaSpent
from interlock.agents.call.ready import Ready
from interlock.agents.effects import Outcome
from interlock.agents.telemetry.spans import mark, proposal_span, verdict_span
from interlock.guards.base import Proposal, Proposer
from interlock.guards.facts import Facts, Origin
from interlock.machines.decide import Verdict

log = structlog.get_logger("interlock.call")

Learned = Callable[[Facts], dict[str, Any]]
"""Makes what is learned of what is known."""


class Deciding:
    """The lock around one call's interlocking."""

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self._lock = asyncio.Lock()
        self._next: list[Decide] = []

    @property
    def under_way(self) -> bool:
        """Whether something is being decided or learned."""
        return self._lock.locked()

    async def propose(
        self,
        event: str,
        args: Mapping[str, Any] | None = None,
        *,
        by: Proposer = "agent",
        seen_epoch: int | None = None,
        tool_call_id: str | None = None,
        answers_caller: bool = False,
    ) -> Verdict:
        """Ask for `event` and return the verdict, once it is durable and acted on: see `Call.propose`.

        `answers_caller` says that the handoff it leads to answers whatever the caller said.
        """
        seen = self._context.epoch if seen_epoch is None else seen_epoch
        proposal = Proposal(event, args or {}, by, seen, tool_call_id)
        as_of_now = seen_epoch is None and by != "agent"
        judged = self._in_turn(proposal, as_of_now=as_of_now, answers_caller=answers_caller)
        return await asyncio.shield(self._context.spawn(judged))

    async def report(self, outcome: Outcome, epoch: int, *first: DraftEntry) -> Verdict:
        """As `propose` of the event by the system, seen in `epoch`; what was found is known whatever the verdict.

        It is recorded, `first` after it, in one transaction with the verdict. Raises `FactsError` (recorded) for what
        cannot be known so, and whatever `outcome.known` raises; then nothing was decided.
        """
        proposal = Proposal(outcome.event, by="system", seen_epoch=epoch)
        judged = self._in_turn(proposal, outcome=outcome, first=first)
        return await asyncio.shield(self._context.spawn(judged))

    async def learn_surely(
        self, origin: Origin, learned: Learned, *first: DraftEntry, heard: Learned | None = None
    ) -> None:
        """As `learn`, whether or not whoever asks is cancelled meanwhile."""
        await asyncio.shield(self._context.spawn(self.learn(origin, learned, *first, heard=heard)))

    async def learn(self, origin: Origin, learned: Learned, *first: DraftEntry, heard: Learned | None = None) -> None:
        """What is learned may depend on what is known, so it is asked for once nothing else can change that.

        The entries `first` are recorded with it, and what our ears `heard` of a claim is established, in one
        transaction.
        """
        async with self._one_at_a_time():
            facts = self._context.facts
            beside = heard(facts) if heard else {}
            ready = self._context.interlocking.learn(origin, learned(facts), first, heard=beside)
            if ready.entries:
                await self._context.persist(ready)
            if ready.error is not None:
                raise ready.error

    async def heard_caller(self) -> None:
        """The caller spoke: silences before no longer count, also one that is just being noted."""
        self._context.interlocking.budget.heard_caller()
        await self.learn_surely("established", lambda facts: {"silences": 0} if facts.silences else {})

    def decide_next(self, act: Decide) -> None:
        """Decide on the call's own event before anything else is."""
        self._next.append(act)
        if not self._lock.locked():  # found on record late, while nothing was decided
            self._context.spawn(self._catch_up())

    async def _in_turn(self, proposal: Proposal, **how: Any) -> Verdict:
        with proposal_span(self._context, proposal) as span:
            async with self._one_at_a_time():
                verdict = await self._decide(proposal, **how)
            span.set_attributes({"interlock.kind": verdict.kind, "interlock.after": verdict.after.state})
        return verdict

    @asynccontextmanager
    async def _one_at_a_time(self) -> AsyncIterator[None]:
        """What is in doubt may have moved the call on, and what the call itself proposes comes first and last."""
        async with self._lock:
            await self._context.settle()
            await self._decide_all_next()
            yield
            await self._decide_all_next()

    async def _catch_up(self) -> None:
        async with self._lock:
            await self._decide_all_next()

    async def _decide_all_next(self) -> None:
        while self._next:
            act = self._next.pop(0)
            try:
                await self._decide(Proposal(act.event, by="system"), as_of_now=True, answers_caller=act.answers_caller)
            except JournalDown:
                log.error("journal.down", lost=act.event, **self._context.here)

    async def _decide(self, proposal: Proposal, **how: Any) -> Verdict:
        its, now = self._context.interlocking, self._context.clock.now()
        with verdict_span(self._context, proposal) as span:
            ready = its.judge(proposal, now, **how)
            try:
                await self._written(ready)
            except QuotaSpent as full:  # somebody took the last: nothing is written, and the verdict is another
                ready = its.judge(proposal, now, **how, spent=full.spent)
                await self._written(ready)
            if ready.error is not None:
                raise ready.error
            assert ready.verdict is not None, "what is judged has a verdict"
            mark(span, ready.verdict)
        return ready.verdict

    async def _written(self, ready: Ready) -> None:
        if ready.entries:
            await self._context.write(ready)

"""One thing is decided or learned in a call at a time: judged, made durable, and acted on at once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

import structlog

from interlock.agents.call.acts import Decide
from interlock.agents.call.context import CallContext
from interlock.agents.call.draft import DraftEntry
from interlock.agents.call.interlocking import OF_ANOTHER
from interlock.agents.call.journal import JournalDown, QuotaSpent
from interlock.agents.call.ready import Ready
from interlock.agents.effects import Outcome
from interlock.agents.telemetry.spans import mark, proposal_span, verdict_span
from interlock.guards.base import Proposal, Proposer
from interlock.guards.facts import Facts, FactsError, Origin
from interlock.machines.decide import Verdict

log = structlog.get_logger("interlock.call")

Learned = Callable[[Facts], dict[str, Any]]
"""Makes what is learned of what is known."""
_caller: ContextVar[int | None] = ContextVar("caller", default=None)


def for_caller(number: int) -> None:
    """What tools do in this task from here on comes of the words of the call's caller of that number: once somebody
    else has their place, nothing is claimed, established or asked for in it."""
    _caller.set(number)


def caller_of_this() -> int | None:
    """Of which caller's words comes what is done just now; None where it comes of nobody's."""
    return _caller.get()


class Deciding:
    """The lock around one call's interlocking."""

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self._lock = asyncio.Lock()
        self._next: list[Decide] = []
        self._newcomer: Mapping[str, Any] | None = None
        self._at_once = False
        """Whether the newcomer begins anew wherever they are."""

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
        of = caller_of_this() if by == "agent" else None
        judged = self._in_turn(proposal, of, as_of_now=as_of_now, answers_caller=answers_caller)
        return await asyncio.shield(self._context.spawn(judged))

    async def report(self, outcome: Outcome, epoch: int, *first: DraftEntry, judged_by: Facts) -> Verdict:
        """As `propose` of the event by the system, seen in `epoch`; what was found is known whatever the verdict.

        The work was begun for the caller it was `judged_by` the facts of, and whoever is there by now.

        It is recorded, `first` after it, in one transaction with the verdict. Raises `FactsError` (recorded) for what
        cannot be known so, and whatever `outcome.known` raises; then nothing was decided.
        """
        proposal = Proposal(outcome.event, by="system", seen_epoch=epoch)
        judged = self._in_turn(proposal, outcome=outcome, first=first, judged_by=judged_by)
        return await asyncio.shield(self._context.spawn(judged))

    async def learn_surely(
        self,
        origin: Origin,
        learned: Learned,
        *first: DraftEntry,
        heard: Learned | None = None,
        of: int | None = None,
    ) -> None:
        """As `learn`, whether or not whoever asks is cancelled meanwhile."""
        await asyncio.shield(self._context.spawn(self.learn(origin, learned, *first, heard=heard, of=of)))

    async def learn(
        self,
        origin: Origin,
        learned: Learned,
        *first: DraftEntry,
        heard: Learned | None = None,
        of: int | None = None,
    ) -> None:
        """What is learned may depend on what is known, so it is asked for once nothing else can change that.

        The entries `first` are recorded with it, and what our ears `heard` of a claim is established, in one
        transaction. Raises `FactsError` where it comes `of` the words of a caller who is not there any more.
        """
        async with self._one_at_a_time():
            if self._is_of_another(of):
                raise FactsError("the caller it was of is not the one there now")
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

    def caller_changed(self, known: Mapping[str, Any]) -> None:
        """Somebody took the caller's place: before anything else is decided, what stood for the one before falls.

        While that cannot be put on record nothing is decided at all.
        """
        self._newcomer = known
        self._context.spawn(self._meet_surely())

    async def caller_changed_before(self, known: Mapping[str, Any]) -> None:
        """The same, before any agent is there. Raises `JournalDown`."""
        async with self._one_at_a_time():
            call = self._context
            await call.persist(call.interlocking.caller_changed(known, call.turns(), switches=False))

    def meet_whoever_came(self) -> None:
        """Whoever took the caller's place in a call that was taken over since begins anew, unless they did."""
        if self._context.facts.begins_anew:
            self._context.spawn(self._meet_surely())

    async def _meet_surely(self) -> None:
        await self._context.until_recorded(self._meet)

    async def _meet(self) -> None:
        async with self._one_at_a_time():
            pass  # whoever waits to be met is, before anything else

    async def _meet_newcomer(self) -> None:
        if (newcomer := self._newcomer) is not None:
            call = self._context
            await call.write(call.interlocking.caller_changed(newcomer, call.turns()))
            if self._newcomer is newcomer:  # and nobody came after them meanwhile
                self._newcomer = None
        await self._begin_anew()

    async def _begin_anew(self) -> None:
        if (anew := self._context.interlocking.begin_anew(at_once=self._at_once)) is not None:
            await self._context.write(anew)
        self._at_once = False

    async def _meet_afterwards(self) -> None:
        try:
            await self._meet_newcomer()
        except JournalDown:  # what was decided before it is decided
            self._context.spawn(self._meet_surely())

    def _is_of_another(self, caller: int | None) -> bool:
        return caller is not None and caller != self._context.callers

    def decide_next(self, act: Decide) -> None:
        """Decide on the call's own event before anything else is."""
        self._next.append(act)
        if not self._lock.locked():  # found on record late, while nothing was decided
            self._context.spawn(self._catch_up())

    async def _in_turn(self, proposal: Proposal, of: int | None = None, **how: Any) -> Verdict:
        with proposal_span(self._context, proposal) as span:
            async with self._one_at_a_time():
                if self._is_of_another(of):
                    proposal = replace(proposal, seen_epoch=OF_ANOTHER)
                verdict = await self._decide(proposal, **how)
                await self._after(verdict, how.get("judged_by"))
            span.set_attributes({"interlock.kind": verdict.kind, "interlock.after": verdict.after.state})
        return verdict

    async def _after(self, verdict: Verdict, judged_by: Facts | None) -> None:
        """Work for the caller before is done: whoever has their place is not led on by it."""
        if judged_by is not None and judged_by.caller_number != self._context.callers and verdict.accepted:
            self._at_once = True
            with suppress(JournalDown):  # tried again before anything else is decided
                await self._begin_anew()

    @asynccontextmanager
    async def _one_at_a_time(self) -> AsyncIterator[None]:
        """What is in doubt may have moved the call on, and what the call itself proposes comes first and last."""
        async with self._lock:
            await self._context.settle()
            await self._meet_newcomer()
            await self._decide_all_next()
            yield
            await self._decide_all_next()
            await self._meet_afterwards()

    async def _catch_up(self) -> None:
        async with self._lock:
            await self._meet_afterwards()
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

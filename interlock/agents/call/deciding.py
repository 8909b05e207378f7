"""What one call knows and where it stands: each change is judged, durable first, and acted on at once."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from interlock.agents.call.clock import pause
from interlock.agents.call.journal import InDoubt, JournalDown, Superseded
from interlock.agents.call.record import RECORD_AGAIN_S, RECORD_TRIES, Line, Record, unknown_name, verdict_line
from interlock.agents.telemetry.spans import mark, verdict_span
from interlock.guards.base import Proposal
from interlock.guards.facts import Facts, FactsError, Origin
from interlock.machines.base import Snapshot
from interlock.machines.decide import Verdict, decide

if TYPE_CHECKING:
    from interlock.agents.call.call import Call

log = structlog.get_logger("interlock.call")

AFTER_THE_END = -1
"""The epoch in which a proposal was made that came when the call had ended: older than any, so always stale."""

Act = Callable[[Verdict, Proposal, bool], None]
"""Acts on a durable acceptance; the last argument is whether the call was not ending when it was decided."""


class Deciding:
    """One call's snapshot and facts. One thing is decided or learned at a time; `act` never waits."""

    def __init__(self, call: "Call", record: Record, snapshot: Snapshot, facts: Facts, act: Act) -> None:
        self._call = call
        self._record = record
        self._act = act
        self._lock = asyncio.Lock()
        self._verdicts: dict[tuple[int, str, str, str], Verdict] = {}
        self.snapshot = snapshot
        self.facts = facts

    @property
    def under_way(self) -> bool:
        """Whether something is being decided or learned."""
        return self._lock.locked()

    async def judge(self, proposal: Proposal, as_of_now: bool) -> Verdict:
        """The verdict, durable and, when accepted, acted on; the same proposal again has the same one."""
        async with self._lock:
            await self._record.settle()  # what is in doubt may have moved the call on
            if as_of_now:
                proposal = replace(proposal, seen_epoch=self.snapshot.epoch)
            if self._call.ending and proposal.by != "system":
                proposal = replace(proposal, seen_epoch=AFTER_THE_END)
            if (given := self._verdicts.get(_asked(proposal))) is not None:
                return given
            verdict = await self._decide(proposal)
            if self._call.trouble.too_much(verdict, proposal):
                await self._call.trouble.offer_a_person(self._decide)
            return verdict

    async def learn(self, origin: Origin, learned: Callable[[Facts], dict[str, Any]]) -> None:
        """What is learned may depend on what is known, so it is asked for once nothing else can change that."""
        async with self._lock:
            await self._record.settle()
            values = learned(self.facts)
            if not values:
                return
            known = type(self.facts).model_fields
            fields = sorted(name if name in known else unknown_name(name) for name in values)
            try:
                after = self.facts.having(origin, values)
            except FactsError as error:
                await self._call.note(Line("facts.refused", {"fields": fields, "why": f"not {origin} or not valid"}))
                raise error
            plain = after.model_dump(mode="json", include=set(values))
            line = Line(f"facts.{origin}", {"fields": fields}, {"facts": plain})
            await self._call.note(line, then=partial(self._know, after))

    async def write(self, epoch: int, *lines: Line, then: Callable[[], None] = lambda: None) -> None:
        """As `Record.write`; what is in doubt is asked about until the journal can tell."""
        try:
            await self._record.write(epoch, *lines, then=then)
        except InDoubt:
            self._call.spawn(self._settle_doubt())
            raise
        except Superseded:
            self._call.superseded()
            raise

    @contextmanager
    def knowing(self, facts: Facts) -> Iterator[None]:
        """Have `facts` known for what is done at once in here; never wait in it."""
        now, self.facts = self.facts, facts
        try:
            yield
        finally:
            self.facts = now

    async def _decide(self, proposal: Proposal) -> Verdict:
        with verdict_span(self._call, proposal) as span:
            facts = self.facts.having("established", {"now": self._call.clock.now()})
            verdict = decide(self._call.flow.machine, self.snapshot, proposal, facts)
            lines = [verdict_line(verdict, proposal, facts)]
            goes_on = not self._call.ending
            if verdict.accepted and goes_on:
                lines.append(Line("handoff.started", {"from": verdict.before.state, "to": verdict.after.state}))
            await self.write(verdict.after.epoch, *lines, then=partial(self._decided, verdict, proposal, goes_on))
            mark(span, verdict)
        return verdict

    def _decided(self, verdict: Verdict, proposal: Proposal, goes_on: bool) -> None:
        """No await in here: nothing may come between what is durable and what is done."""
        if proposal.tool_call_id:
            self._verdicts[_asked(proposal)] = verdict
        if verdict.accepted:
            self.snapshot = verdict.after
            self._verdicts = {key: its for key, its in self._verdicts.items() if key[0] >= verdict.before.epoch}
            self._act(verdict, proposal, goes_on)

    def _know(self, facts: Facts) -> None:
        self.facts = facts

    async def _settle_doubt(self) -> None:
        """Ask for the answer that was lost until the journal can tell, whether or not anybody speaks meanwhile."""
        for _ in range(RECORD_TRIES):
            await pause(self._call.clock, RECORD_AGAIN_S)
            with suppress(JournalDown):
                await self._record.settle()
                return
        log.error("journal.doubtful", **self._call.here)


def _asked(proposal: Proposal) -> tuple[int, str, str, str]:
    """What makes two proposals the same one, asked again; nothing does without a tool call's id."""
    args = json.dumps(dict(proposal.args), sort_keys=True)
    return proposal.seen_epoch, proposal.event, proposal.tool_call_id or "", args

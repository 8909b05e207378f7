"""A support call on a stage: the real session, machine and journal, a model and a clock that do as they are told."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from agents.support import SUPPORT
from interlock.agents.call.call import Call
from interlock.agents.call.journal import Entry, Journal
from interlock.agents.flow import Flow
from interlock.app.calls.session import open_call
from interlock.app.calls.typed import TypedCall
from interlock.app.offline.clock import ManualClock
from interlock.app.offline.scripted import Asks, Says, ScriptedModel
from interlock.app.store import StoreJournal
from interlock.guards.base import Proposal
from interlock.machines.base import Snapshot
from interlock.machines.decide import decide

VERDICTS = ("transition.accepted", "transition.refused")
ACCOUNT = {"account_found": True, "caller_verified": True, "account_id": "4471"}
ORDER = {"order_found": True, "order_number": "1042", "order_paid_cents": 3990}


@dataclass
class Stage:
    """One call under test."""

    typed: TypedCall
    call: Call
    model: ScriptedModel
    clock: ManualClock
    journal: StoreJournal
    entries: list[Entry] = field(default_factory=list)

    async def caller(self, words: str, *answers: Says) -> list[str]:
        """The caller speaks, the model answers as given; what was said, once all is quiet."""
        self.model.add(*answers)
        return await self.typed.caller(words)

    async def asks(self, name: str, args: dict[str, Any] | None = None, **given: Any) -> list[str]:
        """The caller speaks and the model makes one tool call."""
        return await self.caller("Well.", Says(calls=(Asks(name, args or {}, **given),)))

    async def to(self, state: str) -> None:
        """Take the call to `triage`, `technical`, `billing`, `refunding` or `person` by its own arrows."""
        if state == "person":
            await self._move("escalate")
            return
        await self.call.claim(caller_name="Anna")
        await self._move("begin_triage")
        await self.call.claim(issue_category="billing")
        await self.call.establish(**ACCOUNT, **ORDER)
        if state != "triage":
            await self._move("route_to_technical" if state == "technical" else "route_to_billing")

    async def _move(self, event: str) -> None:
        assert (await self.call.propose(event)).accepted
        await self.typed.rest()

    @property
    def state(self) -> str:
        """Where the call is."""
        return self.call.state

    def verdicts(self) -> list[str]:
        """Every verdict so far as `event kind`."""
        return [f"{e.audit['event']} {e.audit['kind']}" for e in self.entries if e.kind in VERDICTS]

    def kinds(self) -> list[str]:
        """Every entry's kind so far."""
        return [entry.kind for entry in self.entries]

    def last(self, kind: str) -> dict[str, Any]:
        """The audit part of the last entry of a kind."""
        return next(entry.audit for entry in reversed(self.entries) if entry.kind == kind)


@asynccontextmanager
async def on_stage(
    journal: StoreJournal,
    systems: Any,
    *,
    flow: Flow = SUPPORT,
    call_id: str = "call-1",
    writes_to: Journal | None = None,
    **given: Any,
) -> AsyncIterator[Stage]:
    """A call that was greeted; at the end it must agree with its journal, and is hung up."""
    model, clock, entries = ScriptedModel(), ManualClock(), []
    session, call = open_call(
        flow,
        llm=model,
        journal=writes_to or journal,
        services=systems,
        clock=clock,
        call_id=call_id,
        watch=entries.append,
        **given,
    )
    stage = Stage(TypedCall(session, call), call, model, clock, journal, entries)
    await stage.typed.start()
    try:
        yield stage
        await stage.typed.rest()
        check(stage)
    finally:
        if not stage.typed.over.is_set():
            await stage.typed.hang_up()
    check(stage)


def check(stage: Stage) -> None:
    """The invariants I1 to I4 for a call at rest."""
    call, record = stage.call, stage.journal.records(stage.call.id)
    assert call.at_rest
    assert [r.seq for r in record] == list(range(1, len(record) + 1))
    assert stage.journal.snapshot(call.id) == call.snapshot
    if not stage.typed.over.is_set():
        assert type(stage.typed.session.current_agent) is stage.call.flow.cast[call.state]
    _replays(stage)
    assert sum(r.kind == "transition.accepted" for r in record) == call.epoch


def _replays(stage: Stage) -> None:
    """Each verdict again from what the journal kept, one following from the other."""
    flow, private = stage.call.flow, stage.journal.private(stage.call.id)
    here: Snapshot | None = None
    for record in stage.journal.records(stage.call.id):
        if record.kind not in VERDICTS:
            continue
        kept = private[record.seq]
        before = Snapshot.from_json(kept["before"])
        assert here is None or before == here
        proposal = Proposal(kept["event"], kept["args"], record.audit["by"], record.audit["seen_epoch"])
        again = decide(flow.machine, before, proposal, flow.facts.model_validate(kept["facts"]))
        assert (again.kind, list(again.after.configuration)) == (record.audit["kind"], record.audit["after"])
        here = again.after

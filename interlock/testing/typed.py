"""A typed call on a stage: the real session, machine and journal, a model and a clock that do as they are told."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from interlock.agents.call.call import Call
from interlock.agents.call.journal import Entry, Journal
from interlock.agents.flow import Flow
from interlock.app.calls.session import open_call
from interlock.app.calls.typed import TypedCall
from interlock.app.offline.clock import ManualClock
from interlock.app.offline.scripted import Asks, Says, ScriptedModel
from interlock.app.replay import replay
from interlock.app.store import JournalReader, StoreJournal
from interlock.testing.consents import assert_agreed
from interlock.testing.saying import saying

VERDICTS = ("transition.accepted", "transition.refused")


@dataclass
class TypedStage:
    """One call under test: the caller types, `model` answers what it was given, `clock` stands still.

    `entries` is what went on record, in order.
    """

    typed: TypedCall
    call: Call
    model: ScriptedModel
    clock: ManualClock
    journal: StoreJournal | JournalReader
    entries: list[Entry] = field(default_factory=list)

    async def caller(self, words: str, *answers: Says) -> list[str]:
        """The caller speaks, the model answers as given; what was said, once all is quiet."""
        self.model.add(*answers)
        await self.typed.caller(words)
        await self.typed.let_grace_pass(self.clock)
        return self.typed.said

    async def asks(
        self, name: str, args: Mapping[str, Any] | None = None, *, said: str = "Well.", **given: Any
    ) -> list[str]:
        """The caller says this and the values, and the model makes one tool call with them; `given` goes to `Asks`."""
        return await self.caller(f"{said} {saying(args or {})}", Says(calls=(Asks(name, args or {}, **given),)))

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
        """The audit part of the last entry of a kind. Raises `StopIteration` when there is none."""
        return next(entry.audit for entry in reversed(self.entries) if entry.kind == kind)


@asynccontextmanager
async def on_stage(
    flow: Flow,
    journal: StoreJournal,
    systems: Any,
    *,
    call_id: str = "call-1",
    writes_to: Journal | None = None,
    stage: type[TypedStage] = TypedStage,
    **given: Any,
) -> AsyncIterator[TypedStage]:
    """A call of `flow` that was greeted; at the end `assert_at_rest` holds of it, and it is hung up.

    `writes_to` stands between call and `journal` and may fail; `given` goes to `interlock.app.open_call`.
    """
    model, clock, entries = ScriptedModel(), ManualClock(), list[Entry]()
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
    made = stage(TypedCall(session, call), call, model, clock, journal, entries)
    await made.typed.start()
    try:
        yield made
        await made.typed.rest()
        assert_at_rest(made)
    finally:
        if not made.typed.over.is_set():
            await made.typed.hang_up()
    assert_at_rest(made)


def assert_at_rest(stage: TypedStage) -> None:
    """What holds of a call in which nobody speaks, works or switches, from its durable record alone.

    Nothing is missing from the record (I1), machine, record and the agent that speaks agree (I3), each verdict given
    anew from the record is the same (I4), and the call moved as often as something was accepted (I5). What needs a
    yes was done on one.
    """
    call, record = stage.call, stage.journal.records(stage.call.id)
    assert call.at_rest, f"the call is not at rest in {call.state}"
    numbers = [r.seq for r in record]
    assert numbers == list(range(1, len(record) + 1)), f"the record has a gap: {numbers}"
    kept = stage.journal.snapshot(call.id)
    assert kept == call.snapshot, f"the record says {kept}, the call is at {call.snapshot}"
    if not stage.typed.over.is_set():
        speaks, cast = type(stage.typed.session.current_agent), call.flow.cast[call.state]
        assert speaks is cast, f"{speaks.__name__} speaks in {call.state}, expected {cast.__name__}"
    differences = [str(each) for each in replay(stage.journal, call.id, call.flow.machine, call.flow.facts)]
    assert not differences, "a replay differs from the record:\n" + "\n".join(differences)
    accepted = sum(r.kind == "transition.accepted" for r in record)
    assert accepted == call.epoch, f"{accepted} acceptances on record, the call made {call.epoch} transitions"
    assert_agreed(call.flow, stage.entries)

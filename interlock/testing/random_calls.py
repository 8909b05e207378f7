"""Random calls with a real session and a real journal: whatever a model says, what always holds goes on holding."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from interlock.agents.tools import Tool, tools_of
from interlock.app.calls.session import new_call_id
from interlock.app.offline.scripted import Asks, Says
from interlock.app.project import open_systems
from interlock.app.store import StoreJournal, open_journal
from interlock.testing.strange_names import STRANGE_NAMES
from interlock.testing.suite import Suite
from interlock.testing.table import CALLBACK, Table
from interlock.testing.typed import VERDICTS, TypedStage, assert_at_rest, on_stage

WANTED = "wanted-"
"""Before a number: one of the tools there are when the turn begins."""
MISCHIEF = ("", "", "", "barges in", "operator", "silence")
UNHURRIED: dict[str, Any] = {
    "deadline": None,
    "derandomize": True,
    "database": None,
    "suppress_health_check": list(HealthCheck),
    "phases": (Phase.generate,),  # to make a failing call shorter takes minutes of calls
}
Turn = tuple[Sequence[Says], str]


class RandomCalls(Suite):
    """Calls with a model that asks for anything, callers who barge in, operators and silence in between.

    `calls` is how many each flow gets; they are the same on each run. Business systems are the project's own, in
    memory. What must hold of each is said at `interlock.testing.assert_at_rest`; besides, no agent comes before the
    verdict that sent for it is durable (I2), and no arrow is taken that the table does not have (I5).
    """

    calls: ClassVar[int] = 15

    def test_no_model_breaks_what_always_holds(self, table: Table, tmp_path: Path) -> None:
        """Any tools, any arguments, any number at once."""

        @settings(max_examples=self.calls, **UNHURRIED)
        @given(turns=_turns(table), known=st.sets(st.sampled_from(sorted(table.known) or [""])))
        def holds(turns: list[Turn], known: set[str]) -> None:
            asyncio.run(_converse(table, turns, {**table.known} if len(turns) % 2 else _of(table, known), journal))

        with open_journal(tmp_path / "calls.sqlite") as journal:
            holds()


def _turns(table: Table) -> st.SearchStrategy[list[Turn]]:
    args: dict[str, Any] = {**CALLBACK, **table.known, **table.args}
    tools = {name: tool for desk in table.flow.cast.values() for name, tool in tools_of(desk).items()}
    odd = st.sampled_from(['{"a": 1, "a": 2}', "{", "[" * 999, "null"])
    names = st.sampled_from([*table.events, *sorted(tools), *STRANGE_NAMES])
    wanted = st.integers(0, 19).map(lambda number: Asks(f"{WANTED}{number}"))
    asks = st.one_of(
        *[wanted] * 6,
        st.builds(lambda name: Asks(name, _fitting(tools.get(name), args)), names),
        st.builds(Asks, names, st.dictionaries(st.sampled_from(sorted(args)), st.sampled_from(["", "x", 1, None]))),
        st.builds(Asks, names, raw=odd),
    )
    says = st.builds(Says, st.sampled_from(["", "One moment."]), st.lists(asks, max_size=3).map(tuple))
    return st.lists(
        st.tuples(st.lists(says, min_size=1, max_size=3), st.sampled_from(MISCHIEF)), min_size=3, max_size=8
    )


def _fitting(tool: Tool | None, args: dict[str, Any]) -> dict[str, Any]:
    """Arguments as the tool takes them, those that the table knows."""
    return {} if tool is None else {name: args[name] for name in tool.slots if name in args}


def _of(table: Table, names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in table.known.items() if name in names}


async def _converse(table: Table, turns: list[Turn], known: dict[str, Any], journal: StoreJournal) -> None:
    flow, early = table.flow, list[str]()
    async with on_stage(flow, journal, open_systems(flow), call_id=new_call_id()) as stage:
        _watch(stage, early)
        await stage.call.claim(**{k: v for k, v in known.items() if k in flow.facts.names("claimed")})
        await stage.call.establish(**{k: v for k, v in known.items() if k in flow.facts.names("established")})
        for answers, also in turns:
            if stage.typed.over.is_set():
                break
            stage.model.script.clear()
            stage.model.add(*(_named(table, answer, stage) for answer in answers))
            await _take(stage, also)
            assert_at_rest(stage)
    assert not early, early
    _check(table, stage)


def _watch(stage: TypedStage, early: list[str]) -> None:
    """I2: note an agent that is sent for before the verdict is durable."""
    update_agent = stage.typed.session.update_agent

    def noted(agent: Any) -> None:
        kept = stage.journal.snapshot(stage.call.id)
        if kept is None or kept.epoch < stage.call.epoch:
            early.append(f"{type(agent).__name__} was sent for in epoch {stage.call.epoch}, which is not on record")
        update_agent(agent)

    stage.typed.session.update_agent = noted  # type: ignore[method-assign]


def _named(table: Table, answer: Says, stage: TypedStage) -> Says:
    """The answer with each wanted tool named; goodbyes are left to chance, or no call would get far."""
    tools = tools_of(table.flow.cast[stage.state])
    offered = set(stage.call.offered())
    names = [name for name, tool in tools.items() if not tool.proposes or name in offered]
    names = [name for name in names if name not in ("say_goodbye", "escalate")] or ["escalate"]
    args = {**CALLBACK, **table.known, **table.args}
    calls = []
    for call in answer.calls:
        if call.name.startswith(WANTED):
            name = names[int(call.name.removeprefix(WANTED)) % len(names)]
            call = Asks(name, _fitting(tools.get(name), args))
        calls.append(call)
    return replace(answer, calls=tuple(calls))


async def _take(stage: TypedStage, also: str) -> None:
    stage.typed.say("hello")
    if also == "barges in":
        await asyncio.sleep(0)
        stage.typed.barge_in()
    elif also == "operator":
        await stage.call.propose("take_over", by="operator")
    elif also == "silence":
        stage.clock.advance(stage.call.flow.silence_s)
    await stage.typed.rest()


def _check(table: Table, stage: TypedStage) -> None:
    """I1 and I5 from the record: one verdict a tool call, along the table's arrows, facts by their own speakers."""
    asked: list[str] = []
    for record in stage.journal.records(stage.call.id):
        audit = record.audit
        if record.kind in VERDICTS:
            asked += [audit["tool_call_id"]] if audit.get("tool_call_id") else []
            if audit["kind"] == "accepted":
                arrow = (audit["before"][-1], audit["event"], audit["by"])
                assert arrow in table.legal, f"{arrow} was accepted"
            else:
                assert audit["before"] == audit["after"], f"{audit['event']} was refused and moved the call"
        elif record.kind in ("facts.claimed", "facts.established"):
            own = table.flow.facts.names(record.kind.removeprefix("facts."))  # type: ignore[arg-type]
            assert set(audit["fields"]) <= own, f"{set(audit['fields']) - own} set by who may not"
    assert len(asked) == len(set(asked)), "one tool call has two verdicts"

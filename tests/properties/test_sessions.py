"""Random calls with a real AgentSession and the real journal: whatever a model says, I1 to I5 hold."""

import asyncio
import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.support import SUPPORT
from interlock.app.calls.session import open_call
from interlock.app.calls.typed import TypedCall
from interlock.app.offline.clock import ManualClock
from interlock.app.offline.scripted import Asks, Says, ScriptedModel
from interlock.app.store import StoreJournal
from tests.machines.support_table import ARGS, EVENTS
from tests.properties.lived import (
    PROOFS,
    Lived,
    check_facts_are_whose_they_are,
    check_only_legal_arrows,
    check_replay,
    check_rest,
    verdicts,
)
from tests.properties.stage import FaultyJournal, StageSystems
from tests.properties.steps import ALL_KNOWN, CLAIMED_FROM_THE_START, History
from tests.properties.test_histories import UNHURRIED, on_disk, quiet  # noqa: F401

FITTING = {"refund": {"amount_cents": 1000}, "book_callback": {key: ARGS[key] for key in ("phone", "time")}}
WANTED = "wanted-"
"""Before a number: one of the events offered when the turn begins."""

wanted = st.integers(0, 9).map(lambda number: Asks(f"{WANTED}{number}"))
asks = st.one_of(
    wanted,
    wanted,
    wanted,
    wanted,
    wanted,
    wanted,
    st.builds(Asks, st.sampled_from(["begin_triage", "route_to_billing", "route_to_technical", "resolve", "reopen"])),
    st.builds(Asks, st.sampled_from(["escalate", "return_to_desk"])),
    st.builds(Asks, st.just("refund"), st.sampled_from([{"amount_cents": 1000}, {"amount_cents": 999999}, {}])),
    st.builds(Asks, st.just("book_callback"), st.just(FITTING["book_callback"])),
    st.builds(Asks, st.just("note_name"), st.just({"name": "Ann"})),
    st.builds(Asks, st.just("note_issue"), st.sampled_from([{"category": "billing"}, {"category": "\u202e"}])),
    st.builds(Asks, st.just("verify_caller"), st.just({"account_number": "4471", "postcode": "10115"})),
    st.builds(Asks, st.just("find_order"), st.just({"order_number": "1042"})),
    st.builds(Asks, st.sampled_from([*EVENTS, "nonsense", "refused_call", "еscalate"])),  # noqa: RUF001
    st.builds(Asks, st.just("refund"), raw=st.sampled_from(['{"amount_cents": 1, "amount_cents": 2}', "{", "[" * 999])),
)
says = st.builds(Says, st.sampled_from(["", "One moment."]), st.lists(asks, max_size=3).map(tuple))
turn = st.tuples(
    st.lists(says, min_size=1, max_size=3),
    st.sampled_from(["", "", "", "barges in", "operator", "silence"]),
)
turns = st.lists(turn, min_size=4, max_size=10)


@pytest.mark.slow
@given(turns=turns, known=st.sampled_from([ALL_KNOWN, ALL_KNOWN, CLAIMED_FROM_THE_START, {}]))
@settings(max_examples=40, **UNHURRIED)
def test_no_model_breaks_what_always_holds(turns: list[Any], known: dict[str, Any], on_disk: StoreJournal) -> None:  # noqa: F811
    """Any tools, any arguments, any number at once; barge-in, an operator and silence in between."""
    asyncio.run(converse(turns, known, on_disk))


async def converse(turns: list[Any], known: dict[str, Any], inside: StoreJournal) -> None:
    clock, systems, model = ManualClock(), StageSystems(), ScriptedModel()
    journal = FaultyJournal(inside, itertools.cycle([0, 1, 3]))
    session, call = open_call(SUPPORT, llm=model, journal=journal, services=systems.support(), clock=clock)
    lived = Lived(History(known, (), (0,), ("",)), journal, call, clock, session, systems)  # type: ignore[arg-type]
    lived.proved |= set(PROOFS)
    typed = TypedCall(session, call)
    await typed.start()
    for origin, set_ in (("claimed", call.claim), ("established", call.establish)):
        await set_(**{k: v for k, v in known.items() if k in SUPPORT.facts.names(origin)})  # type: ignore[arg-type]
    for answers, also in turns:
        if typed.over.is_set():
            break
        model.script.clear()
        model.add(*(fitted(answer, call.offered()) for answer in answers))
        await one_turn(typed, clock, also)
        if not typed.over.is_set():
            check_rest(lived, session.current_agent)
    if not typed.over.is_set():
        await typed.hang_up()
    check_only_legal_arrows(lived, inside)
    check_facts_are_whose_they_are(lived, inside)
    check_replay(lived, inside)
    ids = [p["tool_call_id"] for _, p in verdicts(lived, inside) if p["tool_call_id"]]
    assert len(ids) == len(set(ids)), "one tool call has two verdicts"


def fitted(answer: Says, offered: tuple[str, ...]) -> Says:
    """The answer with each wanted event named; goodbyes are left to chance, or no call would get far."""
    names = [name for name in offered if name not in ("say_goodbye", "escalate")] or ["escalate"]
    calls = []
    for call in answer.calls:
        if call.name.startswith(WANTED):
            name = names[int(call.name.removeprefix(WANTED)) % len(names)]
            call = Asks(name, FITTING.get(name, {}))
        calls.append(call)
    return replace(answer, calls=tuple(calls))


async def one_turn(typed: TypedCall, clock: ManualClock, also: str) -> None:
    typed.say("hello")
    if also == "barges in":
        await asyncio.sleep(0)
        typed.barge_in()
    elif also == "operator":
        await typed.call.propose("take_over", by="operator")
    elif also == "silence":
        clock.advance(SUPPORT.silence_s)
    await typed.rest()

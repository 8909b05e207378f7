"""Being put through: counted once wherever it is interrupted, told as it is, by a specialist with an own voice."""

import asyncio
import random
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import get_args

import pytest

from agents.routing import ROUTING
from app.business.routing import open_routing_systems
from interlock.agents.call.journal import JournalDown
from interlock.agents.systems import Refused, SystemDown
from interlock.agents.tools import tools_of
from interlock.app.calls.session import open_call
from interlock.app.offline.scripted import Asks, Says, ScriptedModel
from interlock.machines.base import Snapshot, offered
from machines.routing import DeskName
from tests.agents.test_voices import OwnVoice
from tests.faults.held import OutageJournal
from tests.faults.stage import on_stage

pytestmark = pytest.mark.slow  # six flows' work, each interrupted at each step

DESKS = get_args(DeskName)


class Switchboard:
    """The real switchboard, which does what the test says and remembers the keys it was given."""

    def __init__(self, real, *, error=None, answer_lost=False):
        self._real, self._error, self._answer_lost = real, error, answer_lost
        self.keys = []
        self.entered, self.done, self.gate = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.gate.set()

    async def connect(self, key, *given):
        self.keys.append(key)
        self.entered.set()
        await self.gate.wait()
        if self._error is not None:
            raise self._error
        found = await self._real.connect(key, *given)
        self.done.set()
        if self._answer_lost:
            await asyncio.Event().wait()
        return found


@asynccontextmanager
async def switched(journal, *, writes_to=None, **given):
    """A call that is known to be about a bill."""
    real = open_routing_systems()
    systems = replace(real, switchboard=Switchboard(real.switchboard, **given))
    async with on_stage(journal, systems, flow=ROUTING, writes_to=writes_to) as stage:
        await stage.call.claim(issue_category="billing")
        yield stage, systems.switchboard


async def asks_and_waits(stage, until):
    stage.model.add(Says(calls=(Asks("transfer", {"desk": "billing"}),)))
    stage.typed.say("Billing, please.")
    await until.wait()


async def test_a_caller_is_put_through_once_with_the_key_of_the_transition(journal):
    """And greeted by the desk they asked for."""
    async with switched(journal) as (stage, board):
        said = await stage.asks("transfer", {"desk": "billing"})
        assert (board.keys, stage.state, stage.call.facts.transfers) == (["call-1:1"], "billing", 1)
        assert "billing desk" in said[-1]


async def test_a_switchboard_that_says_no_leads_to_a_person(journal):
    """It counted more than the call knows, and its count is the one that holds."""
    async with switched(journal, error=Refused("no")) as (stage, _):
        said = await stage.asks("transfer", {"desk": "billing"})
        assert (stage.state, stage.call.facts.transfers) == ("offer", 2)
        assert "round in circles" in said[-1]


async def test_a_switchboard_that_is_down_leaves_the_caller_where_they_were(journal):
    """They hear so, at the desk that history gives back."""
    async with switched(journal) as (stage, board):
        await stage.asks("transfer", {"desk": "billing"})
        board._error = SystemDown("down")
        said = await stage.asks("transfer", {"desk": "technical"})
        assert (stage.state, stage.call.facts.transfers) == ("billing", 1)
        assert "could not put you through" in said[-1]


async def test_an_answer_that_is_lost_still_counts(journal):
    """The caller hears that they are where they were; asked again, the switchboard's count is noted."""
    async with switched(journal, answer_lost=True) as (stage, board):
        await asks_and_waits(stage, board.done)
        stage.clock.advance(ROUTING.effects["connecting"].timeout_s)
        await stage.typed.rest()
        assert (stage.state, stage.call.facts.transfers) == ("router", 0)
        assert "could not put you through" in stage.typed.said[-1]
        board._answer_lost = False
        await stage.asks("transfer", {"desk": "billing"})
        assert (stage.state, stage.call.facts.transfers, board.keys) == ("billing", 2, ["call-1:1", "call-1:3"])


@pytest.mark.parametrize("when", ["before", "during", "after"])
async def test_a_caller_who_hangs_up_is_counted_once(when, journal):
    """Wherever the switchboard is; the record says what it did and that the caller left."""
    async with switched(journal) as (stage, board):
        if when != "after":
            board.gate.clear()
        await asks_and_waits(stage, board.done if when == "after" else board.entered)
        hanging_up = asyncio.ensure_future(stage.typed.hang_up())
        if when == "before":
            await asyncio.wait([hanging_up], timeout=0)
        board.gate.set()
        await hanging_up
        await stage.call.wait_until_idle()
        assert (stage.state, board.keys, stage.call.facts.transfers) == ("closed", ["call-1:1"], 1)


async def test_a_caller_who_asks_for_a_person_meanwhile_gets_one(journal):
    """The desk that answers too late is not entered; going back leads to the router."""
    async with switched(journal) as (stage, board):
        board.gate.clear()
        await asks_and_waits(stage, board.entered)
        await stage.call.propose("escalate")
        board.gate.set()
        await stage.typed.rest()
        assert (stage.state, stage.call.facts.transfers) == ("person", 1)
        await stage.asks("return_to_desk")
        assert stage.state == "router"


async def test_without_the_journal_nobody_is_put_through(journal):
    """The acceptance was not on record, so the switchboard was never asked."""
    outage = OutageJournal(journal)
    async with switched(journal, writes_to=outage) as (stage, board):
        outage.down = True
        with pytest.raises(JournalDown):
            await stage.call.propose("transfer", {"desk": "billing"})
        outage.down = False
        assert (stage.state, board.keys) == ("router", [])


async def test_a_count_that_could_not_be_recorded_is_learnt_the_next_time(journal):
    """The caller stays where they were and hears so."""
    async with switched(journal, writes_to=DownOnce(journal)) as (stage, board):
        said = await stage.asks("transfer", {"desk": "billing"})
        assert (stage.state, stage.call.facts.transfers, len(board.keys)) == ("router", 0, 1)
        assert "could not put you through" in said[-1]
        await stage.asks("transfer", {"desk": "billing"})
        assert (stage.state, stage.call.facts.transfers) == ("billing", 2)


class DownOnce:
    """The real journal, down for the first count."""

    def __init__(self, real):
        self._real, self._down = real, True

    async def append(self, entries):
        if self._down and any("transfers" in e.private.get("facts", {}) for e in entries if "facts" in e.kind):
            self._down = False
            raise JournalDown("down")
        await self._real.append(entries)


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_a_model_asks_for_nobody_is_put_through_three_times(seed, journal):
    """Forty steps at random; the switchboard worked at most twice for each issue that was solved, and the last."""
    choose = random.Random(seed)
    async with switched(journal) as (stage, board):
        for _ in range(40):
            event = choose.choice(["transfer", "go_back", "back_to_router", "return_to_desk", "reopen"])
            await stage.call.propose(event, {"desk": choose.choice(DESKS)} if event == "transfer" else {})
            await stage.call.wait_until_idle()
        assert stage.call.facts.transfers == len(board.keys) == 2


@pytest.mark.parametrize("desk", DESKS)
async def test_each_specialist_has_a_voice_and_a_model_of_their_own(desk, journal):
    """By the desk's name; the router and the others speak and think with the session's."""
    voices, models = {d: OwnVoice() for d in DESKS}, {d: ScriptedModel() for d in DESKS}
    _, call = open_call(ROUTING, llm=ScriptedModel(), journal=journal, voices=voices, models=models)
    agents = {state: agent(call, "") for state, agent in ROUTING.cast.items()}
    assert [state for state, agent in agents.items() if agent.tts is voices[desk]] == [desk]
    assert [state for state, agent in agents.items() if agent.llm is models[desk]] == [desk]
    assert len({agents[state].INSTRUCTIONS for state in (*DESKS, "router")}) == 5


@pytest.mark.parametrize("desk", DESKS)
def test_a_desk_cannot_put_a_caller_through_to_itself(desk):
    """Its tool names the three others, though the chart offers the step."""
    (slot,) = tools_of(ROUTING.cast[desk])["transfer"].slots.values()
    assert set(slot.choices) == set(DESKS) - {desk}
    assert "transfer" in offered(ROUTING.machine, Snapshot("Routing", ROUTING.machine.version, (desk,)), "agent")

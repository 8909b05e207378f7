"""Being put through: counted once wherever it is interrupted, told as it is, by a specialist with an own voice."""

import random
from typing import get_args

import pytest

from agents.routing import ROUTING
from interlock.agents.systems import SystemDown
from interlock.agents.tools import tools_of
from interlock.app.calls.session import open_call
from interlock.app.offline.scripted import ScriptedModel
from interlock.machines.base import Snapshot, offered
from machines.routing import DeskName
from tests.agents.effect_cases import about_to
from tests.agents.test_voices import OwnVoice

pytestmark = pytest.mark.slow  # six flows' work, each interrupted at each step

DESKS = get_args(DeskName)


async def test_a_switchboard_that_is_down_leaves_the_caller_where_they_were(journal):
    """They hear so, at the desk that history gives back."""
    async with about_to("routing transfer", journal) as its:
        stage, board = its.stage, its.system
        await stage.asks("transfer", {"desk": "billing"})
        board.error = SystemDown("down")
        said = await stage.asks("transfer", {"desk": "technical"})
        assert (stage.state, stage.call.facts.transfers) == ("billing", 1)
        assert "could not put you through" in said[-1]


async def test_an_answer_that_is_lost_still_counts(journal):
    """Asked again, the switchboard's count is noted."""
    async with about_to("routing transfer", journal, answer_lost=True) as its:
        await its.asks_and_waits(its.system.done)
        await its.time_is_up()
        its.system.answer_lost = False
        await its.asks()
        assert (its.stage.call.facts.transfers, its.system.given) == (2, ["call-1:1", "call-1:3"])


async def test_a_caller_who_asks_for_a_person_meanwhile_gets_one(journal):
    """The desk that answers too late is not entered; going back leads to the router."""
    async with about_to("routing transfer", journal) as its:
        stage, board = its.stage, its.system
        board.gate.clear()
        await its.asks_and_waits(board.entered)
        await stage.call.propose("escalate")
        board.gate.set()
        await stage.typed.rest()
        assert (stage.state, stage.call.facts.transfers) == ("person", 1)
        await stage.asks("return_to_desk")
        assert stage.state == "router"


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_a_model_asks_for_nobody_is_put_through_three_times(seed, journal):
    """Forty steps at random; the switchboard worked at most twice for each issue that was solved, and the last."""
    choose = random.Random(seed)
    async with about_to("routing transfer", journal) as its:
        stage, board = its.stage, its.system
        for _ in range(40):
            event = choose.choice(["transfer", "go_back", "back_to_router", "return_to_desk", "reopen"])
            await stage.call.propose(event, {"desk": choose.choice(DESKS)} if event == "transfer" else {})
            await stage.call.wait_until_idle()
        assert stage.call.facts.transfers == len(board.given) == 2


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

"""A call has bounds: once they are reached the caller is told, offered a call-back, and said goodbye to."""

import pytest
from livekit.agents import SessionUsageUpdatedEvent, metrics

from agents.support import SUPPORT
from interlock.agents.call.bounds import ENOUGH, GOODBYE, GRACE_S, GRACE_TURNS
from interlock.agents.call.failure_budget import SAME_AGAIN
from interlock.agents.call.terms import Terms
from interlock.app.offline.scripted import Asks, Says
from interlock.testing.typed import on_stage

NOWHERE = Says("I did not understand.")


def spent(stage):
    return [(e.audit["what"], e.audit["then"]) for e in stage.entries if e.kind == "budget.spent"]


async def test_a_call_may_not_last_for_ever(journal, systems):
    """
    Told and asked for a number first, ended a while later; the record says why.
    """
    async with on_stage(SUPPORT, journal, systems, terms=Terms(longest_s=5.0)) as stage:
        stage.clock.advance(5.0)
        await stage.typed.rest()
        assert (stage.state, spent(stage)) == ("person", [("duration", "person")])
        assert ENOUGH in stage.typed.said
        for turn in range(int(GRACE_S // 10)):
            await stage.call.claim(caller_name=f"Anna {turn}")
            await stage.caller("Let me see.", NOWHERE)
            stage.clock.advance(10.0)
            await stage.typed.rest()
        assert (stage.state, spent(stage)[1:]) == ("closed", [("duration", "goodbye")])
        assert GOODBYE in stage.typed.said


async def test_turns_that_get_nowhere_have_an_end(journal, systems):
    """
    Half an hour of a song is no conversation.
    """
    async with on_stage(SUPPORT, journal, systems, terms=Terms(idle_turns=3)) as stage:
        for turn in range(4):
            assert stage.state == "greeting"
            await stage.caller(f"La la {turn}.", NOWHERE)
        assert (stage.state, spent(stage)) == ("person", [("turns", "person")])
        for turn in range(GRACE_TURNS + 1):
            assert stage.state == "person"
            await stage.caller(f"La la la {turn}.", NOWHERE)
        assert (stage.state, spent(stage)[1:]) == ("closed", [("turns", "goodbye")])


async def test_a_turn_that_gets_on_begins_the_count_anew(journal, systems):
    """
    A fact that was learnt is enough.
    """
    async with on_stage(SUPPORT, journal, systems, terms=Terms(idle_turns=3)) as stage:
        for turn in range(9):
            await stage.caller(f"Hm {turn}.", NOWHERE)
            await stage.asks("note_name", {"name": f"Anna {turn}"})
        assert spent(stage) == []


async def test_a_call_may_use_so_much_of_a_model(journal, systems):
    """
    By what LiveKit says was used.
    """
    async with on_stage(SUPPORT, journal, systems, terms=Terms(tokens=1000)) as stage:
        for used in (600, 1001):
            its = metrics.LLMModelUsage(provider="p", model="m", input_tokens=used)
            stage.typed.session.emit("session_usage_updated", SessionUsageUpdatedEvent(usage=_usage(its)))
            await stage.typed.rest()
            assert spent(stage) == ([("tokens", "person")] if used > 1000 else [])


@pytest.mark.parametrize("limit", [SAME_AGAIN])
async def test_the_very_same_is_accepted_so_often_and_no_more(journal, systems, limit):
    """
    To and fro between a person and a desk ends, however sure the model is.
    """
    async with on_stage(SUPPORT, journal, systems) as stage:
        for _ in range(limit):
            await stage.asks("escalate")
            assert stage.state == "person"
            await stage.caller("Back.", Says(calls=(Asks("return_to_desk"),)), Says("Where were we?"))
            assert stage.state == "greeting"
        await stage.asks("escalate")
        assert (stage.state, stage.typed.over.is_set()) == ("closed", True)
        assert "refused_thrice accepted" in stage.verdicts()


def _usage(*models):
    return metrics.AgentSessionUsage(model_usage=list(models))

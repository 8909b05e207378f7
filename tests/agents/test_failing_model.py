"""A model that fails or crawls, in time: what the caller waits for, and what the record says."""

import asyncio

from livekit.agents import APIStatusError

from interlock.agents.speech.reply import BEGIN_LIMIT_S
from interlock.app.offline.scripted import Asks, Says, ScriptedModel
from tests.faults.stage import on_stage
from tests.faults.test_hanging import passes

SPARE = "This is the spare speaking."
NOTES = Says(calls=(Asks("note_name", {"name": "Anna"}),))


async def test_a_silent_model_is_answered_for_in_time(journal, systems):
    """The spare speaks, and the record says who failed and who answered."""
    never = asyncio.Event()
    async with on_stage(journal, systems, spare=ScriptedModel([Says(SPARE)])) as stage:
        stage.model.add(Says("Too late.", gate=never))
        stage.typed.say("Hello?")
        await passes(stage, BEGIN_LIMIT_S + 0.5, lambda: stage.typed.said == [SPARE])
        await stage.typed.rest()
        failed = {"kind": "llm", "error": "TimeoutError", "recoverable": False, "provider": "ScriptedModel"}
        assert stage.last("provider.failed") == failed
        assert stage.last("provider.fell_back") == {"kind": "llm", "to": "ScriptedModel"}


async def test_a_model_that_only_clears_its_throat_is_too_late(journal, systems):
    """Half a sentence is nothing a voice could begin with."""
    never = asyncio.Event()
    async with on_stage(journal, systems, spare=ScriptedModel([Says(SPARE)])) as stage:
        stage.model.add(Says("Well", hold=never))
        stage.typed.say("Hello?")
        await passes(stage, BEGIN_LIMIT_S + 0.5, lambda: any(SPARE in said for said in stage.typed.said))
        await stage.typed.rest()
        assert stage.last("turn.failed")["why"] == "TimeoutError"


async def test_what_follows_in_a_failed_turn_is_the_spares(journal, systems):
    """A tool of the spare does not bring the dead model back for another silence; the caller's next words do."""
    spare = ScriptedModel([NOTES, Says(SPARE)])
    async with on_stage(journal, systems, spare=spare) as stage:
        assert await stage.caller("I am Anna.", Says(error=ConnectionResetError())) == [SPARE]
        assert len(stage.model.asked) == 1
        assert await stage.caller("Hello?", Says("Yes?")) == ["Yes?"]
        assert stage.kinds().count("turn.failed") == 1


async def test_a_failing_provider_is_on_record_by_type_and_status(journal, systems):
    """Nothing of what it said."""
    error = APIStatusError("canary", status_code=429, retryable=False)
    async with on_stage(journal, systems) as stage:
        await stage.caller("Hello?", Says(error=error))
        failed = {"kind": "llm", "error": "APIStatusError", "recoverable": False, "provider": "ScriptedModel"}
        assert stage.last("provider.failed") == failed | {"status": 429}


async def test_a_model_that_recovered_may_fail_anew(journal, systems):
    """Each outage is one line, however many turns it lasts."""
    broken = Says(error=ConnectionResetError())
    async with on_stage(journal, systems) as stage:
        for answer in (broken, broken, Says("Yes?"), broken):
            await stage.caller("Hello?", answer)
        assert stage.kinds().count("provider.failed") == 2

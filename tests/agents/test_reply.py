"""A turn is always answered: by the model, the spare model, or one honest sentence (I7)."""

import pytest
from livekit.agents import APIConnectionError, APIStatusError, APITimeoutError, ModelSettings, llm

from interlock.agents.desks import Farewell
from interlock.agents.speech.reply import LAST_RESORT, reply, words_of
from interlock.agents.speech.tool_call_filter import ToolCallFilter
from interlock.app.offline.scripted import Asks, Says, ScriptedModel
from tests.faults.stage import on_stage

SPARE = "This is the spare speaking."
ERRORS = [
    APIConnectionError("gone", retryable=False),
    APITimeoutError("late", retryable=False),
    APIStatusError("429", status_code=429, retryable=False),
    RecursionError("deep"),
    ValueError("odd"),
]
by_type = pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)


@by_type
async def test_an_error_is_answered_with_the_last_resort(journal, systems, error):
    """
    Whatever the model raises, the caller is asked again and the record names the error's type.
    """
    async with on_stage(journal, systems) as stage:
        assert await stage.caller("Hello?", Says(error=error)) == [LAST_RESORT]
        assert stage.last("turn.failed") == {"why": type(error).__name__, "state": "greeting"}


@pytest.mark.parametrize("nothing", [Says(), Says("  \n "), Says(chunks=("", " "))], ids=["empty", "blank", "chunks"])
async def test_silence_is_answered_with_the_last_resort(journal, systems, nothing):
    """
    Blanks are not words.
    """
    async with on_stage(journal, systems) as stage:
        said = await stage.caller("Hello?", nothing)
        assert [words.strip() for words in said] == [LAST_RESORT]
        assert stage.last("turn.failed")["why"] == "silent"


@pytest.mark.parametrize("main", [Says(), Says(error=ERRORS[0])], ids=["silent", "failing"])
async def test_the_spare_model_takes_over(journal, systems, main):
    """
    The spare answers the same conversation with the same tools, but not the one meant for us alone.
    """
    spare = ScriptedModel([Says(SPARE)])
    async with on_stage(journal, systems, spare=spare) as stage:
        assert await stage.caller("Hello?", main) == [SPARE]
        assert spare.shown == stage.model.shown
        assert "refused_call" not in spare.shown[0]
        assert spare.asked[0].items[-1].text_content == "Hello?"


async def test_the_spare_models_tool_calls_are_proposals(journal, systems):
    """
    The spare can carry a caller to a person, and is filtered like any model.
    """
    calls = (Asks("take_over"), Asks("escalate"))
    async with on_stage(journal, systems, spare=ScriptedModel([Says(calls=calls)])) as stage:
        await stage.caller("A human!", Says(error=ERRORS[0]))
        assert stage.verdicts() == ["take_over not_yours", "escalate accepted"]
        assert stage.state == "person"


@by_type
async def test_the_spare_failing_too_ends_in_the_last_resort(journal, systems, error):
    """
    Two models down: still a sentence.
    """
    async with on_stage(journal, systems, spare=ScriptedModel(then=lambda: Says(error=error))) as stage:
        assert await stage.caller("Hello?", Says(error=ERRORS[0])) == [LAST_RESORT]
        assert await stage.caller("Hello?", Says()) == [LAST_RESORT]


async def test_the_spare_silent_too_ends_in_the_last_resort(journal, systems):
    """
    A spare with nothing to say is none.
    """
    async with on_stage(journal, systems, spare=ScriptedModel()) as stage:
        assert await stage.caller("Hello?", Says()) == [LAST_RESORT]


async def test_a_stream_cut_after_words_is_answered_in_full(journal, systems):
    """
    Half a sentence is followed by a whole one.
    """
    async with on_stage(journal, systems, spare=ScriptedModel([Says(SPARE)])) as stage:
        said = await stage.caller("Hello?", Says("Well, I ", error=ERRORS[0]))
        assert said == [f"Well, I {SPARE}"]


async def test_a_stream_cut_after_a_tool_call_is_answered_by_the_tool(journal, systems):
    """
    The call runs, the model is asked to go on, and the spare is not needed.
    """
    spare = ScriptedModel([Says(SPARE)])
    cut = Says(calls=(Asks("note_name", {"name": "Anna"}),), error=ERRORS[0])
    async with on_stage(journal, systems, spare=spare) as stage:
        assert await stage.caller("I am Anna.", cut, Says("Hello, Anna.")) == ["Hello, Anna."]
        assert stage.call.facts.caller_name == "Anna"
        assert not spare.asked


async def test_only_tool_calls_where_none_are_allowed(journal, systems):
    """
    With tool_choice none, calls are dropped from both models, and the sentence remains; the record has their number.
    """
    ask = Says(calls=(Asks("escalate"),))
    async with on_stage(journal, systems, spare=ScriptedModel([ask])) as stage:
        main = ScriptedModel([ask]).chat(chat_ctx=llm.ChatContext(), tools=[])
        tool_filter = ToolCallFilter(["escalate"], set())
        given = (llm.ChatContext(), [], ModelSettings(tool_choice="none"))
        chunks = [chunk async for chunk in reply(stage.call, main, tool_filter, *given)]
        await main.aclose()
        assert "".join(map(words_of, chunks)) == LAST_RESORT
        assert not [c for c in chunks if isinstance(c, llm.ChatChunk) and c.delta and c.delta.tool_calls]
        await stage.typed.rest()
        assert stage.last("calls.ignored") == {"count": 2, "state": "greeting"}


async def test_three_failed_turns_in_a_row_ask_for_a_person(journal, systems):
    """
    The third is answered by the person's desk, not by the last resort.
    """
    async with on_stage(journal, systems) as stage:
        for _ in range(2):
            assert await stage.caller("Hello?", Says()) == [LAST_RESORT]
        said = await stage.caller("Hello?", Says())
        assert stage.verdicts() == ["escalate accepted"]
        assert said == ["A colleague will take care of this. Which number may we call you back on?"]


async def test_an_answer_in_between_starts_the_count_again(journal, systems):
    """
    Only failures in a row count.
    """
    async with on_stage(journal, systems) as stage:
        for answer in (Says(), Says(), Says("Your name?"), Says(), Says()):
            await stage.caller("Hello?", answer)
        assert stage.state == "greeting"


async def test_a_spare_that_answers_does_not_hide_a_dead_model(journal, systems):
    """
    The spare is there to carry the caller to a person, and the third failure does.
    """
    async with on_stage(journal, systems, spare=ScriptedModel(then=lambda: Says(SPARE))) as stage:
        for _ in range(3):
            await stage.caller("Hello?", Says(error=ERRORS[0]))
        assert stage.state == "person"


async def test_failed_turns_with_a_person_already_end_the_call(journal, systems):
    """
    Where no person is left to ask for, a bounded number of sorries ends in a goodbye.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("person")
        for _ in range(3):
            said = await stage.caller("Hello?", Says(error=ERRORS[0]))
        assert stage.verdicts()[-2:] == ["escalate not_from_here", "refused_thrice accepted"]
        assert said == [Farewell.OPENINGS["refused_thrice"]]
        assert stage.typed.over.is_set()

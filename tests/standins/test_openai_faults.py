"""What openai.LLM makes of the seven faults."""

import pytest
from livekit.agents import APIConnectionError, APITimeoutError

from interlock.app.offline.scripted import Asks, Says
from tests.standins.clients import IMPATIENT, ONCE, THRICE, ask
from tests.standins.faults import Fault
from tests.standins.openai import OpenAI
from tests.standins.outcomes import AT_THE_DOOR, SLOW, is_error


@pytest.mark.parametrize(("fault", "kind", "status"), AT_THE_DOOR)
async def test_the_model_turned_away(fault, kind, status):
    """
    An error at once, and nothing of the answer is used up.
    """
    async with OpenAI(["Hello."]) as openai:
        await openai.fail(fault)
        came = await ask(openai.base_url)
        assert is_error(came.error, kind, status=status)
        await openai.heal()
        assert (await ask(openai.base_url)).parts[0] == "Hello."


@pytest.mark.parametrize("fault", [*SLOW, Fault.SILENT])
async def test_the_model_late(fault):
    """
    A timeout before the first word may be tried again.
    """
    async with OpenAI(["Hello."]) as openai:
        await openai.fail(fault)
        came = await ask(openai.base_url, options=IMPATIENT)
    assert came.parts == []
    assert is_error(came.error, APITimeoutError)


@pytest.mark.parametrize("fault", [*SLOW, Fault.SILENT])
async def test_the_model_late_between_words(fault):
    """
    A timeout after the first word is final.
    """
    async with OpenAI(["One two three."]) as openai:
        await openai.fail(fault, after=2)
        came = await ask(openai.base_url, options=IMPATIENT)
    assert came.parts == ["One"]
    assert is_error(came.error, APITimeoutError, retryable=False)


@pytest.mark.parametrize("options", [ONCE, THRICE], ids=["once", "thrice"])
async def test_the_model_cut(options):
    """
    What was said is said, a tool call that was cut is never made, and nobody tries again.
    """
    async with OpenAI(brain=lambda messages, tools: Says("One two", (Asks("go", {"to": "billing"}),))) as openai:
        await openai.fail(Fault.CUT, after=5)
        came = await ask(openai.base_url, options=options)
        assert len(openai.log.of("chat")) == 1
    assert came.parts == ["One", " two"]
    assert is_error(came.error, APIConnectionError, retryable=False)


async def test_the_model_cut_before_the_first_word_is_asked_again():
    """
    Only words that were sent stand in the way of another try.
    """
    async with OpenAI(["Lost.", "Hello."]) as openai:
        await openai.fail(Fault.CUT, after=1, times=1)
        came = await ask(openai.base_url, options=THRICE)
    assert came.error is None
    assert came.parts[0] == "Hello."


@pytest.mark.parametrize("fault", [Fault.RATE_LIMITED, Fault.SERVER_ERROR])
async def test_the_model_back_after_one_failure(fault):
    """
    A second try gets the answer.
    """
    async with OpenAI(["Hello."]) as openai:
        await openai.fail(fault, times=1)
        came = await ask(openai.base_url, options=THRICE)
        assert [heard.fault for heard in openai.log] == [fault, None]
    assert came.parts[0] == "Hello."

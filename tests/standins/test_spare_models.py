"""Models with spares, the real plugins: who answers, what is told, and when nobody is left."""

from typing import Any

import pytest
from livekit.agents import APIConnectionError, APIConnectOptions, llm
from livekit.plugins import groq, openai

from interlock.agents.speech.providers import FELL_BACK
from interlock.app.providers.fallback import FallbackLLM
from tests.standins.faults import Fault
from tests.standins.openai import OpenAI

ONCE = APIConnectOptions(max_retry=0, timeout=5.0)


class Asked:
    """
    Two models, the first one first, and what they tell.
    """

    def __init__(self, first: OpenAI, second: OpenAI) -> None:
        named: dict[str, llm.LLM[Any]] = {
            "openai/one": openai.LLM(model="one", api_key="key", base_url=first.base_url),
            "groq/two": groq.LLM(model="two", api_key="key", base_url=second.base_url),
        }
        self.model = FallbackLLM(named)
        self.told: list[str] = []
        self.errors: list[tuple[str, bool]] = []
        self.model.on(FELL_BACK, self.told.append)
        self.model.on("error", lambda error: self.errors.append((error.label.split(".")[2], error.recoverable)))

    async def words(self) -> str:
        """
        What comes of one question.
        """
        context = llm.ChatContext()
        context.add_message(role="user", content="Hello?")
        async with self.model.chat(chat_ctx=context, conn_options=ONCE) as stream:
            return "".join([chunk.delta.content or "" async for chunk in stream if chunk.delta])


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.CUT])
async def test_the_spare_answers_when_the_first_does_not_begin(fault):
    """
    The first one's error is told as one that can be lived with, and who answers by name.
    """
    async with OpenAI(["One answer, of which each piece comes late."]) as first, OpenAI(["Two."]) as second:
        asked = Asked(first, second)
        await first.fail(fault)
        assert await asked.words() == "Two."
        await asked.model.aclose()
    assert asked.told == ["groq/two"]
    assert asked.errors[0] == ("openai", True)
    assert asked.model.label.split(".")[2] == "groq"


async def test_nobody_steps_in_when_nobody_is_left():
    """
    Then it is an error, and no name is told that does not answer.
    """
    async with OpenAI() as first, OpenAI() as second:
        asked = Asked(first, second)
        await first.fail(Fault.REFUSED)
        await second.fail(Fault.REFUSED)
        with pytest.raises(APIConnectionError):
            await asked.words()
        await asked.model.aclose()
    assert asked.told == ["groq/two"]

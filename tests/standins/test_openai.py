"""The OpenAI stand-in, asked by the real plugin."""

import json

import aiohttp
import pytest
from livekit.agents import function_tool

from interlock.app.offline.scripted import Asks, Says
from tests.standins.clients import ask
from tests.standins.openai import OpenAI, broken_calls
from tests.standins.rules import Rule, by_rules


@function_tool
async def route_to_billing(reason: str) -> None:
    """Pass the caller on."""


async def test_words_and_tool_calls_arrive_whole():
    """
    Words come in pieces, each call's arguments joined again, and the usage last.
    """
    long = {"reason": "a refund, and an invoice nobody understands"}
    calls = (Asks("route_to_billing", long), Asks("note_name", raw="{not json"))
    async with OpenAI([Says("One moment, please.", calls)]) as openai:
        came = await ask(openai.base_url)
    assert came.error is None
    assert came.parts[:3] == ["One", " moment,", " please."]
    assert came.parts[3:5] == [("route_to_billing", json.dumps(long)), ("note_name", "{not json")]
    assert came.parts[5] > 0


async def test_the_script_goes_on_where_it_was_and_then_the_brain_answers():
    """
    A script is answered entry by entry; after its end the function is asked, which may be a coroutine.
    """

    async def brain(messages, tools):
        return f"You said {messages[-1]['content']}"

    async with OpenAI(["First.", "Second."], brain=brain) as openai:
        said = ["".join(map(str, (await ask(openai.base_url, "three")).parts[:-1])) for _ in range(3)]
    assert said == ["First.", "Second.", "You said three"]


async def test_calls_at_the_same_time_have_their_own_scripts():
    """
    The user of a request picks its script.
    """
    async with OpenAI(["Anybody."], scripts={"call-1": ["One."], "call-2": ["Two."]}) as openai:
        said = [(await ask(openai.base_url, user=user)).parts[0] for user in ("call-2", "call-1", "call-3")]
    assert said == ["Two.", "One.", "Anybody."]


async def test_rules_answer_by_what_the_caller_said_and_what_is_offered():
    """
    A rule whose tool is not on offer does not hold: after a handoff the same words get another answer.
    """
    brain = by_rules([Rule("refund", calls=(Asks("route_to_billing", {"reason": "refund"}),)), Rule("refund", "Sure.")])
    async with OpenAI(brain=brain) as openai:
        offered = await ask(openai.base_url, "A Refund, please.", tools=[route_to_billing])
        not_offered = await ask(openai.base_url, "A refund, please.")
        neither = await ask(openai.base_url, "Good morning.")
        log = openai.log
    assert offered.parts[0] == ("route_to_billing", '{"reason": "refund"}')
    assert not_offered.parts[0] == "Sure."
    assert "".join(map(str, neither.parts[:-1])) == "Could you say more?"
    assert [heard.what["body"]["messages"][-1]["content"] for heard in log.of("chat")] == [
        "A Refund, please.",
        "A refund, please.",
        "Good morning.",
    ]


def test_rules_follow_a_tool_result_with_words():
    """
    The request after a tool call is not answered by calling the tool again.
    """
    brain = by_rules([Rule(".", calls=())], after_tools="Done.")
    assert brain([{"role": "user", "content": "x"}, {"role": "tool", "content": "ok"}], []) == "Done."


CALLS = {"role": "assistant", "tool_calls": [{"id": "a"}, {"id": "b"}]}
A, B = ({"role": "tool", "tool_call_id": name} for name in "ab")
USER = {"role": "user", "content": "Hello."}


@pytest.mark.parametrize(
    ("messages", "complaint"),
    [
        ([USER, CALLS, A, B, USER], None),
        ([USER, A], "messages[1] answers 'a', expected a call of the message before"),
        ([USER, CALLS, A, USER], "messages[3] comes before the results of ['b'], expected those first"),
        ([CALLS, B], "no result of ['a'], expected one for each call"),
    ],
)
def test_a_history_openai_would_refuse_is_refused(messages, complaint):
    """
    Every tool result needs its call, and every call its result.
    """
    assert broken_calls(messages) == complaint


async def test_models_are_listed(http: aiohttp.ClientSession):
    """
    For a check that a key works.
    """
    async with OpenAI() as openai, http.get(f"{openai.base_url}/models") as response:
        assert [model["id"] for model in (await response.json())["data"]] == ["gpt-4.1-mini"]

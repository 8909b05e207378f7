"""What of a conversation crosses a handoff."""

import asyncio
from dataclasses import replace

import pytest
from livekit.agents import APIConnectionError

from agents.support import SUPPORT
from interlock.agents.flow import CarryOver
from interlock.app.calls.session import open_call
from interlock.app.calls.typed import TypedCall
from interlock.app.offline.clock import ManualClock
from interlock.app.offline.scripted import Asks, Says, ScriptedModel

HELLO = "Hello, I am Anna."


async def triage_heard(journal, carry, *summary):
    """The texts the triage agent's model was given, after a handoff with this carry."""
    model = ScriptedModel(
        [
            Says(calls=(Asks("note_name", {"name": "Anna"}),)),
            Says(calls=(Asks("begin_triage"),)),
            *summary,
            Says(text="I see."),
        ]
    )
    flow = replace(SUPPORT, carry_over={"begin_triage": carry} if carry else {})
    session, call = open_call(flow, llm=model, journal=journal, clock=ManualClock())
    typed = TypedCall(session, call)
    await typed.start()
    await typed.caller(HELLO)
    await typed.caller("My router is broken.")
    await typed.hang_up()
    return [getattr(item, "text_content", None) or item.type for item in model.asked[-1].items]


async def test_the_whole_conversation_crosses_unless_a_flow_says_otherwise(journal):
    """
    Words and tool calls, those of tools the new agent lacks too (P10).
    """
    heard = await triage_heard(journal, None)
    assert HELLO in heard
    assert heard.count("function_call") == 2


@pytest.mark.parametrize(
    ("turns", "crossed"), [(0, []), (1, [HELLO]), (9, ["You are speaking", "Hello, this is", HELLO])]
)
async def test_the_last_turns_cross_alone(journal, turns, crossed):
    """
    So many messages and no tool calls; with none, what is known as facts is still told.
    """
    heard = await triage_heard(journal, CarryOver(turns=turns))
    before = heard[1 : heard.index("Thank you. What can we help you with?")]
    assert len(before) == len(crossed)
    assert all(text.startswith(start) for text, start in zip(before, crossed, strict=True))
    assert "caller name: Anna" in heard[0]


async def test_a_summary_crosses_in_place_of_the_words(journal):
    """
    The model is asked once, and the next agent reads its answer.
    """
    heard = await triage_heard(journal, CarryOver(summary=True), Says(text="Anna called."))
    assert "The call so far: Anna called." in heard
    assert HELLO not in heard


@pytest.mark.parametrize(
    "failing", [Says(), Says(error=APIConnectionError("down", retryable=False))], ids=["silent", "down"]
)
async def test_without_a_summary_the_last_words_cross(journal, failing):
    """
    A model that cannot sum up costs the next agent no more than the older words.
    """
    heard = await triage_heard(journal, CarryOver(summary=True), failing)
    assert HELLO in heard


@pytest.mark.parametrize("carry", [CarryOver(turns=0), CarryOver(summary=True)], ids=["facts only", "summary"])
async def test_words_nobody_answered_cross_in_any_case(journal, carry):
    """
    An operator takes the call before the model answered: the next agent is given the question.
    """
    gate, wish = asyncio.Event(), "What about my secret wish?"
    summed_up = [Says("They wish for something.")] if carry.summary else []
    model = ScriptedModel([Says("late", gate=gate), *summed_up, Says("Now I answer.")])
    flow = replace(SUPPORT, carry_over={"take_over": carry})
    session, call = open_call(flow, llm=model, journal=journal, clock=ManualClock())
    typed = TypedCall(session, call)
    await typed.start()
    typed.say(wish)
    while not model.asked:  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0)
    await call.propose("take_over", by="operator")
    gate.set()
    await typed.rest()
    asked = [getattr(item, "text_content", None) for item in model.asked[-1].items]
    assert asked.count(wish) == 1
    await typed.hang_up()

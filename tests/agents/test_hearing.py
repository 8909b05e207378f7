"""The caller's words while agents switch: each answered, none twice (P4).

LiveKit's pitfalls P1-P14 (livekit-1.8.9.md), and what stands against each:

P1   by construction: no tool returns an Agent (test_livekit_privates.py looks), and test_interruption.py breaks in at
     every point of a handoff.
P2   by construction as P1; test_parallel.py proposes up to a hundred times in one turn.
P3   test_switch.py: a switch that raises, agents whose tools collide; test_livekit_privates.py: the poison is real.
P4   this file and test_interruption.py.
P5   by construction: no agent is an AgentTask (test_livekit_privates.py looks).
P6   test_parallel.py: proposals from before an operator's event, and from an agent on its way out.
P7   test_switch.py: an announcement, a model and a data tool that never end. No tool waits for its own handoff: `Call`
     commits without awaiting the switch.
P8   by construction: a tool result never switches an agent, however late; a proposal outlives its tool's cancellation.
P9   test_parallel.py: the same tool call twice.
P10  test_parallel.py: the calls and results of both tools are in the next agent's context.
P11  test_parallel.py: a refund that ends before its clerk arrived.
P12  by construction: `reply` answers a turn in which tools are no longer allowed; tests/faults, the endless loops.
P13  test_switch.py: an `on_enter` that raises or hangs, also the first agent's.
P14  by construction: tools return one sentence or a ToolResult (test_livekit_privates.py looks).
"""

import asyncio
from typing import Any

import pytest
from livekit.agents import ConversationItemAddedEvent, UserInputTranscribedEvent, llm

from agents.support.desks import Triage
from interlock.agents.desks import Farewell, WaitingDesk
from interlock.app.offline.scripted import Asks, Says
from tests.agents.stage import Stage

HELLO = "This is Anna."
WORDS = "Wait, what does it cost?"
HAND_OVER = Says(calls=(Asks("note_name", {"name": "Anna"}), Asks("begin_triage")))
TAKEN_OVER = WaitingDesk.OPENINGS["take_over"]

DURING_THE_SWITCH = (
    "transition.accepted: durable",
    "Triage: after update_agent",
    "tool results in",
    "between the agents 1",
    "handoff.entered 2: being written",
    "handoff.entered 2: durable",
    "opening: being synthesized",
)


@pytest.mark.parametrize("point", DURING_THE_SWITCH)
async def test_a_turn_that_ends_later_than_its_transcript_is_answered_once(on_stage, point):
    """
    The transcript is final before the switch is done, the turn ends after: the words belong to one agent only.
    """
    stage = await begin(on_stage, turn_ends_after_s=0.03)
    stage.points.arm(point, lambda: stage.ears.hears(WORDS))
    await says(stage, HELLO)
    assert stage.answers_to(WORDS) == 1, stage.transcript()
    stage.assert_agrees()


@pytest.mark.parametrize("point", DURING_THE_SWITCH)
async def test_typed_words_during_the_switch_are_answered_once(on_stage, point):
    """
    The same for a caller who types.
    """
    stage = await begin(on_stage)
    stage.points.arm(point, lambda: stage.call.hearing.hear(WORDS))
    await says(stage, HELLO)
    assert stage.answers_to(WORDS) == 1, stage.transcript()
    stage.assert_agrees()


@pytest.mark.parametrize("first", DURING_THE_SWITCH[:4])
@pytest.mark.parametrize("second", DURING_THE_SWITCH[3:6])
async def test_words_on_both_sides_of_the_handoff_are_all_heard(on_stage, first, second):
    """
    What the old agent heard and what the new one hears both reach the conversation, once.
    """
    stage = await begin(on_stage)
    stage.points.arm(first, lambda: stage.ears.hears(WORDS))
    if second != first:
        stage.points.arm(second, lambda: stage.ears.hears("And when?"))
    await says(stage, HELLO)
    heard = " ".join(m.text_content or "" for m in stage.messages if m.role == "user")
    assert heard.count(WORDS) == 1, stage.transcript()
    assert heard.count("And when?") == (second != first), stage.transcript()
    assert stage.messages[-1].role == "assistant"
    stage.assert_agrees()


async def test_words_after_those_of_the_last_message_are_kept(on_stage):
    """
    A message in the conversation accounts for its own transcripts, not for what was said since.
    """
    stage = await begin(on_stage)
    for words in ("First.", "Second."):
        stage.session.emit("user_input_transcribed", UserInputTranscribedEvent(transcript=words, is_final=True))
    message = llm.ChatMessage(role="user", content=["First."])
    stage.call.hearing.answered([message.id])
    stage.session.emit("conversation_item_added", ConversationItemAddedEvent(item=message))
    await stage.call.propose("take_over", by="operator")
    await stage.quiet()
    assert stage.said[1:] == [TAKEN_OVER, "You said: Second."]


async def test_a_turn_livekit_dropped_blocks_no_later_one(on_stage):
    """
    Answered turns after it are struck off, and none of it is brought up again at the next handoff.
    """
    stage = await begin(on_stage)
    emit = stage.session.emit
    emit("user_input_transcribed", UserInputTranscribedEvent(transcript="Mumble.", is_final=True))
    for words in ("First.", "Second.", "Third."):
        emit("user_input_transcribed", UserInputTranscribedEvent(transcript=words, is_final=True))
        message = llm.ChatMessage(role="user", content=[words])
        emit("conversation_item_added", ConversationItemAddedEvent(item=message))
        stage.call.hearing.answered([message.id])
    assert not stage.call.hearing._heard
    await stage.call.propose("take_over", by="operator")
    await stage.quiet()
    assert stage.said[1:] == [TAKEN_OVER]


async def test_words_outlive_a_second_switch_that_overtakes_the_first(on_stage):
    """
    The agent they were meant for is passed through before it could speak: the one after it answers.
    """
    stage = await begin(on_stage)
    taken: list[Any] = []

    def take_over() -> None:
        taken.append(asyncio.get_running_loop().create_task(stage.call.propose("take_over", by="operator")))

    stage.points.arm("Triage: after update_agent", lambda: stage.ears.hears(WORDS))
    stage.points.arm("handoff.entered 2: being written", take_over)
    await says(stage, HELLO)
    assert stage.call.state == "person"
    assert stage.answers_to(WORDS) == 1, stage.transcript()
    assert TAKEN_OVER in stage.said
    stage.assert_agrees()


async def test_nobody_answers_after_goodbye(on_stage):
    """
    Words spoken while the call ends are heard out, and the goodbye is the last word.
    """
    stage = await begin(on_stage)
    stage.model.lines["Bye."] = Says(calls=(Asks("say_goodbye"),))
    stage.points.arm("Farewell: after update_agent", lambda: stage.ears.hears(WORDS))
    stage.ears.hears("Bye.")
    await stage.closed()
    assert stage.said[-1] == Farewell.OPENING
    assert stage.call.state == "closed"
    assert stage.kinds()[-1] == "call.ended"


async def test_a_turn_the_handoff_answers_is_not_answered_again(on_stage):
    """
    The opening is the answer to the words that led to the handoff.
    """
    stage = await begin(on_stage)
    await says(stage, HELLO)
    assert stage.said[1:] == [Triage.OPENING]
    assert not stage.call.hearing.owes_an_answer


async def begin(on_stage: Any, *, turn_ends_after_s: float = 0.0) -> Stage:
    stage = on_stage()
    stage.session.update_options(endpointing_opts={"min_delay": turn_ends_after_s, "max_delay": turn_ends_after_s})
    stage.mouth.labels = {Triage.OPENING: "opening"}
    stage.model.lines[HELLO] = HAND_OVER
    await stage.start()
    return stage


async def says(stage: Stage, words: str) -> None:
    stage.ears.hears(words)
    await stage.quiet()

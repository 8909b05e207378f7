"""What a call takes, on record: answers and handoffs that were heard, and nothing of what was not."""

from typing import Any

import pytest
from livekit.agents import ConversationItemAddedEvent, llm

from interlock.app.offline.scripted import Asks, Says
from tests.agents.stage import Stage
from tests.faults.stage import on_stage

HEARD = {"transcription_delay": 0.21, "end_of_turn_delay": 0.55, "stopped_speaking_at": 1.0}
SAID = {"e2e_latency": 1.2404, "llm_node_ttft": 0.3, "tts_node_ttfb": 0.18, "started_speaking_at": 2.2}
ALL = {"answer_ms": 1240, "llm_ttft_ms": 300, "tts_ttfb_ms": 180, "transcription_ms": 210, "end_of_turn_ms": 550}


def adds(session: Any, role: Any, metrics: Any) -> None:
    item = llm.ChatMessage(role=role, content=["words"], metrics=metrics)
    session.emit("conversation_item_added", ConversationItemAddedEvent(item=item))


def measured(stage: Any, kind: str = "turn.measured") -> list[dict[str, Any]]:
    return [entry.audit for entry in stage.entries if entry.kind == kind]


async def test_an_answer_is_measured_with_the_turn_it_answers(journal, systems) -> None:
    """Once, in whole milliseconds, with the state it was given in."""
    async with on_stage(journal, systems) as stage:
        adds(stage.typed.session, "user", HEARD)
        adds(stage.typed.session, "assistant", SAID)
        adds(stage.typed.session, "assistant", {"llm_node_ttft": 0.1})
        await stage.typed.rest()
        assert measured(stage) == [{"state": "greeting", **ALL}]


async def test_what_was_not_measured_is_left_out(journal, systems) -> None:
    """No zeros for what nobody knows, and no time before the beginning."""
    async with on_stage(journal, systems) as stage:
        adds(stage.typed.session, "assistant", {"e2e_latency": 0.9, "llm_node_ttft": -0.1})
        await stage.typed.rest()
        assert measured(stage) == [{"state": "greeting", "answer_ms": 900}]


async def test_a_typed_call_has_nothing_to_hear(journal, systems) -> None:
    """Neither answers nor handoffs: there was no sound."""
    async with on_stage(journal, systems) as stage:
        await stage.call.claim(caller_name="Ann")
        await stage.asks("begin_triage")
        assert "handoff.entered" in stage.kinds()
        assert not {"turn.measured", "handoff.heard"} & set(stage.kinds())


async def test_nothing_is_measured_after_the_end(journal, systems) -> None:
    """The end is the last line."""
    async with on_stage(journal, systems) as stage:
        await stage.typed.hang_up()
        adds(stage.typed.session, "assistant", SAID)
        await stage.call.wait_until_idle()
        assert stage.kinds()[-1] == "call.ended"


@pytest.mark.parametrize("speaks", [True, False], ids=["its opening", "nothing"])
async def test_a_handoff_is_heard_with_the_new_agents_first_sound(journal, systems, speaks: bool) -> None:
    """Once, from where to where; the old agent's announcement does not count for it."""
    stage = Stage(journal, systems)
    if not speaks:
        stage.session.output.set_audio_enabled(False)
    await stage.start()
    stage.model.lines["I am Ann."] = Says(
        "One moment, please.", calls=(Asks("note_name", {"name": "Ann"}), Asks("begin_triage"))
    )
    stage.ears.hears("I am Ann.")
    await stage.until(lambda: stage.call.state == "triage")
    await stage.quiet()
    heard = measured(stage, "handoff.heard")
    await stage.close()
    assert [(line["from"], line["to"]) for line in heard] == [("greeting", "triage")] * speaks
    for line in heard:
        assert 0 <= line["entered_ms"] <= line["heard_ms"]


async def test_what_the_old_agent_says_meanwhile_is_not_the_new_ones(journal, systems) -> None:
    """An announcement that begins after the verdict ends before LiveKit switches, and counts as waiting."""
    stage = Stage(journal, systems)
    await stage.start()
    said, over = stage.points.gate("line: being synthesized"), stage.points.gate("line: playing")
    stage.model.lines["I am Ann."] = Says(
        "One moment, please.", calls=(Asks("note_name", {"name": "Ann"}), Asks("begin_triage"))
    )
    stage.ears.hears("I am Ann.")
    await stage.until(lambda: stage.call.state == "triage")
    frames = stage.points.passed.count("line: first frame")
    said.set()
    await stage.until(lambda: stage.points.passed.count("line: first frame") > frames)
    stage.clock.advance(1.5)
    over.set()
    await stage.quiet()
    (heard,) = measured(stage, "handoff.heard")
    await stage.close()
    assert (heard["entered_ms"], heard["heard_ms"]) == (1500, 1500)

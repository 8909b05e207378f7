"""A caller who breaks in, at every point around a handoff, heard through LiveKit's own speech path."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

import interlock.agents.call.interlocking
from agents.support import SUPPORT
from agents.support.desks import Reception, Triage
from interlock.agents.desks import WaitingDesk
from interlock.app.offline.scripted import Asks, Says
from tests.agents.stage import Stage

HELLO = "This is Anna."
ANNOUNCEMENT = "One moment please."
BARGE_IN = "Wait, what does it cost?"

BEFORE_THE_VERDICT = (
    "handoff: before the model answers",
    "handoff: while its words stream",
    "handoff: after its tool calls",
    "note_name: started",
    "announcement: being synthesized",
    "announcement: first frame",
    "announcement: playing",
    "facts.claimed: being written",
    "facts.claimed: durable",
    "note_name: ended",
    "begin_triage: started",
    "waiting for the lock",
    "before the decision",
    "after the decision",
)
FROM_THE_VERDICT_ON = (
    "transition.accepted: being written",
    "transition.accepted: durable",
    "the verdict is told",
    "Triage: before update_agent",
    "Triage: after update_agent",
    "begin_triage: ended",
    "announcement: still playing",
    "announcement: over",
    "tool results in",
    "on_exit begins",
    "on_exit ends",
    "between the agents 1",
    "on_enter begins",
    "the conversation is being carried over",
    "the conversation is carried over",
    "on_enter has returned",
    "handoff.entered 2: being written",
    "handoff.entered 2: durable",
    "opening: being synthesized",
    "opening: first frame",
    "opening: playing",
    "opening: over",
)
POINTS = BEFORE_THE_VERDICT + FROM_THE_VERDICT_ON
EVERY_FOURTH_FAST = [
    point if n % 4 == 0 else pytest.param(point, marks=pytest.mark.slow) for n, point in enumerate(POINTS)
]


@pytest.fixture
async def stage(on_stage, monkeypatch):
    """
    A call greeted by the reception, where HELLO leads to a handoff to triage, announced.
    """

    class PointedReception(Reception):
        async def on_exit(self) -> None:
            await made.points.through("on_exit begins")
            await super().on_exit()
            await made.points.through("on_exit ends")

    class PointedTriage(Triage):
        async def on_enter(self) -> None:
            await made.points.through("on_enter begins")
            await super().on_enter()
            await made.points.through("on_enter has returned")

        async def update_chat_ctx(self, *given: Any, **more: Any) -> None:
            await made.points.through("the conversation is being carried over")
            await super().update_chat_ctx(*given, **more)
            await made.points.through("the conversation is carried over")

    PointedTriage.__name__ = "Triage"
    made = on_stage(greeting=PointedReception, triage=PointedTriage)
    lines = {ANNOUNCEMENT: "announcement", Triage.OPENING: "opening", Reception.OPENING: "greeting"}
    made.mouth.labels = lines
    made.model.lines[HELLO] = Says(ANNOUNCEMENT, (Asks("note_name", {"name": "Anna"}), Asks("begin_triage")))
    _let_the_announcement_play_on(made)
    _watch_the_decision(made, monkeypatch)
    await made.start()
    return made


@pytest.mark.parametrize("point", EVERY_FOURTH_FAST)
async def test_fault_39_words_that_break_in_are_answered_once_and_everybody_agrees(stage: Stage, point: str):
    """
    Wherever the caller breaks in, machine, record and agent agree at rest, and the words get one answer.
    """
    stage.points.arm(point, lambda: stage.ears.hears(BARGE_IN))
    await _hand_over(stage, point)
    stage.assert_agrees()
    assert stage.answers_to(BARGE_IN) == 1, stage.transcript()
    await _go_on(stage)


@pytest.mark.parametrize("point", EVERY_FOURTH_FAST)
async def test_fault_39_words_after_a_forced_interruption_are_answered_once(stage: Stage, point: str):
    """
    The same when voice activity stopped the agent before there was a transcript.
    """

    def break_in() -> None:
        stage.cough()
        stage.ears.hears(BARGE_IN)

    stage.points.arm(point, break_in)
    await _hand_over(stage, point)
    stage.assert_agrees()
    assert stage.answers_to(BARGE_IN) == 1, stage.transcript()
    await _go_on(stage)


@pytest.mark.parametrize("point", EVERY_FOURTH_FAST)
async def test_fault_39_a_cough_divides_nobody(stage: Stage, point: str):
    """
    An interruption without words loses no accepted handoff and leaves no silence that the timer does not end.
    """
    stage.points.arm(point, stage.cough)
    await _hand_over(stage, point)
    stage.assert_agrees()
    if point in FROM_THE_VERDICT_ON:
        assert stage.call.state == "triage"
    stage.clock.advance(stage.flow.silence_s)
    await stage.quiet()
    assert stage.said[-1] == "Are you still there?", stage.transcript()
    await _go_on(stage)


async def _hand_over(stage: Stage, point: str) -> None:
    if point == "waiting for the lock":
        _hold_the_lock(stage)
    stage.ears.hears(HELLO)
    await stage.points.reached(point)
    await stage.quiet()


async def _go_on(stage: Stage) -> None:
    """
    Whoever speaks now answers the next words, with their own tools.
    """
    stage.ears.hears("And now?")
    await stage.quiet()
    assert stage.answers_to("And now?") == 1, stage.transcript()
    stage.assert_agrees()
    offered = {name for name in stage.call.offered() if hasattr(type(stage.session.current_agent), name)}
    assert offered <= set(stage.model.shown[-1])


def _let_the_announcement_play_on(stage: Stage) -> None:
    """The announcement lasts until the handoff's tool has returned."""
    ended = stage.speaker.until["announcement"] = asyncio.Event()
    stage.points.when("begin_triage: ended", ended.set)


def _watch_the_decision(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    decide = interlock.agents.call.interlocking.decide

    def pointed(machine: Any, snapshot: Any, proposal: Any, facts: Any) -> Any:
        if proposal.event == "begin_triage":
            stage.points.at("before the decision")
        verdict = decide(machine, snapshot, proposal, facts)
        if proposal.event == "begin_triage":
            stage.points.at("after the decision")
        return verdict

    monkeypatch.setattr(interlock.agents.call.interlocking, "decide", pointed)


def _hold_the_lock(stage: Stage) -> None:
    """Somebody else is being served when the handoff is proposed."""
    propose = stage.call.propose

    async def queued(event: str, *given: Any, **more: Any) -> Any:
        if event == "begin_triage":
            other = asyncio.create_task(stage.call.establish(order_found=False))
            verdict = asyncio.create_task(propose(event, *given, **more))
            await other
            return await verdict
        return await propose(event, *given, **more)

    stage.call.propose = queued  # type: ignore[method-assign]


async def test_a_silence_that_fell_into_a_switch_is_noticed_again(on_stage):
    """
    The timer ran out while agents switched, and the new one was cut off before its first word: somebody still asks.
    """
    gate = asyncio.Event()

    class Slow(Reception):
        async def on_exit(self) -> None:
            await gate.wait()

    stage = on_stage(greeting=Slow, flow=replace(SUPPORT, silence_s=5.0))
    stage.mouth.labels = {WaitingDesk.OPENINGS["take_over"]: "opening"}
    stage.points.arm("opening: being synthesized", stage.cough)
    await stage.start()
    await stage.call.propose("take_over", by="operator")
    stage.clock.advance(5.0)
    await stage.rounds()
    gate.set()
    await stage.quiet()
    assert len(stage.said) == 1
    stage.clock.advance(5.0)
    await stage.quiet()
    assert stage.said[-1] == "Are you still there?"
    stage.assert_agrees()

"""Faults of LiveKit's side: events twice or out of order, a caller who leaves at any moment, a switch that fails."""

import asyncio

import pytest
from livekit.agents import (
    AgentStateChangedEvent,
    ConversationItemAddedEvent,
    UserInputTranscribedEvent,
    UserStateChangedEvent,
    llm,
)

from interlock.app.offline.scripted import Asks, Says
from tests.faults.held import HeldJournal
from tests.faults.stage import on_stage

REFUND = Says(calls=(Asks("refund", {"amount_cents": 1000}),))


def transcribed(words, final=True):
    return UserInputTranscribedEvent(transcript=words, is_final=final)


def caller_item(words):
    return ConversationItemAddedEvent(item=llm.ChatMessage(role="user", content=[words]))


async def test_fault_38_the_same_transcript_twice_in_a_switch(journal, systems):
    """
    Words heard twice during a handoff are answered in one turn of the next agent.
    """
    async with on_stage(journal, systems) as stage:
        await stage.call.propose("escalate")
        for _ in range(2):
            stage.typed.session.emit("user_input_transcribed", transcribed("Hello?", final=False))
            stage.typed.session.emit("user_input_transcribed", transcribed("Hello?"))
        stage.model.add(Says("I am here."))
        await stage.typed.rest()
        assert stage.typed.said[-1] == "I am here."
        assert len(stage.model.asked) == 1


async def test_fault_38_a_transcript_after_its_turn(journal, systems):
    """
    A transcript that arrives after its turn was answered costs one more answer, never the call.
    """
    async with on_stage(journal, systems) as stage:
        session = stage.typed.session
        session.emit("conversation_item_added", caller_item("A human."))
        session.emit("user_input_transcribed", transcribed("A human."))
        stage.model.add(Says("A person will call you back. Which number?"))
        await stage.call.propose("escalate")
        await stage.typed.rest()
        assert stage.state == "person"
        assert stage.typed.said[-1] == "A person will call you back. Which number?"


async def test_fault_38_states_twice_and_out_of_order(journal, systems):
    """
    However often the session reports that it listens, one silence is counted at a time.
    """
    async with on_stage(journal, systems) as stage:
        session = stage.typed.session
        for new in ("listening", "speaking", "listening", "listening"):
            session.emit("agent_state_changed", AgentStateChangedEvent(old_state="thinking", new_state=new))
        for new in ("speaking", "listening", "listening"):
            session.emit("user_state_changed", UserStateChangedEvent(old_state="away", new_state=new))
        stage.clock.advance(stage.call.flow.silence_s)
        await stage.typed.rest()
        assert stage.call.facts.silences == 1
        assert stage.verdicts() == ["caller_silent guard_false"]
        assert stage.typed.said[-1] == "Are you still there?"


async def test_fault_38_entering_twice(journal, systems):
    """
    An agent that is told twice that it is there speaks once, and so does one that nobody sent for.
    """
    async with on_stage(journal, systems) as stage:
        await stage.call.propose("escalate")
        await stage.typed.rest()
        said = list(stage.typed.said)
        await stage.typed.session.current_agent.on_enter()
        await stage.typed.rest()
        assert stage.typed.said == said
        assert stage.kinds().count("handoff.entered") == 2


async def test_fault_38_closing_twice(journal, systems):
    """
    A call ends once on the record, and nothing is accepted after it.
    """
    async with on_stage(journal, systems) as stage:
        await asyncio.gather(stage.typed.hang_up(), stage.typed.hang_up(), stage.call.end("again"))
        assert stage.kinds().count("call.ended") == 1
        late = await stage.call.propose("escalate")
        assert late.kind == "terminated"


@pytest.mark.parametrize("rounds", [*range(0, 12), 15, 20, 30, 50, 80])
async def test_fault_40_hanging_up_in_the_middle_of_a_transition(journal, systems, rounds):
    """
    The caller leaves so many rounds of the loop after the proposal: the call is closed, once, wherever it was.
    """
    async with on_stage(journal, systems) as stage:
        proposal = asyncio.create_task(stage.call.propose("escalate"))
        for _ in range(rounds):
            await asyncio.sleep(0)
        await stage.typed.hang_up()
        assert (await proposal).kind in ("accepted", "stale", "terminated")
        ended(stage)


@pytest.mark.parametrize(
    ("when", "kind"),
    [
        ("before", "transition.accepted"),
        ("after", "transition.accepted"),
        ("before", "effect.started"),
        ("before", "handoff.entered"),
        ("after", "handoff.entered"),
        ("before", "facts.established"),
        ("before", "effect.ended"),
        ("after", "effect.ended"),
    ],
)
async def test_fault_40_hanging_up_at_each_step_of_a_refund(journal, systems, when, kind):
    """
    Accepted work is done and its end recorded, though nobody listens any more.
    """
    held = HeldJournal(journal)
    async with on_stage(journal, systems, writes_to=held) as stage:
        await stage.to("billing")
        held.hold(when, kind)
        stage.model.add(REFUND)
        stage.typed.say("Refund ten.")
        await held.reached.wait()
        hangs_up = asyncio.create_task(stage.typed.session.aclose())
        await asyncio.sleep(0)
        held.release.set()
        await hangs_up
        await stage.call.wait_until_idle()
        ended(stage)
        assert "refund accepted" in stage.verdicts()
        assert stage.kinds().count("effect.started") == stage.kinds().count("effect.ended") == 1
        assert stage.last("effect.ended")["event"] == "refund_paid"
        assert stage.call.facts.order_paid_cents == 2990


def ended(stage):
    assert stage.call.state == "closed"
    assert stage.kinds().count("call.ended") == 1
    assert stage.kinds().count("transition.accepted") == stage.call.epoch
    assert not [timer for timer in stage.clock._timers if not timer.cancelled]


async def test_fault_41_the_switch_itself_raising(journal, systems, monkeypatch):
    """
    A switch that raises is tried again with a fresh agent, which then speaks.
    """
    async with on_stage(journal, systems) as stage:
        session = stage.typed.session
        real, sent = session.update_agent, []

        def once_broken(desk):
            sent.append(desk)
            if len(sent) == 1:
                raise RuntimeError("duplicate tools")
            real(desk)

        monkeypatch.setattr(session, "update_agent", once_broken)
        await stage.call.propose("escalate")
        await stage.typed.rest()
        assert stage.typed.said[-1].startswith("A colleague will take care of this.")
        assert stage.kinds().count("handoff.stalled") == 1
        assert sent[0] is not sent[1]


async def test_fault_42_the_caller_speaks_during_the_switch(journal, systems):
    """
    Words spoken between two agents are the first thing the next one answers.
    """
    async with on_stage(journal, systems) as stage:
        await stage.call.propose("escalate")
        stage.typed.session.emit("user_input_transcribed", transcribed("030 1234567, please."))
        stage.model.add(Says("And when?"))
        await stage.typed.rest()
        assert stage.typed.said[-1] == "And when?"
        assert stage.model.asked[-1].items[-1].text_content == "030 1234567, please."

"""Parts that never answer: a journal, a model, a business system. The caller hears something in bounded time (I7)."""

import asyncio
from dataclasses import replace

import pytest

from agents.support import SUPPORT
from agents.support.desks import Triage
from interlock.agents.call.farewell import APOLOGY
from interlock.agents.call.record import RECORD_LIMIT_S
from interlock.agents.desks import WaitingDesk
from interlock.agents.speech.reply import CHUNK_LIMIT_S, LAST_RESORT
from interlock.agents.tool_calls import TURN_LIMIT_S
from interlock.app.offline.scripted import Asks, Says, ScriptedModel
from tests.faults.held import OutageJournal
from tests.faults.stage import ACCOUNT, on_stage

SORRY = Says("I am sorry, that does not work just now.")
MARGIN_S = 2.0


async def passes(stage, limit_s, true):
    """Time passes until something is so, no more than `limit_s` of it; it stands still while anything is at work."""
    begun, loop = stage.clock.now(), asyncio.get_running_loop()
    for _ in range(1000):
        await asyncio.sleep(0)
        while loop._ready:  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0)
        if true():
            return
        if (stage.clock.now() - begun).total_seconds() < limit_s and not stage.journal.pending:
            stage.clock.advance(0.5)
        else:
            await asyncio.sleep(0.001)
    stage.clock.advance(3600)  # whoever still waits shall not keep the call from being hung up
    pytest.fail(f"nothing within {limit_s} s: {stage.typed.said}")


@pytest.mark.parametrize(
    "asked",
    [Asks("resolve"), Asks("note_issue", {"category": "billing"}), Asks("note_issue", raw="{"), Asks("fly")],
    ids=["proposal", "look-up", "malformed", "unknown"],
)
async def test_fault_a_journal_that_hangs_does_not_silence_a_tool(journal, systems, asked):
    """
    The model is told that it did not work, and says so.
    """
    outage = OutageJournal(journal)
    async with on_stage(journal, systems, writes_to=outage) as stage:
        await stage.to("triage")
        outage.answers.clear()
        stage.model.add(Says(calls=(asked,)), SORRY)
        stage.typed.say("It is solved.")
        await passes(stage, TURN_LIMIT_S + MARGIN_S, lambda: SORRY.text in stage.typed.said)
        outage.answers.set()
        await stage.typed.rest()


async def test_fault_a_journal_that_hangs_while_the_model_fails(journal, systems):
    """
    The last resort does not wait for the record of the failure.
    """
    outage = OutageJournal(journal)
    async with on_stage(journal, systems, writes_to=outage) as stage:
        outage.answers.clear()
        stage.model.add(Says(error=ConnectionResetError()))
        stage.typed.say("Hello?")
        await passes(stage, RECORD_LIMIT_S + MARGIN_S, lambda: stage.typed.said == [LAST_RESORT])
        outage.answers.set()
        await stage.typed.rest()


async def test_fault_a_journal_that_hangs_while_the_caller_is_silent(journal, systems):
    """
    They are asked whether they are there.
    """
    outage = OutageJournal(journal)
    async with on_stage(journal, systems, writes_to=outage) as stage:
        outage.answers.clear()
        stage.typed.said = []
        limit_s = stage.call.flow.silence_s + RECORD_LIMIT_S + MARGIN_S
        await passes(stage, limit_s, lambda: stage.typed.said == ["Are you still there?"])
        outage.answers.set()
        await stage.typed.rest()


class Unmade(Triage):
    """An agent that cannot be made."""

    def __init__(self, *args, **given):
        raise RuntimeError("no")


class UnmadeToo(WaitingDesk):
    """Nor this one."""

    def __init__(self, *args, **given):
        raise RuntimeError("no")


async def test_fault_a_journal_that_hangs_while_no_agent_comes(journal, systems):
    """
    The apology is spoken and the session closed; the record follows when it can.
    """
    outage = OutageJournal(journal)
    flow = replace(SUPPORT, cast={**SUPPORT.cast, "triage": Unmade, "person": UnmadeToo})
    async with on_stage(journal, systems, flow=flow, writes_to=outage) as stage:
        await stage.call.claim(caller_name="Anna")
        await stage.call.propose("begin_triage")
        outage.answers.clear()
        stage.typed.said = []
        await passes(stage, 5 * RECORD_LIMIT_S, stage.typed.over.is_set)
        assert stage.typed.said == [APOLOGY]
        outage.answers.set()
        await stage.call.wait_until_idle()
        assert "caller_left accepted" not in stage.verdicts()


@pytest.mark.parametrize("spare", [None, "The spare."], ids=["alone", "with a spare"])
@pytest.mark.parametrize("begun", ["", "Well, "], ids=["from the start", "after words"])
async def test_fault_a_model_that_never_answers(journal, systems, spare, begun):
    """
    After eight seconds without a word it counts as failed, and is answered like any failure.
    """
    never, model = asyncio.Event(), ScriptedModel([Says(spare)]) if spare else None
    stuck = Says(begun, hold=never) if begun else Says("late", gate=never)
    async with on_stage(journal, systems, spare=model) as stage:
        stage.model.add(stuck)
        stage.typed.say("Hello?")
        await passes(stage, CHUNK_LIMIT_S + MARGIN_S, lambda: stage.typed.said == [begun + (spare or LAST_RESORT)])
        await stage.typed.rest()
        assert stage.last("turn.failed") == {"why": "TimeoutError", "state": "greeting"}


async def test_fault_a_spare_that_never_answers_either(journal, systems):
    """
    Two models hang: still a sentence.
    """
    never = asyncio.Event()
    async with on_stage(journal, systems, spare=ScriptedModel([Says("late", gate=never)])) as stage:
        stage.model.add(Says("late", gate=never))
        stage.typed.say("Hello?")
        await passes(stage, 2 * CHUNK_LIMIT_S + MARGIN_S, lambda: stage.typed.said == [LAST_RESORT])


class HangingOrders:
    """Orders that never answer."""

    async def find(self, account_id, order_number):
        await asyncio.Event().wait()


async def test_fault_many_hanging_look_ups_cost_one_wait(journal, systems):
    """
    A hundred in one turn keep the caller no longer than one turn may.
    """
    async with on_stage(journal, replace(systems, orders=HangingOrders())) as stage:
        await stage.call.establish(**ACCOUNT)
        calls = tuple(Asks("order_status", {"order_number": str(n)}) for n in range(100))
        stage.model.add(Says(calls=calls), SORRY)
        stage.typed.say("Where is it?")
        await passes(stage, TURN_LIMIT_S + MARGIN_S, lambda: SORRY.text in stage.typed.said)

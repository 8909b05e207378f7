"""Faults of the process: whatever it does to a call, what is acted on is what is on the record."""

import asyncio
import threading

import pytest

from interlock.agents.call.switch import PLAYOUT_LIMIT_S, STALL_LIMIT_S
from interlock.agents.systems import Refused
from interlock.app.offline.scripted import Asks, Says
from tests.faults.held import HeldJournal
from tests.faults.stage import on_stage

REFUND = Says(calls=(Asks("refund", {"amount_cents": 1000}),))


@pytest.mark.parametrize("jump", [3600, -3600], ids=["forward", "back"])
@pytest.mark.parametrize("when", ["at_rest", "in_a_decision", "in_a_switch", "in_an_effect"])
async def test_fault_33_the_clock_jumps_an_hour(journal, systems, jump, when):
    """
    No timer fires early or late, nothing is judged twice, and the record keeps its order by number.
    """
    held = HeldJournal(journal)
    async with on_stage(journal, systems, writes_to=held) as stage:
        await stage.to("billing")
        kind = {
            "in_a_decision": "transition.accepted",
            "in_a_switch": "handoff.entered",
            "in_an_effect": "effect.ended",
        }
        if when == "at_rest":
            stage.clock.jump(jump)
            await stage.caller("Refund ten.", REFUND)
        else:
            held.hold("before", kind[when])
            stage.model.add(REFUND)
            stage.typed.say("Refund ten.")
            await held.reached.wait()
            stage.clock.jump(jump)
            held.release.set()
            await stage.typed.rest()
        assert stage.state == "billing"
        assert stage.verdicts()[2:] == ["refund accepted", "refund_paid accepted"]
        assert not {"handoff.stalled", "transition.refused"} & set(stage.kinds())
        assert "on its way" in stage.typed.said[-1]
        stage.clock.advance(stage.call.flow.silence_s - 0.1)
        await stage.typed.rest()
        assert stage.call.facts.silences == 0
        stage.clock.advance(0.1)
        await stage.typed.rest()
        assert stage.call.facts.silences == 1


@pytest.mark.parametrize("rounds", range(24))
async def test_fault_34_the_task_cancelled_in_the_middle_of_a_proposal(journal, systems, rounds):
    """
    Cancelled after so many rounds of the loop, the proposal was either never begun or is judged, recorded and acted on.
    """
    async with on_stage(journal, systems) as stage:
        task = asyncio.create_task(stage.call.propose("escalate", tool_call_id="call_1"))
        for _ in range(rounds):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        await stage.typed.rest()
        begun = rounds > 0
        assert stage.verdicts() == ["escalate accepted"] * begun
        assert stage.state == ("person" if begun else "greeting")
        again = await stage.call.propose("escalate", tool_call_id="call_1", seen_epoch=0)
        assert again.accepted, "asked again by the same tool call, the answer is the same"
        assert stage.verdicts() == ["escalate accepted"]
        assert await stage.caller("Hello?", Says("Which number?")) == ["Which number?"]


@pytest.mark.parametrize(
    ("when", "kind"),
    [("before", "transition.accepted"), ("after", "transition.accepted"), ("before", "handoff.entered")],
)
async def test_fault_34_cancelled_at_the_journal(journal, systems, when, kind):
    """
    Cancelled before the write, after it or during the handoff: the acceptance stands and is acted on once.
    """
    held = HeldJournal(journal)
    async with on_stage(journal, systems, writes_to=held) as stage:
        held.hold(when, kind)
        task = asyncio.create_task(stage.call.propose("escalate"))
        waits = asyncio.create_task(stage.call.propose("say_goodbye"))
        await held.reached.wait()
        task.cancel()
        waits.cancel()
        await asyncio.wait([task, waits])
        held.release.set()
        await stage.typed.rest()
        assert stage.verdicts() == ["escalate accepted", "say_goodbye stale"]
        assert stage.state == "person"


@pytest.mark.parametrize("when", ["before", "after"])
async def test_fault_34_cancelled_while_a_note_is_written(journal, systems, when):
    """
    A barge-in that cancels the one who records a failed turn or a malformed call leaves the numbering whole.
    """
    held = HeldJournal(journal)
    async with on_stage(journal, systems, writes_to=held) as stage:
        held.hold(when, "proposal.malformed")
        task = asyncio.create_task(stage.call.malformed("note_name", "not JSON"))
        await held.reached.wait()
        task.cancel()
        await asyncio.wait([task])
        held.release.set()
        assert (await stage.call.propose("escalate")).accepted
        await stage.typed.rest()
        assert stage.kinds().count("proposal.malformed") == 1


@pytest.mark.parametrize("what", ["claim", "establish"])
@pytest.mark.parametrize("when", ["before", "after"])
async def test_fault_34_cancelled_while_a_fact_is_noted(journal, systems, what, when):
    """
    What is on the record is known, whoever asked for it to be noted.
    """
    held = HeldJournal(journal)
    async with on_stage(journal, systems, writes_to=held) as stage:
        values = {"caller_name": "Anna"} if what == "claim" else {"account_found": True}
        held.hold(when, "facts.claimed" if what == "claim" else "facts.established")
        task = asyncio.create_task(getattr(stage.call, what)(**values))
        await held.reached.wait()
        task.cancel()
        await asyncio.wait([task])
        held.release.set()
        await stage.typed.rest()
        assert stage.call.facts.model_dump(include=set(values)) == values


async def test_fault_35_a_blocked_event_loop(journal, systems):
    """
    The loop hangs in somebody's code while every timer falls due: the handoff is not taken for a stalled one.
    """
    async with on_stage(journal, systems) as stage:
        freed = threading.Event()

        def nobody_runs(*_):
            thread = threading.Thread(target=freed.set)
            thread.start()
            freed.wait()
            thread.join()
            stage.clock.advance(PLAYOUT_LIMIT_S + STALL_LIMIT_S / 2)

        await stage.call.propose("escalate")
        asyncio.get_running_loop().call_soon(nobody_runs)
        await stage.typed.rest()
        assert "handoff.stalled" not in stage.kinds()
        assert stage.state == "person"
        assert stage.typed.said[-1].startswith("A colleague will take care of this.")


async def test_fault_35_blocked_beyond_an_effects_time(journal, systems):
    """
    Work whose answer came too late is told as not confirmed, once, and its key pays nothing twice.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        refund, keys = systems.orders.refund, []

        async def blocking(key, account, order, amount):
            keys.append(key)
            paid = await refund(key, account, order, amount)
            stage.clock.advance(11)
            return paid

        systems.orders.refund = blocking
        said = await stage.caller("Refund ten.", REFUND)
        assert stage.verdicts()[2:] == ["refund accepted", "refund_unconfirmed accepted"]
        assert "could not confirm" in said[-1]
        assert keys == ["call-1:3"]
        again = [await refund(keys[0], "4471", "1042", 1000) for _ in range(2)]
        assert again[0] == again[1]
        with pytest.raises(Refused):
            await refund("another", "4471", "1042", 3000)

"""Faults of the process, and of the store as a call meets it: nothing is acted on that is not on the record."""

import asyncio
import sqlite3
import threading
from contextlib import contextmanager

import pytest

from agents.journal import JournalDown
from agents.switch import PLAYOUT_LIMIT_S, STALL_LIMIT_S
from agents.systems import Refused
from app import store
from app.offline.scripted import Asks, Says
from app.store import open_journal
from tests.faults.held import HeldJournal
from tests.faults.stage import on_stage

SORRY = Says("I am sorry, that does not work just now.")
REFUND = Says(calls=(Asks("refund", {"amount_cents": 1000}),))
HEARD_BADLY = "I am sorry, I did not get that. Could you say it again, please?"


@pytest.fixture
def journal(tmp_path, monkeypatch):
    """
    A journal that gives up on a locked file at once.
    """
    monkeypatch.setattr(store, "BUSY_TIMEOUT_MS", 1)
    opened = open_journal(tmp_path / "calls.sqlite")
    yield opened
    opened.close()


@contextmanager
def pragma(journal, wrong, right):
    def set_to(value):
        with journal._engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA {value}")

    set_to(wrong)
    yield
    set_to(right)


def disk_full(journal, path):
    """Not one page more."""
    return pragma(journal, "max_page_count=1", "max_page_count=1000000")


def read_only(journal, path):
    """What a remounted disk says."""
    return pragma(journal, "query_only=ON", "query_only=OFF")


@contextmanager
def locked(journal, path):
    """Somebody else's transaction."""
    other = sqlite3.connect(path)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.rollback()
    other.close()


DOWN = pytest.mark.parametrize(
    "down", [disk_full, locked, read_only], ids=["23_disk_full", "27_locked", "29_read_only"]
)


async def fill(stage):
    """Write until nothing fits any more: a full disk still has room in its last page."""
    for _ in range(50):
        try:
            await stage.call.establish(silences=stage.call.facts.silences + 1)
        except JournalDown:
            return
    raise AssertionError("the journal never went down")


@DOWN
async def test_fault_nothing_is_accepted_while_the_journal_is_down(journal, systems, tmp_path, down):
    """
    The proposal is not acted on, the caller hears a sentence, and the same proposal works once the disk does.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        before = stage.call.snapshot
        with down(journal, tmp_path / "calls.sqlite"):
            await fill(stage)
            assert await stage.caller("Refund ten.", REFUND, SORRY) == [SORRY.text]
            assert stage.call.snapshot == before
            with pytest.raises(JournalDown):
                await stage.call.propose("escalate")
            assert stage.call.snapshot == before
        assert "effect.started" not in stage.kinds()
        said = await stage.caller("Refund ten, please.", REFUND)
        assert "on its way" in said[-1]
        assert stage.call.facts.order_paid_cents == 2990


@DOWN
async def test_fault_no_fact_is_noted_while_the_journal_is_down(journal, systems, tmp_path, down):
    """
    What could not be recorded is not known either, and the caller hears so.
    """
    note = Says(calls=(Asks("note_name", {"name": "Anna"}),))
    async with on_stage(journal, systems) as stage:
        with down(journal, tmp_path / "calls.sqlite"):
            await fill(stage)
            assert await stage.caller("I am Anna.", note, SORRY) == [SORRY.text]
            assert stage.call.facts.caller_name is None
        await stage.caller("I am Anna.", note, Says("Thank you."))
        assert stage.call.facts.caller_name == "Anna"


async def test_fault_27_a_model_that_fails_while_the_journal_is_down(journal, systems, tmp_path):
    """
    Model and journal both gone: the caller hears a sentence every time, and a person once the journal is back.
    """
    async with on_stage(journal, systems) as stage:
        with locked(journal, tmp_path / "calls.sqlite"):
            for _ in range(4):
                assert await stage.caller("Hello?", Says(error=ConnectionResetError())) == [HEARD_BADLY]
        said = await stage.caller("Hello?", Says(error=ConnectionResetError()))
        assert stage.state == "person"
        assert said == ["A colleague will take care of this. Which number may we call you back on?"]


async def test_fault_27_a_silent_caller_while_the_journal_is_down(journal, systems, tmp_path):
    """
    A caller who says nothing is asked all the same, as often as it takes.
    """
    async with on_stage(journal, systems) as stage:
        with locked(journal, tmp_path / "calls.sqlite"):
            for _ in range(3):
                stage.typed.said = []
                stage.clock.advance(stage.call.flow.silence_s)
                await stage.typed.rest()
                assert stage.typed.said == ["Are you still there?"]
        assert stage.state == "greeting"


async def test_fault_27_an_effect_ends_while_the_journal_is_down(journal, systems, tmp_path, monkeypatch):
    """
    Paid, but not on the record: that waits for the journal, and is then told as not confirmed, once.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        await stage.call.settled()
        refund, entered, gate = systems.orders.refund, asyncio.Event(), asyncio.Event()

        async def held_refund(*args):
            entered.set()
            await gate.wait()
            return await refund(*args)

        systems.orders.refund = held_refund
        stage.model.add(REFUND)
        stage.typed.say("Refund ten.")
        await entered.wait()
        with locked(journal, tmp_path / "calls.sqlite"):
            waits = waiting(stage.clock, monkeypatch)
            gate.set()
            await waits.wait()
            assert stage.state == "refunding"
        stage.clock.advance(1)
        await stage.typed.rest()
        assert stage.state == "person"
        assert stage.verdicts()[2:] == ["refund accepted", "refund_unconfirmed accepted"]
        assert "could not confirm" in stage.typed.said[-1]


def waiting(clock, monkeypatch):
    """Set once somebody waits a second for the journal."""
    call_later, waits = clock.call_later, asyncio.Event()

    def noticed(seconds, callback):
        if seconds == 1.0:
            waits.set()
        return call_later(seconds, callback)

    monkeypatch.setattr(clock, "call_later", noticed)
    return waits


async def test_fault_27_a_switch_that_fails_while_the_journal_is_down(journal, systems, tmp_path, monkeypatch):
    """
    No agent takes over and nothing can be recorded: the caller hears an apology, and the call ends.
    """
    async with on_stage(journal, systems) as stage:

        def broken(desk):
            raise RuntimeError("no")

        monkeypatch.setattr(stage.typed.session, "update_agent", broken)
        real = stage.call._switch._stalled

        async def stalled(*given):
            with locked(journal, tmp_path / "calls.sqlite"):
                await real(*given)

        monkeypatch.setattr(stage.call._switch, "_stalled", stalled)
        stage.typed.said = []
        await stage.call.propose("escalate")
        await stage.typed.rest()
        await stage.typed.over.wait()
        assert stage.typed.said[-1].startswith("I am sorry, something went wrong on our side.")


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

"""Faults of the store as a call meets them: nothing is acted on that is not on the record, and the caller hears so."""

import asyncio

import pytest

from interlock.agents.call.journal import JournalDown
from interlock.agents.tool_calls import NOT_NOW
from interlock.app import store
from interlock.app.offline.scripted import Asks, Says
from tests.faults.outages import Outage, faults
from tests.faults.stage import on_stage

SORRY = Says(NOT_NOW.partition("say: ")[2])
REFUND = Says(calls=(Asks("refund", {"amount_cents": 1000}),))
HEARD_BADLY = "I am sorry, I did not get that. Could you say it again, please?"
EVERY = pytest.mark.parametrize("outage", faults(), indirect=True)
FILE = ("23_disk_full-sqlite", "27_locked-sqlite", "29_read_only-sqlite")
MOST = pytest.mark.parametrize("outage", faults(*FILE, "24_stopped"), indirect=True)
SOME = pytest.mark.parametrize("outage", faults("27_locked-sqlite", "24_stopped"), indirect=True)


@pytest.fixture
def outage(request, tmp_path, monkeypatch):
    """
    A store that is about to fail, and a journal that does not wait for a locked file.
    """
    monkeypatch.setattr(store, "BUSY_TIMEOUT_MS", 1)
    fault, backend = request.param
    server = request.getfixturevalue("postgres") if backend == "postgres" else None
    made = Outage(server.fresh() if server else str(tmp_path / "calls.sqlite"), fault, server)
    yield made
    made.journal.close()


async def fill(stage):
    """Write until nothing fits any more: a full disk still has room in its last page."""
    for _ in range(50):
        try:
            await stage.call.establish(silences=stage.call.facts.silences + 1)
        except JournalDown:
            return
    raise AssertionError("the journal never went down")


@EVERY
async def test_fault_nothing_is_accepted_while_the_store_is_down(outage, systems):
    """
    The proposal is not acted on, the caller hears a sentence and is offered a person; and the call goes on once the
    store does.
    """
    async with on_stage(outage.journal, systems) as stage:
        await stage.to("billing")
        before = stage.call.snapshot
        with outage.down():
            await fill(stage)
            assert await stage.caller("Refund ten.", REFUND, SORRY) == [SORRY.text]
            assert stage.model.asked[-1].items[-1].output == NOT_NOW
            assert "speak to a colleague?" in SORRY.text
            with pytest.raises(JournalDown):
                await stage.call.propose("escalate")
            assert stage.call.snapshot == before
        assert "effect.started" not in stage.kinds()
        said = await stage.caller("Refund ten, please.", REFUND)
        assert "on its way" in said[-1]
        assert stage.call.facts.order_paid_cents == 2990


@MOST
async def test_fault_no_fact_is_noted_while_the_store_is_down(outage, systems):
    """
    What could not be recorded is not known either, and the caller hears so.
    """
    note = Says(calls=(Asks("note_name", {"name": "Anna"}),))
    async with on_stage(outage.journal, systems) as stage:
        with outage.down():
            await fill(stage)
            assert await stage.caller("I am Anna.", note, SORRY) == [SORRY.text]
            assert stage.call.facts.caller_name is None
        await stage.caller("I am Anna.", note, Says("Thank you."))
        assert stage.call.facts.caller_name == "Anna"


@SOME
async def test_fault_a_model_that_fails_while_the_store_is_down(outage, systems):
    """
    Both gone: the caller hears a sentence every time, and a person once the store is back.
    """
    async with on_stage(outage.journal, systems) as stage:
        with outage.down():
            for _ in range(4):
                assert await stage.caller("Hello?", Says(error=ConnectionResetError())) == [HEARD_BADLY]
        said = await stage.caller("Hello?", Says(error=ConnectionResetError()))
        assert stage.state == "person"
        assert said == ["A colleague will take care of this. Which number may we call you back on?"]


@SOME
async def test_fault_a_silent_caller_while_the_store_is_down(outage, systems):
    """
    A caller who says nothing is asked all the same, as often as it takes.
    """
    async with on_stage(outage.journal, systems) as stage:
        with outage.down():
            for _ in range(3):
                stage.typed.said = []
                stage.clock.advance(stage.call.flow.silence_s)
                await stage.typed.rest()
                assert stage.typed.said == ["Are you still there?"]
        assert stage.state == "greeting"


@SOME
async def test_fault_an_effect_ends_while_the_store_is_down(outage, systems, monkeypatch):
    """
    Paid, but not on the record: that waits for the store, and is then told as it is, once.
    """
    async with on_stage(outage.journal, systems) as stage:
        await stage.to("billing")
        await stage.call.wait_until_idle()
        refund, entered, gate = systems.orders.refund, asyncio.Event(), asyncio.Event()

        async def held_refund(*args):
            entered.set()
            await gate.wait()
            return await refund(*args)

        systems.orders.refund = held_refund
        stage.model.add(REFUND)
        stage.typed.say("Refund ten.")
        await entered.wait()
        with outage.down():
            waits = waiting(stage.clock, monkeypatch)
            gate.set()
            await waits.wait()
            assert stage.state == "refunding"
            assert stage.call.facts.last_refund == "unconfirmed"
        stage.clock.advance(1)
        await stage.typed.rest()
        assert (stage.state, stage.call.facts.last_refund) == ("billing", "paid")
        assert stage.verdicts()[2:] == ["refund accepted", "refund_paid accepted"]
        assert "on its way" in stage.typed.said[-1]


def waiting(clock, monkeypatch):
    """Set once somebody waits a second for the store."""
    call_later, waits = clock.call_later, asyncio.Event()

    def noticed(seconds, callback):
        if seconds == 1.0:
            waits.set()
        return call_later(seconds, callback)

    monkeypatch.setattr(clock, "call_later", noticed)
    return waits


@SOME
async def test_fault_a_switch_that_fails_while_the_store_is_down(outage, systems, monkeypatch):
    """
    No agent takes over and nothing can be recorded: the caller hears an apology, and the call ends.
    """
    async with on_stage(outage.journal, systems) as stage:

        def broken(desk):
            raise RuntimeError("no")

        monkeypatch.setattr(stage.typed.session, "update_agent", broken)
        real = stage.call._switch._stalled

        async def stalled(*given):
            with outage.down():
                await real(*given)

        monkeypatch.setattr(stage.call._switch, "_stalled", stalled)
        stage.typed.said = []
        await stage.call.propose("escalate")
        await stage.typed.rest()
        await stage.typed.over.wait()
        assert stage.typed.said[-1].startswith("I am sorry, something went wrong on our side.")

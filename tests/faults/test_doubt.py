"""Fault 25: a commit whose answer was lost. Nothing is acted on or decided before the record was read again."""

import asyncio
from contextlib import suppress

import pytest

from interlock.agents.call.journal import InDoubt, JournalDown
from interlock.agents.call.record import RECORD_AGAIN_S
from interlock.agents.tool_calls import NOT_NOW
from interlock.app.offline.scripted import Asks, Says
from interlock.app.store import open_reader
from tests.faults.doubts import doubting
from tests.faults.stage import on_stage
from tests.store.entries import accepted, opened

SORRY = Says(NOT_NOW.partition("say: ")[2])
REFUND = Says(calls=(Asks("refund", {"amount_cents": 1000}),))
LOSSES = pytest.mark.parametrize("loss", ["answer", "commit"])
WAIT_LIMIT_S = 20.0


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def store(request, tmp_path):
    """
    A store that answers until it is told not to.
    """
    server = request.getfixturevalue("postgres") if request.param == "postgres" else None
    with doubting(request.param, tmp_path, server) as store:
        yield store


async def heard(stage, answer):
    """Wait until the caller heard it; the call itself may still be at work."""
    told = asyncio.Event()
    stage.typed.session.on("conversation_item_added", lambda _: told.set())
    async with asyncio.timeout(WAIT_LIMIT_S):
        while answer.text not in stage.typed.said:
            told.clear()
            await told.wait()


async def doubted(stage, store, loss, *answers, words="Refund ten euros, please."):
    """The model answers so, the commit of what it asks for is lost, and nobody can tell; the caller hears of it."""
    await stage.typed.rest()
    await stage.call.wait_until_idle()
    store.lose(loss)
    store.reachable = False
    stage.model.add(*answers, SORRY)
    stage.typed.say(words)
    await heard(stage, SORRY)


async def told(stage, store):
    """Whoever waited for the store is told."""
    store.reachable = True
    stage.clock.advance(RECORD_AGAIN_S)
    await stage.typed.rest()


@LOSSES
async def test_fault_25_what_was_not_in_doubt_for_long_is_what_it_is(store, loss):
    """
    The record is read at once: it was written, or it was not and is written now.
    """
    await store.journal.append([opened()])
    store.lose(loss)
    if loss == "commit":
        with pytest.raises(JournalDown) as raised:
            await store.journal.append([accepted(2, 1)])
        assert not isinstance(raised.value, InDoubt)
        assert len(store.journal.records("c1")) == 1
    await store.journal.append([accepted(2, 1)])
    assert len(store.journal.records("c1")) == 2


@LOSSES
async def test_fault_25_an_acceptance_in_doubt(store, systems, loss):
    """
    Nothing is acted on and nothing else decided; when it turns out to be on record the call acts on it late, and
    otherwise nothing happened and the same proposal works. Nobody needs to speak for that.
    """
    async with on_stage(store.journal, systems) as stage:
        await stage.to("billing")
        before = stage.call.snapshot
        await doubted(stage, store, loss, REFUND)
        with pytest.raises(JournalDown):
            await stage.call.propose("escalate")
        with pytest.raises(JournalDown):
            await stage.call.propose("caller_left", by="system")
        assert stage.call.snapshot == before
        assert stage.verdicts()[2:] == []
        assert "effect.started" not in stage.kinds()
        await told(stage, store)
        if loss == "commit":
            assert (stage.call.snapshot, stage.verdicts()[2:]) == (before, [])
            await stage.caller("Refund ten, please.", REFUND)
        assert stage.verdicts()[2:] == ["refund accepted", "refund_paid accepted"]
        assert "on its way" in stage.typed.said[-1]
        assert stage.call.facts.order_paid_cents == 2990


@LOSSES
async def test_fault_25_the_caller_speaks_before_the_clock_does(store, systems, loss):
    """
    The next thing to be decided waits for the answer: asked again, what was accepted is not accepted twice.
    """
    async with on_stage(store.journal, systems) as stage:
        await stage.to("billing")
        await doubted(stage, store, loss, REFUND)
        store.reachable = True
        stage.model.add(REFUND)
        stage.typed.say("Well? Refund ten.")
        await stage.call.heard_caller()
        stage.clock.advance(RECORD_AGAIN_S)
        await stage.typed.rest()
        assert [v for v in stage.verdicts()[2:] if "accepted" in v] == ["refund accepted", "refund_paid accepted"]
        assert stage.call.facts.order_paid_cents == 2990


@LOSSES
async def test_fault_25_the_same_tool_call_again_has_the_same_answer(store, systems, loss):
    """
    It is one proposal, however often it is asked: one verdict on record, one handoff.
    """
    async with on_stage(store.journal, systems) as stage:
        await stage.call.wait_until_idle()
        store.lose(loss)
        store.reachable = False
        with pytest.raises(InDoubt):
            await stage.call.propose("escalate", tool_call_id="call_1", seen_epoch=0)
        assert stage.state == "greeting"
        store.reachable = True
        verdict = await stage.call.propose("escalate", tool_call_id="call_1", seen_epoch=0)
        assert verdict.accepted
        stage.clock.advance(RECORD_AGAIN_S)
        await stage.typed.rest()
        assert (stage.state, stage.verdicts()) == ("person", ["escalate accepted"])
        assert stage.kinds().count("handoff.entered") == 2


@LOSSES
async def test_fault_25_facts_in_doubt(store, systems, loss):
    """
    Not known until they are on record; known from then on, though whoever claimed them was told that it failed.
    """
    async with on_stage(store.journal, systems) as stage:
        await doubted(stage, store, loss, Says(calls=(Asks("note_name", {"name": "Anna"}),)))
        assert stage.call.facts.caller_name is None
        await told(stage, store)
        assert stage.call.facts.caller_name == ("Anna" if loss == "answer" else None)
        await stage.call.claim(caller_name="Anna")
        assert (await stage.call.propose("begin_triage")).accepted


@LOSSES
@pytest.mark.parametrize("which", ["caller_left", "call.ended"])
async def test_fault_25_the_end_of_a_call_in_doubt(store, systems, loss, which):
    """
    It is told again until it is on record, and is there once.
    """
    async with on_stage(store.journal, systems) as stage:
        await stage.call.wait_until_idle()
        if which == "caller_left":
            store.lose(loss)
            store.reachable = False
        else:
            lose_after_the_verdict(stage, lambda: (store.lose(loss), setattr(store, "reachable", False)))
        await hangs_up(stage)
        assert "call.ended" not in stage.kinds()
        store.reachable = True
        stage.clock.advance(RECORD_AGAIN_S)
        await stage.call.wait_until_idle()
        assert stage.verdicts() == ["caller_left accepted"]
        assert stage.kinds().count("call.ended") == 1
        assert stage.call.over
    assert [r.kind for r in store.journal.records("call-1")].count("call.ended") == 1


async def hangs_up(stage):
    """The caller leaves, and nobody waits for the record of it."""
    await stage.call.end("caller_left")
    await stage.typed.session.aclose()


def lose_after_the_verdict(stage, lose):
    """Once a verdict was written, and before anything else is."""
    interlocking = stage.call._context.interlocking
    commit = interlocking.commit

    def committed(written):
        acts = commit(written)
        if written.value.verdict is not None:
            lose()
        return acts

    interlocking.commit = committed


async def test_fault_25_work_that_was_accepted_in_doubt_is_done_though_the_caller_left(store, systems):
    """
    What is on record as accepted happens, once.
    """
    async with on_stage(store.journal, systems) as stage:
        await stage.to("billing")
        await doubted(stage, store, "answer", REFUND)
        await hangs_up(stage)
        await told(stage, store)
        assert "refund accepted" in stage.verdicts()
        assert stage.kinds().count("effect.started") == 1
        again = await systems.orders.refund("call-1:3", "4471", "1042", 1000)
        assert again == await systems.orders.refund("call-1:3", "4471", "1042", 1000)


async def test_fault_25_a_journal_that_never_comes_back(store, systems, capsys):
    """
    Somebody has to look: the call says so once, and its process can end.
    """
    async with on_stage(store.journal, systems) as stage:
        await stage.call.wait_until_idle()
        store.lose("answer")
        store.reachable = False
        with pytest.raises(InDoubt):
            await stage.call.claim(caller_name="Anna")
        shown = ""
        while "journal.doubtful" not in shown:
            stage.clock.advance(RECORD_AGAIN_S)
            with suppress(JournalDown):
                await stage.call._context.settle_surely()  # as long as a try takes
            shown += capsys.readouterr().out
        await stage.call.wait_until_idle()
        assert (shown + capsys.readouterr().out).count("journal.doubtful") == 1
        store.reachable = True


@pytest.mark.slow
async def test_fault_25_a_commit_that_arrives_late(postgres, tmp_path):
    """
    Whoever looks whether it was written waits for a commit that is still on its way, and is told that it was.
    """
    with doubting("postgres", tmp_path, postgres) as store:
        await store.journal.append([opened()])
        store.wire.lose("late")
        append = asyncio.ensure_future(store.journal.append([accepted(2, 1)]))
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        with open_reader(store.wire.url) as reader:
            look = reader._database.read
            while not await asyncio.to_thread(look, lambda c: c.exec_driver_sql(waits).scalar_one()):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert not append.done()
        await asyncio.to_thread(store.wire.arrive)
        await append
        await store.journal.append([accepted(3, 2)])
        assert len(store.journal.records("c1")) == 3

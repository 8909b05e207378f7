"""A call taken over from a process that died: the same desk, the same facts, one sentence that fits, nothing twice."""

import asyncio
import json
from dataclasses import replace

import pytest
from sqlalchemy import update

from agents.support import SUPPORT
from interlock.agents.caller.absence import CUT_OFF
from interlock.agents.desk import WHO_IS_THERE
from interlock.app.calls.session import start_call
from interlock.app.offline.clock import ManualClock
from interlock.app.offline.scripted import Says, ScriptedModel
from interlock.app.replay import replay
from interlock.app.store import tables
from machines.support import Support
from tests.faults.afterwards import check_begun_once
from tests.faults.deaths import MortalJournal, first_life, taken_over

ACCOUNT = {"account_found": True, "caller_verified": True, "account_id": "4471"}
ORDER = {"order_found": True, "order_number": "1042", "order_paid_cents": 3990}
BILLING_OPENING = "billing desk"


async def to_billing(its):
    """The caller is known, verified and at the billing desk."""
    call = its.call
    await call.claim(caller_name="Anna")
    await call.propose("begin_triage")
    await call.claim(issue_category="billing")
    await call.establish(**ACCOUNT, **ORDER)
    await call.propose("route_to_billing")
    await its.rest()


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def model():
    return ScriptedModel()


async def test_it_goes_on_where_it_stood(journal, systems, model, clock):
    """
    The same state and epoch, the same facts, and the last line is said again.
    """
    async with first_life(journal, systems, model, clock) as first:
        await first.start()
        await to_billing(first)
        before, known, said = first.call.snapshot, first.call.facts, first.said[-1]
    second = await taken_over(journal, "call-1", systems, model, clock)
    await second.start()
    assert second.call.snapshot == before
    assert second.call.facts.model_dump(exclude={"now", "told"}) == known.model_dump(exclude={"now", "told"})
    assert second.said == [f"{CUT_OFF} I was saying: {said}"]
    assert type(second.session.current_agent) is SUPPORT.cast["billing"]
    await second.hang_up()
    kinds = [record.kind for record in journal.records("call-1")]
    assert (kinds.count("call.opened"), kinds.count("call.resumed"), kinds.count("call.ended")) == (1, 1, 1)
    assert replay(journal, "call-1", SUPPORT.machine, SUPPORT.facts) == []


async def test_the_model_is_told_the_conversation(journal, systems, model, clock):
    """
    What was said before the death is in the next request, in order.
    """
    async with first_life(journal, systems, model, clock) as first:
        await first.start()
        model.add(Says("Nice to meet you, Anna."))
        await first.caller("I am Anna.")
        await first.call.wait_until_idle()
    second = await taken_over(journal, "call-1", systems, model, clock)
    await second.start()
    model.add(Says("Go on."))
    await second.caller("So, about my router.")
    told = [item.text_content for item in model.asked[-1].items if item.type == "message" and item.role != "system"]
    assert told[-3:] == [
        "Nice to meet you, Anna.",
        f"{CUT_OFF} I was saying: Nice to meet you, Anna.",
        "So, about my router.",
    ]
    assert "I am Anna." in told
    await second.hang_up()


async def test_who_is_there_in_place_of_the_caller_it_was_left_with_inherits_nothing(journal, systems, model, clock):
    """
    They are asked who they are, and neither they nor the model learn what was said before.
    """
    async with first_life(journal, systems, model, clock) as first:
        await first.start()
        await first.call.establish(caller_sid="PA_1")
        await to_billing(first)
    second = await taken_over(journal, "call-1", systems, model, clock)
    await start_call(second.session, second.call, known={"caller_sid": "PA_2"}, changed=True)
    await second.rest()
    assert second.said[-1] == f"{CUT_OFF} {WHO_IS_THERE}"
    facts = second.call.facts
    assert (facts.caller_verified, facts.account_id, facts.caller_sid) == (False, None, "PA_2")
    model.add(Says("Hello."))
    await second.caller("What did we talk about?")
    said = [item for item in model.asked[-1].items if item.type == "message" and item.role != "system"]
    assert not any("billing desk" in (item.text_content or "") for item in said)
    await second.hang_up()
    assert replay(journal, "call-1", SUPPORT.machine, SUPPORT.facts) == []


async def test_a_call_that_is_left_with_a_newcomer_goes_on_with_them(journal, systems, model, clock):
    """
    Whoever takes it over after that finds nothing of the caller before, in facts or conversation.
    """
    async with first_life(journal, systems, model, clock) as first:
        await first.start()
        await to_billing(first)
        first.call.caller_changed({"caller_sid": "PA_2"})
        await first.rest()
    second = await taken_over(journal, "call-1", systems, model, clock)
    await second.start()
    assert second.said[-1].endswith(WHO_IS_THERE)
    assert not second.call.facts.caller_verified
    assert not any("billing desk" in (item.text_content or "") for item in second.session.history.messages())
    await second.hang_up()
    assert replay(journal, "call-1", SUPPORT.machine, SUPPORT.facts) == []


async def test_an_agent_nobody_met_says_its_own_opening(journal, systems, model, clock):
    """
    The handoff was accepted and the agent never entered: the caller hears that one, not the old one again.
    """
    mortal = MortalJournal(journal)
    async with first_life(mortal, systems, model, clock) as first:
        await first.start()
        await first.call.claim(caller_name="Anna")
        mortal.dies_at(mortal.appends + 1, after=True)
        dying = first.call.spawn(first.call.propose("begin_triage"))
        await mortal.dead.wait()
        assert not dying.done()
    second = await taken_over(journal, "call-1", systems, model, clock)
    await second.start()
    assert second.call.state == "triage"
    assert second.said == [f"{CUT_OFF} {SUPPORT.cast['triage'](second.call, 'begin_triage').opening()}"]
    await second.hang_up()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("append", range(1, 8))
async def test_a_refund_is_paid_once_wherever_the_process_dies(journal, systems, model, clock, append, after):
    """
    It is asked for again by its key; the caller hears the true outcome, and the money moved once.
    """
    mortal = MortalJournal(journal)
    async with first_life(mortal, systems, model, clock) as first:
        await first.start()
        await to_billing(first)
        mortal.dies_at(mortal.appends + append, after=after)
        refund = first.call.spawn(first.call.propose("refund", {"amount_cents": 1000}))
        if not await died(mortal, first):
            pytest.skip("the whole refund takes fewer appends")
        refund.cancel()
    second = await taken_over(journal, "call-1", systems, model, clock)
    await second.start()
    await second.rest()
    if second.call.epoch == 2:
        assert (append, after) == (1, False)
        assert (await systems.orders.find("4471", "1042")).paid_cents == 39_90
    else:
        assert (await systems.orders.find("4471", "1042")).paid_cents == 29_90
        assert second.call.facts.last_refund == "paid"
        assert second.call.state == "billing"
    await second.hang_up()
    check_begun_once(journal.records("call-1"))
    assert replay(journal, "call-1", SUPPORT.machine, SUPPORT.facts) == []


async def test_work_that_is_asked_for_again_was_started_once(journal, systems, model, clock):
    """
    The record says once that it began, and once that the next process asked for it by the same key.
    """
    mortal = MortalJournal(journal)
    async with first_life(mortal, systems, model, clock) as first:
        await first.start()
        await to_billing(first)
        mortal.dies_at(mortal.appends + 2, after=True)
        refund = first.call.spawn(first.call.propose("refund", {"amount_cents": 1000}))
        assert await died(mortal, first)
        refund.cancel()
    second = await taken_over(journal, "call-1", systems, model, clock)
    await second.start()
    await second.rest()
    work = [record for record in journal.records("call-1") if record.kind.startswith("effect.")]
    assert [record.kind for record in work] == ["effect.started", "effect.asked_again", "effect.ended"]
    assert {record.audit["key"] for record in work} == {"call-1:3"}
    await second.hang_up()


async def died(mortal, its):
    """Whether the process died before all was quiet."""
    waits = [asyncio.ensure_future(mortal.dead.wait()), asyncio.ensure_future(its.rest())]
    _, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for each in pending:
        each.cancel()
    return mortal.dead.is_set()


async def test_a_machine_that_changed_without_a_step_is_not_guessed_at(journal, systems, model, clock, monkeypatch):
    """
    A version nobody said how to reach: the record says so, and the caller gets a person.
    """
    async with first_life(journal, systems, model, clock) as first:
        await first.start()
        await to_billing(first)
    monkeypatch.setattr(Support, "version", 2)
    second = await taken_over(journal, "call-1", systems, model, clock)
    await second.start()
    await second.rest()
    assert second.call.state == "person"
    (resumed,) = [record for record in journal.records("call-1") if record.kind == "call.resumed"]
    assert resumed.audit["why"] == "Support declares no step from version 1 to 2"
    await second.hang_up()


@pytest.mark.parametrize(
    ("step", "why"),
    [
        (lambda snapshot: {}[snapshot.state], "the step failed (KeyError)"),
        (
            lambda snapshot: replace(snapshot, configuration=()),
            "the configuration is empty, expected a state and those around it",
        ),
    ],
)
async def test_a_step_that_fails_gets_the_caller_a_person(journal, systems, model, clock, monkeypatch, step, why):
    """
    The call is not lost with it: the record says what went wrong, and somebody goes on.
    """
    async with first_life(journal, systems, model, clock) as first:
        await first.start()
        await to_billing(first)
    monkeypatch.setattr(Support, "version", 2)
    monkeypatch.setattr(Support, "migrations", {1: step})
    second = await taken_over(journal, "call-1", systems, model, clock)
    await second.start()
    await second.rest()
    assert second.call.state == "person"
    (resumed,) = [record for record in journal.records("call-1") if record.kind == "call.resumed"]
    assert resumed.audit["why"] == f"Support from version 1 to 2: {why}"
    await second.hang_up()


@pytest.mark.parametrize(("epoch", "goes_on_at"), [(0, 4), (7, 9)])
async def test_a_snapshot_that_the_chain_does_not_bear_out_is_not_gone_on_from(
    journal, systems, model, clock, epoch, goes_on_at
):
    """
    Somebody moved the call in its row: the record says so, the caller gets a person, and no key of work comes again.
    """
    async with first_life(journal, systems, model, clock) as first:
        await first.start()
        await to_billing(first)
    moved = replace(journal.snapshot("call-1"), configuration=("live", "person"), epoch=epoch)
    row = update(tables.calls).values(snapshot=json.dumps(moved.to_json()), epoch=epoch)
    await journal.transact(lambda connection: connection.execute(row))
    second = await taken_over(journal, "call-1", systems, model, clock)
    await second.start()
    await second.rest()
    assert (second.call.state, second.call.epoch) == ("person", goes_on_at)
    (resumed,) = [record for record in journal.records("call-1") if record.kind == "call.resumed"]
    assert resumed.audit["why"].startswith("the record is not what was written: where the call stands by its row")
    await second.hang_up()

"""What was begun or arranged for the caller before stays theirs: a newcomer neither hears of it, nor undoes it."""

import asyncio

import pytest

from agents.intake import INTAKE
from agents.restaurant import RESTAURANT
from agents.sales import SALES
from agents.service import SERVICE
from agents.support import SUPPORT
from app.business.intake import open_intake_systems
from app.business.restaurant import open_restaurant_systems
from app.business.sales import open_sales_systems
from app.business.service import open_service_systems
from interlock.agents.desk import ONE_MOMENT
from interlock.app.offline.clock import ManualClock
from interlock.app.offline.scripted import Asks, Says, ScriptedModel
from interlock.app.project import FLOWS, open_systems
from interlock.app.replay import replay
from interlock.testing import typed
from interlock.testing.points import rounds
from tests.agents.test_newcomer import EVE, Held, changed
from tests.agents.test_quotas import CALLBACK, DETAILS
from tests.agents.test_resume import died, to_billing
from tests.faults.deaths import MortalJournal, first_life, taken_over
from tests.faults.held import HeldJournal
from tests.faults.stage import on_stage

MINE, THEIRS = CALLBACK["phone"], "+491700000888"


def on_file(database, query):
    return database._transact(lambda connection: connection.exec_driver_sql(query).scalars().all())


def calm(stage):
    """A model that says one thing whenever nothing else was asked of it."""
    stage.model._then = lambda: Says("Go on, please.")
    return stage


async def comes_during(stage, held, asks, said):
    """The model asks for work while the caller says this; somebody takes their place, and hears no more than this."""
    stage.model.add(Says(calls=(asks,)))
    stage.typed.say(said)
    await held.asked.wait()
    await newcomer_hears_nothing_of_it(stage)


async def newcomer_hears_nothing_of_it(stage):
    stage.call.caller_changed(EVE)
    while not stage.typed.said or ONE_MOMENT not in stage.typed.said[-1]:
        await rounds()
    stage.typed.said = []


async def test_nothing_is_said_between_the_outcome_and_the_first_desk(journal, systems, monkeypatch):
    """
    However slow the record is just there.
    """
    held, slow = Held(systems.orders.refund), HeldJournal(journal)
    monkeypatch.setattr(systems.orders, "refund", held)
    async with on_stage(journal, systems, writes_to=slow) as stage:
        await stage.to("billing")
        await comes_during(stage, held, Asks("refund", {"amount_cents": 1990}), "Please refund 19.90 for order 1042.")
        slow.hold("after", "outcome.kept_apart")
        held.go_on.set()
        await slow.reached.wait()
        first, slow.release, slow.reached = slow.release, asyncio.Event(), asyncio.Event()
        slow.hold("before", "transition.accepted")
        first.set()
        await slow.reached.wait()
        for _ in range(20):
            await rounds()
        between = stage.state, stage.verdicts()[-1]
        slow.release.set()
        await stage.typed.rest()
        assert (between, stage.state) == (("billing", "refund_paid accepted"), "greeting")
        assert not any("19.90" in words or "refund" in words for words in stage.typed.said), stage.typed.said


async def test_who_came_to_a_person_meanwhile_is_not_led_to_the_desk_of_the_one_before(journal, systems, monkeypatch):
    """
    The way back from the person is to the first desk, for them.
    """
    held = Held(systems.orders.refund)
    monkeypatch.setattr(systems.orders, "refund", held)
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        await comes_during(stage, held, Asks("refund", {"amount_cents": 1990}), "Please refund 19.90 for order 1042.")
        assert (await stage.call.propose("take_over", by="operator")).accepted
        held.go_on.set()
        await stage.typed.rest()
        assert (stage.state, stage.verdicts()[-1]) == ("person", "refund_paid stale")
        assert stage.call.facts.refund_reference is None
        await stage.call.propose("return_to_desk")
        await stage.typed.rest()
        assert (stage.state, stage.call.facts.begins_anew) == ("greeting", False)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("append", range(1, 5))
async def test_wherever_the_process_dies_the_next_one_tells_the_newcomer_nothing(
    journal, systems, monkeypatch, append, after
):
    """
    The money moved once, for whom it was asked for; whoever is there begins anew.
    """
    held, mortal, clock, model = Held(systems.orders.refund), MortalJournal(journal), ManualClock(), ScriptedModel()
    monkeypatch.setattr(systems.orders, "refund", held)
    async with first_life(mortal, systems, model, clock) as first:
        await first.start()
        await to_billing(first)
        refund = first.call.spawn(first.call.propose("refund", {"amount_cents": 1000}))
        await held.asked.wait()
        first.call.caller_changed(EVE)
        while first.call.callers == 1:
            await rounds()
        mortal.dies_at(mortal.appends + append, after=after)
        held.go_on.set()
        if not await died(mortal, first):
            pytest.skip("it takes fewer appends")
        refund.cancel()
    second = await taken_over(journal, "call-1", systems, model, clock)
    await second.start()
    await second.rest()
    facts = second.call.facts
    assert (await systems.orders.find("4471", "1042")).paid_cents == 29_90
    assert (second.call.state, facts.refund_reference, facts.last_refund) == ("greeting", None, None)
    assert (facts.begins_anew, facts.caller_number) == (False, 2)
    assert not any("refund" in words or "10.00" in words for words in second.said), second.said
    await second.hang_up()
    assert replay(journal, "call-1", SUPPORT.machine, SUPPORT.facts) == []


async def confirmed(stage):
    """An intake call up to the read-back."""
    await stage.asks("begin_intake", said="Yes, let us begin.")
    await stage.asks("note_details", {**DETAILS, "date_of_birth": "1980-05-03"})
    await stage.asks("check_details", said="Please check it.")


async def test_what_is_being_put_on_file_is_judged_by_what_was_known_of_whom_it_is(journal):
    """
    Their details are as they were read back to them, whoever came meanwhile: nothing is taken back.
    """
    systems = open_intake_systems(":memory:")
    held = Held(systems.policies.file)
    systems.policies.file = held
    async with typed.on_stage(INTAKE, journal, systems) as stage:
        await confirmed(calm(stage))
        await comes_during(stage, held, Asks("confirm_details"), "Yes, that is right.")
        held.go_on.set()
        await stage.typed.rest()
        assert stage.verdicts()[-2:] == ["details_filed accepted", "caller_changed accepted"]
        assert on_file(systems.policies._database, "SELECT withdrawn FROM intakes") == [0]
        assert (stage.state, stage.call.facts.reference, stage.call.facts.filing) == ("welcome", None, None)


async def test_what_the_one_before_has_on_file_stays_there(journal):
    """
    A newcomer has nothing on file to correct, and what they were not verified for they cannot put there.
    """
    systems = open_intake_systems(":memory:")
    async with typed.on_stage(INTAKE, journal, systems) as stage:
        await confirmed(calm(stage))
        await stage.asks("confirm_details", said="Yes, that is right.")
        assert stage.state == "confirmation"
        await changed(stage)
        assert (await stage.call.propose("correct_details")).kind == "not_from_here"
        await systems.policies.withdraw("call-1~2:9", stage.call.party)
        assert on_file(systems.policies._database, "SELECT withdrawn FROM intakes") == [0]
        details = ("Anna Miller", "1980-05-03", "4482107", "1 Other Road", "0309999999", "e@e.de")
        with pytest.raises(Exception, match="checked first"):
            await systems.policies.file("call-1~2:10", stage.call.party, details)


async def test_what_the_one_before_paid_for_is_cooked_for_them(journal):
    """
    Work that follows from work is of the same caller; the number at the counter is told to nobody else.
    """
    systems = open_restaurant_systems(":memory:", paid_after_s=0)
    held = Held(systems.payments.settle)
    systems.payments.settle = held
    async with typed.on_stage(RESTAURANT, journal, systems) as stage:
        calm(stage)
        await stage.call.claim(caller_name="Anna")
        now, facts = stage.clock.now(), {"order_revision": 3, "read_back_revision": 3, "read_back": "x"}
        await systems.orders.add("call-1", "Margherita", 1, None, None, now)
        draft = await systems.orders.note_allergies("call-1", "none")
        facts |= {"order_portions": 1, "allergens": (), "order_number": draft.order_number, "order_total_cents": 1}
        await systems.payments.send_link("call-1:1", "call-1", draft.revision, "Anna", "01512345678", now)
        await stage.call.establish(**facts, link_sent=True)
        for event in ("begin_order", "read_back"):
            await stage.call.propose(event)
            await stage.typed.rest()
        await stage.asks("confirm_order", said="Yes, that is right.")
        await stage.call.propose("collect_payment")
        await held.asked.wait()
        await newcomer_hears_nothing_of_it(stage)
        held.go_on.set()
        await stage.typed.rest()
        expected = ["payment_settled accepted", "kitchen_took_order accepted", "caller_changed accepted"]
        assert stage.verdicts()[-3:] == expected
        assert len(on_file(systems.orders._database, "SELECT id FROM tickets WHERE key IS NOT NULL")) == 1
        assert (stage.call.facts.ticket_number, stage.call.facts.order_text) == (None, "")
        assert (await systems.orders.draft(stage.call.party)).portions == 0


async def test_a_free_repair_is_not_inherited(journal):
    """
    What the warranty of the one before made of the price is theirs.
    """
    async with typed.on_stage(SERVICE, journal, open_service_systems(":memory:")) as stage:
        calm(stage)
        await stage.call.claim(
            caller_name="Anna", appliance="fridge", fault="dead", postcode="10115", warranty_number="300741"
        )
        for event in ("gather", "find_specialist", "diagnose"):
            await stage.call.propose(event)
            await stage.typed.rest()
        assert (stage.state, stage.call.facts.price_cents) == ("visit", 0)
        await changed(stage)
        known = stage.call.facts
        assert (stage.state, known.quote_id, known.price_cents, known.free_windows) == ("reception", None, None, ())


async def test_who_joins_where_gas_was_smelled_is_told_to_leave_the_house(journal):
    """
    A safety line is for whoever is there, and nobody is led away from it.
    """
    async with typed.on_stage(SERVICE, journal, open_service_systems(":memory:")) as stage:
        await stage.call.propose("report_gas_smell")
        await stage.typed.rest()
        said = await changed(stage)
        assert stage.state == "emergency"
        assert "leave the house now" in said[-1]


async def asks_for_a_callback(stage, phone, hour):
    if stage.state != "person":
        await stage.asks("escalate", said="I want to talk to a person.")
    args = {"phone": phone, "time": f"2026-03-03T{hour}:00"}
    await stage.asks("book_callback", args, said="Please call me back.")
    assert stage.call.facts.callback_booked, stage.verdicts()


@pytest.mark.parametrize("flow", FLOWS)
async def test_in_every_flow_the_callback_of_the_one_before_stands_beside_the_newcomers(flow, journal):
    """
    Only a caller's own later one takes its place.
    """
    flow = FLOWS[flow]
    systems = open_systems(flow)
    async with typed.on_stage(flow, journal, systems) as stage:
        calm(stage)
        await asks_for_a_callback(stage, MINE, 10)
        await changed(stage)
        await asks_for_a_callback(stage, THEIRS, 11)
        await asks_for_a_callback(stage, THEIRS, 12)
        database = getattr(systems.callbacks, "_callbacks", systems.callbacks)._database
        assert on_file(database, "SELECT substr(at, 12, 2) FROM callbacks ORDER BY at") == ["10", "12"]


async def test_never_call_me_again_calls_off_nothing_that_somebody_else_arranged(journal):
    """
    Also not in the same call.
    """
    systems = open_sales_systems(":memory:")
    async with typed.on_stage(SALES, journal, systems) as stage:
        calm(stage)
        await asks_for_a_callback(stage, MINE, 10)
        await changed(stage)
        await stage.asks("do_not_call", said="Never call me again.")
        assert stage.verdicts()[-1] == "calls_called_off accepted"
        assert len(on_file(systems.leads._database, "SELECT id FROM callbacks")) == 1

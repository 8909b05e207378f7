"""Limits that outlive a call, from the caller's words to the store: guessed secrets, and what reaches somebody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from agents.booking import BOOKING
from agents.intake import INTAKE
from agents.restaurant import RESTAURANT
from agents.sales import SALES
from agents.service import SERVICE
from agents.support import SUPPORT
from app.business.booking import open_booking_systems
from app.business.intake import open_intake_systems
from app.business.restaurant import open_restaurant_systems
from app.business.sales import open_sales_systems
from app.business.service import open_service_systems
from app.business.support import open_support_systems
from interlock.agents import Refused, SystemDown
from interlock.agents.call.terms import Terms
from interlock.app.business.callbacks import CALLBACKS_PER_HOUR
from interlock.app.offline.scripted import Says
from interlock.app.replay import replay
from interlock.app.store import tables
from interlock.guards.quotas import HOUR_S, Limit, Quota
from interlock.testing.typed import TypedStage, on_stage

ME, OTHER = "+491700000666", "+491700000777"
CALLBACK = {"phone": ME, "time": "2026-03-03T10:00"}
DETAILS = {
    "name": "Anna Miller",
    "policy_number": "4482107",
    "home_address": "5 Mill Lane",
    "phone": "0151234567",
    "email": "a@b.de",
}


@asynccontextmanager
async def a_call(flow, journal, systems, name: str, phone: str = ME, **given) -> AsyncIterator[TypedStage]:
    async with on_stage(flow, journal, systems, call_id=name, **given) as stage:
        stage.model._then = lambda: Says("Go on, please.")
        if phone:
            await stage.call.establish(caller_phone=phone, caller_identity=f"sip_{phone}")
        yield stage


def answered(stage: TypedStage) -> list[str]:
    """What the model was answered to each of its tool calls."""
    return [its.output for its in stage.typed.session.history.items if its.type == "function_call_output"]


async def tries(journal, systems, name: str, *postcodes: str, account: str = "4471", phone: str = ME) -> bool:
    """One support call in which these are tried; whether the caller was verified at its end."""
    async with a_call(SUPPORT, journal, systems, name, phone) as stage:
        for postcode in postcodes:
            await stage.asks("verify_caller", {"account_number": account, "postcode": postcode})
        return bool(stage.call.facts.caller_verified)


async def test_guesses_are_counted_across_calls(journal):
    """The fourth try from one number is not looked up, right or wrong."""
    systems = open_support_systems(":memory:")
    assert not await tries(journal, systems, "c1", "90001", "90002")
    assert not await tries(journal, systems, "c2", "90004")
    assert not await tries(journal, systems, "c3", "80331")
    assert await tries(journal, systems, "c4", "80331", phone=OTHER)


async def test_one_number_guesses_no_more_in_another_flow(journal):
    """What is counted is the caller, not the desk they guess at."""
    support, booking = open_support_systems(":memory:"), open_booking_systems(":memory:")
    await tries(journal, support, "c1", "90001", "90002", "90003")
    await tries(journal, support, "c2", "90004", "90005")
    async with a_call(BOOKING, journal, booking, "c3") as stage:
        await stage.asks("change_booking")
        await stage.asks("find_booking", {"code": "300700"})
        assert stage.call.facts.found_by is None
        assert "in about" in answered(stage)[-1]


async def test_a_refused_try_says_when_it_works_again_and_nothing_else(journal):
    """Word for word the same whether the guess would have been right."""
    systems = open_support_systems(":memory:")
    await tries(journal, systems, "c1", "90001", "90002", "90003")
    await tries(journal, systems, "c2", "90004", "90005")
    said = []
    for name, postcode in (("c3", "80331"), ("c4", "90006")):
        async with a_call(SUPPORT, journal, systems, name) as stage:
            await stage.asks("verify_caller", {"account_number": "4471", "postcode": postcode})
            said.append(answered(stage)[-1])
            assert stage.last("quota.spent")["quota"] == "proofs"
    assert said[0] == said[1]
    assert "works again in about a day" in said[0]


async def test_a_right_proof_is_not_counted(journal):
    """An honest caller may prove who they are as often as they call."""
    systems = open_support_systems(":memory:")
    for n in range(7):
        assert await tries(journal, systems, f"c{n}", "90001" if n < 3 else "80331", "80331")


async def test_owning_one_account_buys_no_guesses_at_others(journal):
    """A right proof in between takes back the failures at that account, and no others."""
    systems = open_support_systems(":memory:")
    for n in range(3):
        await tries(journal, systems, f"own{n}", "80330", "80331")
        await tries(journal, systems, f"theirs{n}", f"9001{n}", account="5520")
    assert not await tries(journal, systems, "last", "10115", account="5520")
    assert await tries(journal, systems, "other", "10115", account="5520", phone=OTHER)


async def test_strangers_do_not_lock_a_customer_out_of_their_account(journal):
    """Who proved it before from the line they call from goes on being checked; somebody new hears when it works."""
    systems = open_support_systems(":memory:")
    assert await tries(journal, systems, "before", "80331", phone=OTHER)
    for n in range(8):
        await tries(journal, systems, f"c{n}", "90001", "90002", "90003", phone=f"+4930500{n:04d}")
    assert not await tries(journal, systems, "new", "80331", phone="+493060606060")
    assert await tries(journal, systems, "known", "80331", phone=OTHER)


async def test_callers_without_a_number_share_a_count_that_others_never_read(journal):
    """Their window is short, and a caller with a number is checked all the same."""
    systems, terms = open_support_systems(":memory:"), Terms(quotas={"proofs": {"anonymous": Limit(3, HOUR_S)}})
    async with a_call(SUPPORT, journal, systems, "c1", "", terms=terms) as stage:
        for n in range(3):
            await stage.asks("verify_caller", {"account_number": "4471", "postcode": f"9000{n}"})
    async with a_call(SUPPORT, journal, systems, "c2", "", terms=terms) as stage:
        await stage.asks("verify_caller", {"account_number": "5520", "postcode": "10115"})
        assert not stage.call.facts.caller_verified
        assert 0 < stage.last("quota.spent")["in_s"] <= HOUR_S
    async with a_call(SUPPORT, journal, systems, "c3", terms=terms) as stage:
        await stage.asks("verify_caller", {"account_number": "5520", "postcode": "10115"})
        assert stage.call.facts.caller_verified


async def test_a_birthday_cannot_be_guessed_across_calls(journal):
    """There the guess is work of a state, and the arrow to it is what is refused."""
    systems = open_intake_systems(":memory:")

    async def checks(name: str, *born: str) -> tuple[str, str]:
        async with a_call(INTAKE, journal, systems, name) as stage:
            await stage.asks("begin_intake", said="Yes, let us begin.")
            for each in born:
                await stage.asks("note_details", {**DETAILS, "date_of_birth": each})
                await stage.asks("check_details", said="Please check it.")
            return stage.state, stage.verdicts()[-1]

    await checks("c1", "1980-06-01", "1980-06-02")
    await checks("c2", "1980-06-03", "1980-06-04")
    assert await checks("c3", "1980-05-03") == ("collection", "check_details guard_false")
    refused = [r for r in journal.records("c3") if r.kind == "transition.refused"]
    assert [r.audit["refused_by"] for r in refused] == ["proofs_left"]


async def test_a_warranty_cannot_be_guessed_and_a_repair_without_one_goes_on(journal):
    """Only who gives a number is counted, and one that holds is given back."""
    systems = open_service_systems(":memory:")
    terms = Terms(quotas={"warranties": {"caller": Limit(1)}})

    async def asks(name: str, number: str) -> TypedStage:
        async with a_call(SERVICE, journal, systems, name, terms=terms) as stage:
            await stage.asks("note_name", {"name": "Anna Kowalski"})
            await stage.asks("gather")
            await stage.asks("note_appliance", {"appliance": "fridge"})
            await stage.asks("note_fault", {"fault": "dead"})
            await stage.asks("note_postcode", {"postcode": "10115"})
            if number:
                await stage.asks("note_warranty", {"number": number})
            else:
                await stage.asks("note_no_warranty")
            await stage.asks("find_specialist")
            await stage.asks("diagnose")
        return stage

    assert (await asks("right", "300741")).call.facts.price_cents == 0
    assert (await asks("wrong", "300742")).call.facts.price_cents > 0
    refused = await asks("again", "300741")
    assert refused.last("transition.refused")["refused_by"] == "warranties_left"
    assert (await asks("none", "")).call.facts.price_cents > 0


async def books(stage: TypedStage, **changed: str) -> str:
    """Asks for a call-back, giving the number and the time; the last verdict."""
    await stage.asks("book_callback", {**CALLBACK, **changed}, said="Please call me back.")
    return stage.verdicts()[-1]


async def test_a_number_is_called_back_so_often_and_no_more(journal):
    """Whichever call asks for it, and whoever; the refusal is a verdict like any other, and its reason on record."""
    systems = open_support_systems(":memory:")
    for n in range(3):
        async with a_call(SUPPORT, journal, systems, f"c{n}", f"+4930100000{n}") as stage:
            await stage.asks("escalate")
            assert await books(stage, time=f"2026-03-03T1{n}:00") == "callback_booked accepted"
    async with a_call(SUPPORT, journal, systems, "c9", "+49301000009") as stage:
        await stage.asks("escalate")
        await books(stage, time="2026-03-03T14:00")
        refused = stage.last("transition.refused")
        assert refused["refused_by"] == "callbacks_left"
        assert "no more in about a day" in refused["reason"]
        assert replay(journal, "c9", SUPPORT.machine, SUPPORT.facts) == []


async def test_callers_without_a_number_cannot_empty_the_calendar(journal):
    """Of the places of an hour they have two; who shows a number finds the other."""
    systems = open_support_systems(":memory:")
    for n in range(3):
        async with a_call(SUPPORT, journal, systems, f"c{n}", "") as stage:
            await stage.asks("escalate")
            await books(stage, phone=f"030 123456{n}")
            booked = stage.call.facts.callback_booked
            assert booked == (n < 2)
    assert stage.last("transition.refused")["refused_by"] == "callbacks_left"
    for n in range(CALLBACKS_PER_HOUR - 2):
        async with a_call(SUPPORT, journal, systems, f"d{n}", f"+4930200000{n}") as stage:
            await stage.asks("escalate")
            await books(stage, phone=f"+4930200000{n}")
            assert stage.call.facts.callback_booked


@pytest.mark.parametrize(
    ("raises", "left"), [(Refused("That hour is full."), 3), (SystemDown("no answer"), 2), (None, 2)]
)
async def test_what_was_told_no_is_given_back(journal, raises, left):
    """Nothing was done; where nobody knows whether it was, it stays counted."""

    class Callbacks:
        async def book(self, key, phone, when):
            if raises is not None:
                raise raises
            return "CB00001"

    systems = open_support_systems(":memory:")
    object.__setattr__(systems, "callbacks", Callbacks())
    async with a_call(SUPPORT, journal, systems, "c1") as stage:
        await stage.asks("escalate")
        await books(stage, phone=OTHER)
    rows = await journal.read(lambda connection: connection.execute(tables.counters.select()).all())
    assert {row.whose: 3 - row.count for row in rows} == {"call": left, "caller": left, "number": left}


@pytest.mark.parametrize("calls", [2, 10])
async def test_calls_that_race_for_the_last_of_a_quota_never_get_more(journal, calls):
    """Each is told the truth: it was booked, or there were too many."""
    systems = open_support_systems(":memory:")
    terms = Terms(quotas={"callbacks": {"number": Limit(1)}})
    hours = [f"2026-03-{day:02d}T{hour:02d}:00" for day in (3, 4) for hour in range(10, 17)]

    async def one(n: int) -> str:
        async with a_call(SUPPORT, journal, systems, f"c{n}", f"+49302000{n:04d}", terms=terms) as stage:
            await stage.asks("escalate")
            verdict = await books(stage, time=hours[n])
            return "booked" if stage.call.facts.callback_booked else verdict

    told = await asyncio.gather(*(one(n) for n in range(calls)))
    assert sorted(told) == ["book_callback guard_false"] * (calls - 1) + ["booked"]


async def test_a_quota_that_the_flow_does_not_name_is_refused(journal):
    """What is set for it would not be looked at."""
    mine = Quota("mine", "tries", {"call": Limit(1)})
    async with a_call(SUPPORT, journal, open_support_systems(":memory:"), "c1") as stage:
        with pytest.raises(TypeError, match=r"counts no mine: name it in Flow\(quotas="):
            await stage.call.attempt(mine)


async def test_a_rehearsal_counts_apart(journal):
    """It can be played again and again; within one call the limit holds."""
    systems, terms = open_support_systems(":memory:"), Terms(rehearsal=True)
    for n in range(3):
        async with a_call(SUPPORT, journal, systems, f"c{n}", terms=terms) as stage:
            for postcode in ("90001", "90002", "80331"):
                await stage.asks("verify_caller", {"account_number": "4471", "postcode": postcode})
            assert stage.call.facts.caller_verified


async def test_text_messages_are_limited_by_who_gets_them_and_who_has_them_sent(journal):
    """Whichever call they come from; of what is refused none is sent."""
    systems = open_restaurant_systems(":memory:", paid_after_s=None)

    async def sends(name: str, phone: str, to: str) -> str:
        async with a_call(RESTAURANT, journal, systems, name, phone) as stage:
            await stage.asks("begin_order", said="I want to order.")
            await stage.asks("add_dish", {"dish": "Lemonade"})
            await stage.asks("note_allergies", {"allergies": "none"})
            await stage.asks("note_name", {"name": "Anna"})
            await stage.asks("read_back", said="Read it back.")
            await stage.asks("confirm_order", said="Yes, that is right.")
            await stage.asks("send_link", {"phone": to}, said="Send me the link.")
            refused = [e.audit["refused_by"] for e in stage.entries if e.kind == "transition.refused"]
            return "sent" if stage.call.facts.link_sent else refused[-1]

    strangers = [await sends(f"a{n}", f"+4930100{n:04d}", "0151 2345678") for n in range(4)]
    assert strangers == ["sent"] * 3 + ["payment_links_left"]
    mine = [await sends(f"b{n}", ME, f"0160 123450{n}") for n in range(7)]
    assert mine == ["sent"] * 6 + ["payment_links_left"]


async def test_listings_are_counted_across_calls(journal):
    """A call ends with one, so each is another call."""
    systems, told = open_sales_systems(":memory:"), []
    for n in range(4):
        async with a_call(SALES, journal, systems, f"c{n}") as stage:
            await stage.asks("do_not_call", {"phone": ME}, said="Never call me again.")
            told.append(stage.call.facts.listed)
    assert told == [True, True, True, None]
    assert stage.last("transition.refused")["refused_by"] == "listings_left"

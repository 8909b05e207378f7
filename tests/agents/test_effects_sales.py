"""What sales put on file: once, wherever it is interrupted; and the caller hears what came of it."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from agents.sales import SALES
from app.business.sales import open_sales_systems
from interlock.agents.speech.asking import Asked, Subject
from interlock.app.offline.scripted import Asks, Says
from tests.agents.effect_cases import about_to
from tests.faults.stage import on_stage

pytestmark = pytest.mark.slow  # six flows' work, each interrupted at each step

LEAD = {"caller_name": "Ann", "need": "phones", "budget_cents": 1_000_00, "authority": "decides", "timeline": "now"}
ON_FILE = {"note": "leads", "follow_up": "follow_ups", "never_call": "do_not_call"}


async def on_file(stage, work):
    """How many rows our systems have of it."""
    query = text(f"SELECT COUNT(*) FROM {ON_FILE[work]} WHERE key <> 'seed'")
    return await stage.call.services.leads._real._database.run(lambda c: c.execute(query).scalar_one())


async def test_never_call_me_again_is_written_down_while_our_systems_are_at_other_work(journal):
    """The follow-up that was under way comes too late, or is taken back."""
    async with about_to("sales follow-up", journal) as its:
        stage, leads = its.stage, its.system
        leads.gate.clear()
        await its.asks_and_waits(leads.entered)
        await stage.call.propose("do_not_call")
        leads.gate.set()
        await stage.call.wait_until_idle()
        assert stage.state == "closed"
        assert (await on_file(stage, "follow_up"), await on_file(stage, "never_call")) == (0, 1)


async def test_only_the_number_of_the_line_goes_on_the_list(journal):
    """Not the one named, nor the one given before: whoever has those may say so themselves."""
    async with about_to("sales never call", journal) as its:
        stage = its.stage
        await stage.call.establish(caller_phone="+4930777777")
        await stage.asks("do_not_call", {"phone": "030 888888"}, said="Please stop calling me.")
        query = text("SELECT number FROM do_not_call WHERE key <> 'seed'")
        leads = stage.call.services.leads._real
        assert await leads._database.run(lambda c: c.execute(query).scalars().all()) == ["+4930777777"]


OVER = "Never call me again!"
ASKED = "Shall I put the number you are calling from on our do-not-call list?"


async def test_nobody_takes_another_numbers_calls_away(journal):
    """Whoever names it is asked about their own, and even then that is all that is listed."""
    systems = open_sales_systems()
    await systems.callbacks.book("victim:1", "+49 30 7654321", datetime(2026, 3, 4, 10, tzinfo=UTC))
    await systems.leads.follow_up("victim:2", "+49 30 7654321", date(2026, 6, 1), None)
    async with on_stage(journal, systems, flow=SALES) as stage:
        await stage.call.establish(caller_phone="+491700000666")
        await stage.asks("do_not_call", {"phone": "030 7654321"}, said="Never call 030 7654321 again!")
        assert (stage.state, stage.typed.said[-1]) == ("intro", ASKED)
        await stage.asks("do_not_call", said="Yes.")
        assert stage.state == "closed"
    query = text("SELECT key FROM callbacks UNION SELECT key FROM follow_ups ORDER BY key")
    left = await systems.leads._database.run(lambda c: c.execute(query).scalars().all())
    assert left == ["victim:1", "victim:2"]


@pytest.mark.parametrize("said", ["Please do call me again.", "Do you call again?", "No.", "Call me on Monday."])
async def test_no_other_words_put_anybody_on_the_list(said, journal):
    """Whatever a model makes of them, the caller is asked or answered, and nothing is listed."""
    async with about_to("sales never call", journal) as its:
        await its.stage.asks("do_not_call", said=said)
        assert its.stage.verdicts()[-1] == "do_not_call guard_false"
        assert await on_file(its.stage, "never_call") == 0


async def test_a_no_to_a_callback_is_not_for_good(journal):
    """ "Do not call me" answers what was asked; that nobody ever calls again is asked about first."""
    async with about_to("sales never call", journal) as its:
        stage = its.stage
        subject = Subject.of("book_callback", {"phone": None, "time": "2026-03-03T10:00"})
        stage.call.asking.put(Asked(subject, "Shall we call you back on Tuesday at ten?", "offer", ("call me",)))
        await stage.asks("do_not_call", said="No, don't call me.")
        assert (stage.state, await on_file(stage, "never_call")) == ("intro", 0)
        await stage.asks("do_not_call", said=OVER)
        assert (stage.state, await on_file(stage, "never_call")) == ("closed", 1)


@asynccontextmanager
async def held(journal):
    async with on_stage(journal, open_sales_systems(), flow=SALES) as stage:
        await stage.call.establish(caller_phone="+4930999999")
        await stage.call.claim(contact_phone="+4930123456", **{**LEAD, "budget_cents": 9_000_00})
        for event in ("begin_qualification", "assess"):
            await stage.asks(event)
        await stage.asks("look_for_times", {"time": "2026-03-03T10:00"})
        await stage.asks("hold_time")
        assert stage.state == "deciding"
        yield stage


@asynccontextmanager
async def demo_booked(journal):
    async with held(journal) as stage:
        await stage.asks("book", said="Please book it.")
        assert stage.state == "demo_booked"
        yield stage


@pytest.mark.parametrize("reached", [False, True], ids=["before", "after"])
async def test_a_demo_that_is_being_booked_is_none_for_who_is_never_called_again(reached, journal):
    """The calendar was not asked yet, or has it already: neither way is anything booked in the end."""
    entered, gate = asyncio.Event(), asyncio.Event()
    async with held(journal) as stage:
        calendar = stage.call.services.calendar
        book = calendar.book

        async def slowly(*given):
            made = await book(*given) if reached else None
            entered.set()
            await gate.wait()
            return made or await book(*given)

        calendar.book = slowly
        stage.model.add(Says(calls=(Asks("book"),)))
        stage.typed.say("Yes.")
        await entered.wait()
        listed = asyncio.Event()
        stage.call.watch(lambda entry: listed.set() if entry.audit.get("event") == "number_listed" else None)
        assert (await stage.call.propose("do_not_call")).accepted
        await listed.wait()
        gate.set()
        await stage.call.wait_until_idle()
        query = text("SELECT COUNT(*) FROM appointments WHERE cancelled = 0 AND key LIKE 'call-1%'")
        assert await calendar._database.run(lambda c: c.execute(query).scalar_one()) == 0


async def test_a_demo_that_was_given_up_while_a_person_was_asked_for_is_not_said_to_be_booked(journal):
    """Who comes back to it hears that there is none any more."""
    async with demo_booked(journal) as stage:
        gate, noted = asyncio.Event(), stage.call.services.leads.never_call

        async def slowly(*given):
            await gate.wait()
            return await noted(*given)

        stage.call.services.leads.never_call = slowly
        assert (await stage.call.propose("do_not_call")).accepted
        assert (await stage.call.propose("escalate")).accepted
        gate.set()
        await stage.typed.rest()
        assert "No demo is booked any more." in (await stage.asks("return_to_desk"))[-1]


async def test_out_of_hours_the_executive_calls_back(journal):
    """The demo is booked all the same; the caller hears when somebody is there."""
    async with demo_booked(journal) as stage:
        stage.call._silence.stop()
        stage.call._bounds._stop()  # nobody talks for ten hours
        stage.clock.advance(10 * 3600)
        said = await stage.asks("meet_executive")
        assert stage.state == "person"
        assert "here on weekdays from nine to six" in said[-1]


async def test_who_is_never_called_again_has_neither_demo_nor_callback(journal):
    """What the caller is told at the end is true of all that was arranged in this call."""
    async with demo_booked(journal) as stage:
        code, systems = stage.call.facts.booked_code, stage.call.services
        await stage.asks("escalate")
        await stage.asks("book_callback", {"phone": "030 123456", "time": "2026-03-03T10:00"})
        assert (stage.state, stage.call.facts.callback_booked) == ("person", True)
        said = await stage.asks("do_not_call", said=OVER)
        assert "will not call you again" in said[-1]
        assert await systems.calendar.find(code, stage.clock.now()) is None
        query = text("SELECT COUNT(*) FROM callbacks")
        assert await systems.leads._database.run(lambda c: c.execute(query).scalar_one()) == 0
        assert (stage.call.facts.callback_booked, stage.call.facts.booked_code) == (False, None)

"""The calendar's work in an appointment call: done once, wherever it is interrupted, and told as it is."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

import pytest

from agents.booking import BOOKING
from app.business.booking import open_booking_systems
from app.business.booking_calendar import HOLD_FOR
from interlock.agents.call.journal import JournalDown
from interlock.agents.systems import Refused, SystemDown
from interlock.app.offline.scripted import Asks, Says
from tests.faults.stage import on_stage

pytestmark = pytest.mark.slow  # its work, interrupted at each step

TUESDAY_TEN = "2026-03-03T09:00:00+00:00"
WORK = {"hold": ("hold_time", {}), "book": ("book", {}), "move": ("move", {}), "cancel": ("cancel", {"sure": True})}
KEYS = {"hold": "call-1:2", "book": "call-1:4", "move": "call-1:4", "cancel": "call-1:2"}
CHANGE = {"hold": None, "book": "booked", "move": "moved", "cancel": "cancelled"}
DONE = {"hold": "deciding", "book": "confirmation", "move": "confirmation", "cancel": "reception"}
SAYS = {"hold": "I am holding", "book": "booked for", "move": "booked for", "cancel": "is cancelled"}


class Calendar:
    """The real calendar, which at one kind of work does what the test says, and remembers the keys it was given."""

    def __init__(self, real, work, *, error=None, answer_lost=False):
        self._real, self._work, self._error, self._answer_lost = real, work, error, answer_lost
        self.keys = []
        self.entered, self.done, self.gate = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.gate.set()

    def __getattr__(self, name):
        return self._held if name == self._work else getattr(self._real, name)

    async def _held(self, key, *given):
        self.keys.append(key)
        self.entered.set()
        await self.gate.wait()
        if self._error is not None:
            raise self._error
        found = await getattr(self._real, self._work)(key, *given)
        self.done.set()
        if self._answer_lost:
            await asyncio.Event().wait()
        return found


@asynccontextmanager
async def about_to(work, journal, **given):
    """A call in which the next thing a caller asks for is this work; `writes_to` is another journal."""
    writes_to = given.pop("writes_to", None)
    real = open_booking_systems()
    systems = replace(real, calendar=Calendar(real.calendar, work, **given))
    async with on_stage(journal, systems, flow=BOOKING, writes_to=writes_to) as stage:
        await stage.call.claim(caller_name="Anna", contact_phone="+4930123456")
        await stage.asks("look_for_times", {"time": "2026-03-03T10:00"})
        await stage.asks("find_time" if work in ("hold", "book") else "change_booking")
        if work in ("move", "cancel"):
            await stage.asks("find_booking", {"code": "300700"})
        if work in ("book", "move"):
            await stage.asks("hold_time")
        yield stage, systems.calendar


async def asks(stage, work):
    event, args = WORK[work]
    return await stage.asks(event, args)


async def asks_and_waits(stage, work, until):
    event, args = WORK[work]
    stage.model.add(Says(calls=(Asks(event, args),)))
    stage.typed.say("Yes.")
    await until.wait()


async def appointments(stage):
    """What stands in the calendar: Tuesday at ten, and the one that was there before."""
    calendar, now = stage.call.services.calendar, stage.clock.now()
    tuesday = stage.call.facts.booked_code and await calendar.find(stage.call.facts.booked_code, now)
    seeded = await calendar.find("300700", now)
    return tuesday, seeded


@pytest.mark.parametrize("work", WORK)
async def test_work_is_done_once_with_the_key_of_its_transition(work, journal):
    """The caller hears what came of it, and the calendar says the same."""
    async with about_to(work, journal) as (stage, calendar):
        said = await asks(stage, work)
        assert (calendar.keys, stage.state) == ([KEYS[work]], DONE[work])
        assert SAYS[work] in said[-1]
        tuesday, seeded = await appointments(stage)
        assert (tuesday is not None) == (work in ("book", "move"))
        assert (seeded is None) == (work == "cancel")


@pytest.mark.parametrize(
    ("work", "state", "says"),
    [
        ("hold", "availability", "somebody was faster"),
        ("book", "availability", "nothing is booked"),
        ("move", "existing", "stands as it was"),
        ("cancel", "existing", "nothing was changed"),
    ],
)
async def test_work_that_is_refused_was_not_done(work, state, says, journal):
    """The caller hears so, with what is free now, and may ask for something else."""
    async with about_to(work, journal, error=Refused("no")) as (stage, _):
        said = await asks(stage, work)
        assert (stage.state, stage.call.facts.booked_slot) == (state, None)
        assert says in said[-1]
        assert ("is free" in said[-1]) == (work != "cancel")
        assert stage.call.facts.last_change == (None if work == "hold" else "refused")


@pytest.mark.parametrize("work", ["book", "move", "cancel"])
async def test_work_without_an_answer_is_neither_done_nor_not(work, journal):
    """A person looks into it, and no other change is made in this call."""
    async with about_to(work, journal, error=SystemDown("down")) as (stage, calendar):
        said = await asks(stage, work)
        assert (stage.state, stage.call.facts.last_change) == ("person", "unconfirmed")
        assert "could not confirm" in said[-1]
        await no_other_change(stage, work)
        assert len(calendar.keys) == 1


async def no_other_change(stage, work):
    await stage.asks("return_to_desk")
    event, args = WORK[work]
    verdict = await stage.call.propose(event, args)
    assert (verdict.kind, verdict.refused_by) == ("guard_false", "no_change_unconfirmed")


async def test_a_hold_without_an_answer_costs_a_question(journal):
    """It frees itself, so the caller only picks again."""
    async with about_to("hold", journal, error=SystemDown("down")) as (stage, _):
        said = await asks(stage, "hold")
        assert stage.state == "availability"
        assert "could not hold that time just now" in said[-1]


@pytest.mark.parametrize("work", ["book", "move", "cancel"])
async def test_work_whose_answer_is_lost_is_not_done_twice(work, journal):
    """The calendar did it and its answer never came."""
    async with about_to(work, journal, answer_lost=True) as (stage, calendar):
        await asks_and_waits(stage, work, calendar.done)
        stage.clock.advance(BOOKING.effects["reserving"].timeout_s)
        await stage.typed.rest()
        assert stage.state == "person"
        await no_other_change(stage, work)
        assert calendar.keys == [KEYS[work]]


class DownFor:
    """The real journal, down for the facts that say this."""

    def __init__(self, real, change):
        self._real, self._change = real, change

    async def append(self, entries):
        if any(e.private.get("facts", {}).get("last_change") == self._change for e in entries if "facts" in e.kind):
            raise JournalDown("down")
        await self._real.append(entries)


@pytest.mark.parametrize("work", ["book", "move", "cancel"])
async def test_without_the_journal_nothing_is_begun(work, journal):
    """Then it is true that nothing was changed."""
    async with about_to(work, journal, writes_to=DownFor(journal, "unconfirmed")) as (stage, calendar):
        said = await asks(stage, work)
        assert (calendar.keys, stage.state in ("availability", "existing")) == ([], True)
        assert "sorry" in said[-1]


@pytest.mark.parametrize("work", ["book", "move", "cancel"])
async def test_what_was_done_and_could_not_be_recorded_is_unconfirmed(work, journal):
    """It was on record that it may have been done, before it was."""
    async with about_to(work, journal, writes_to=DownFor(journal, CHANGE[work])) as (stage, calendar):
        await asks(stage, work)
        assert stage.state == "person"
        await no_other_change(stage, work)
        assert calendar.keys == [KEYS[work]]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("work", ["book", "move", "cancel"])
async def test_a_caller_who_leaves_for_a_person_meanwhile_hears_what_came_of_it(work, moment, journal):
    """Interrupted before or after the calendar did it: done once, and known to whoever speaks next."""
    async with about_to(work, journal) as (stage, calendar):
        calendar.gate.clear()
        await asks_and_waits(stage, work, calendar.entered)
        if moment == "after":
            calendar.gate.set()
            await calendar.done.wait()
        await stage.call.propose("escalate", by="system")
        calendar.gate.set()
        await stage.typed.rest()
        assert (calendar.keys, stage.call.facts.last_change) == ([KEYS[work]], CHANGE[work])
        said = await stage.asks("return_to_desk")
        assert SAYS[work] in said[-1]


async def test_a_time_that_ran_out_while_it_was_being_booked_is_not_booked(journal):
    """The calendar decides, by the time it is given; the caller is told, and offered it again."""
    async with about_to("book", journal) as (stage, calendar):
        await calendar.hold("other", "call-1", datetime.fromisoformat(TUESDAY_TEN), stage.clock.now() - HOLD_FOR)
        said = await asks(stage, "book")
        assert (stage.state, stage.call.facts.booked_slot) == ("availability", None)
        assert "nothing is booked. Tuesday, 3 March at 10:00 is free" in said[-1]


async def test_what_was_free_before_a_hold_is_not_offered_after_it(journal):
    """Who lets the time go without naming another is asked for one."""
    async with about_to("hold", journal) as (stage, _):
        await asks(stage, "hold")
        assert await stage.asks("other_time") == ["Which day and time suit you?"]


async def test_a_hold_that_was_given_up_does_not_end_the_next_one(journal):
    """The timer of the first hold finds another one in its place, and says nothing."""
    async with about_to("hold", journal) as (stage, _):
        await asks(stage, "hold")
        stage.call._silence.stop()
        stage.clock.advance(60)
        await stage.asks("other_time")
        await stage.asks("look_for_times", {"time": "2026-03-04T10:00"})
        await asks(stage, "hold")
        stage.clock.advance(HOLD_FOR.total_seconds() - 30)
        await stage.typed.rest()
        assert stage.state == "deciding"
        assert "hold_ran_out" not in " ".join(stage.verdicts())
        stage.clock.advance(31)
        await stage.typed.rest()
        assert (stage.state, stage.verdicts()[-1]) == ("availability", "hold_ran_out accepted")


@pytest.mark.slow
async def test_a_hold_that_was_given_up_does_not_change_what_is_offered(journal):
    """Who was named Wednesday's times and takes the first one gets Wednesday, whatever ran out meanwhile."""
    async with about_to("hold", journal) as (stage, _):
        await asks(stage, "hold")
        stage.call._silence.stop()
        await stage.asks("other_time")
        await stage.asks("look_for_times", {"time": "2026-03-04T14:00"})
        stage.clock.advance(HOLD_FOR.total_seconds() + 1)
        await stage.typed.rest()
        assert "I am holding Wednesday, 4 March" in (await stage.asks("hold_time"))[-1]


async def test_after_the_end_of_a_call_no_hold_runs_out(journal):
    """Nobody is there to be told; the calendar frees it by itself."""
    async with about_to("hold", journal) as (stage, _):
        await asks(stage, "hold")
        await stage.typed.hang_up()
        stage.clock.advance(HOLD_FOR.total_seconds() + 1)
        await stage.call.wait_until_idle()
        assert "hold_ran_out" not in " ".join(stage.verdicts())


async def test_a_model_is_told_which_day_it_is(journal):
    """Where the service is: without it, nobody can say when "tomorrow" is."""
    async with about_to("hold", journal) as (stage, _):
        assert "It is Monday, 2026-03-02, 09:30." in stage.typed.session.current_agent.instructions

"""The calendar's work in an appointment call: done once, wherever it is interrupted, and told as it is."""

from datetime import datetime

import pytest

from app.business.booking_calendar import HOLD_FOR
from interlock.agents.systems import Refused
from tests.agents.effect_cases import about_to

pytestmark = pytest.mark.slow  # its work, interrupted at each step

TUESDAY_TEN = "2026-03-03T09:00:00+00:00"


async def appointments(stage):
    """What stands in the calendar: Tuesday at ten, and the one that was there before."""
    calendar, now = stage.call.services.calendar, stage.clock.now()
    tuesday = stage.call.facts.booked_code and await calendar.find(stage.call.facts.booked_code, now)
    seeded = await calendar.find("300700", now)
    return tuesday, seeded


@pytest.mark.parametrize("work", ["hold", "book", "move", "cancel"])
async def test_the_calendar_has_what_the_caller_heard(work, journal):
    """What was booked or moved to is there, and what was cancelled is not."""
    async with about_to(f"booking {work}", journal) as its:
        await its.asks()
        tuesday, seeded = await appointments(its.stage)
        assert (tuesday is not None) == (work in ("book", "move"))
        assert (seeded is None) == (work == "cancel")


@pytest.mark.parametrize("work", ["hold", "book", "move"])
async def test_who_could_not_have_a_time_hears_what_is_free(work, journal):
    """And nothing is booked."""
    async with about_to(f"booking {work}", journal, error=Refused("no")) as its:
        assert "is free" in (await its.asks())[-1]
        assert its.stage.call.facts.booked_slot is None


async def test_a_time_that_ran_out_while_it_was_being_booked_is_not_booked(journal):
    """The calendar decides, by the time it is given; the caller is told, and offered it again."""
    async with about_to("booking book", journal) as its:
        stage = its.stage
        await its.system.hold("other", "call-1", datetime.fromisoformat(TUESDAY_TEN), stage.clock.now() - HOLD_FOR)
        said = await its.asks()
        assert (stage.state, stage.call.facts.booked_slot) == ("availability", None)
        assert "nothing is booked. Tuesday, 3 March at 10:00 is free" in said[-1]


async def test_what_was_free_before_a_hold_is_not_offered_after_it(journal):
    """Who lets the time go without naming another is asked for one."""
    async with about_to("booking hold", journal) as its:
        stage = its.stage
        await stage.asks("hold_time")
        assert await stage.asks("other_time") == ["Which day and time suit you?"]


async def test_a_hold_that_was_given_up_does_not_end_the_next_one(journal):
    """The timer of the first hold finds another one in its place, and says nothing."""
    async with about_to("booking hold", journal) as its:
        stage = its.stage
        await stage.asks("hold_time")
        stage.call._silence.stop()
        stage.clock.advance(60)
        await stage.asks("other_time")
        await stage.asks("look_for_times", {"time": "2026-03-04T10:00"})
        await stage.asks("hold_time")
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
    async with about_to("booking hold", journal) as its:
        stage = its.stage
        await stage.asks("hold_time")
        stage.call._silence.stop()
        await stage.asks("other_time")
        await stage.asks("look_for_times", {"time": "2026-03-04T14:00"})
        stage.clock.advance(HOLD_FOR.total_seconds() + 1)
        await stage.typed.rest()
        assert "I am holding Wednesday, 4 March" in (await stage.asks("hold_time"))[-1]


async def test_after_the_end_of_a_call_no_hold_runs_out(journal):
    """Nobody is there to be told; the calendar frees it by itself."""
    async with about_to("booking hold", journal) as its:
        stage = its.stage
        await stage.asks("hold_time")
        await stage.typed.hang_up()
        stage.clock.advance(HOLD_FOR.total_seconds() + 1)
        await stage.call.wait_until_idle()
        assert "hold_ran_out" not in " ".join(stage.verdicts())


async def test_a_model_is_told_which_day_it_is(journal):
    """Where the calendar is: without it, nobody can say when "tomorrow" is."""
    async with about_to("booking hold", journal) as its:
        stage = its.stage
        assert "It is Monday, 2026-03-02, 10:30 in Europe/Berlin." in stage.typed.session.current_agent.instructions

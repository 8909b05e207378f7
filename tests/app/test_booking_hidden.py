"""Of one day callers without a number have so many times, counted as they stand: booked, moved there and held."""

import asyncio
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agents.booking.systems import Contact
from app.business.booking import open_booking_systems
from interlock.agents.systems import Refused

HERE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 2, 8, tzinfo=HERE)
TEN = datetime(2026, 3, 3, 10, tzinfo=HERE)
NEXT_DAY = TEN + timedelta(days=1)
SHARE = 4
ANNA = Contact("Anna", "+49301234567")


@pytest.fixture(params=["memory", "file"])
async def calendar(request, tmp_path):
    path = ":memory:" if request.param == "memory" else tmp_path / "booking.sqlite"
    its = open_booking_systems(path).calendar
    for day in (TEN, NEXT_DAY):
        await its.free(day, NOW, "nobody")
    return its


def slot(n: int, day: datetime = TEN) -> datetime:
    return day + timedelta(minutes=30 * n)


async def books(calendar, holder: str, at: datetime, share: int | None = SHARE) -> str:
    await calendar.hold(f"{holder}:1", holder, at, NOW, share)
    return (await calendar.book(f"{holder}:2", holder, at, ANNA, NOW)).code


async def test_they_book_their_share_and_who_shows_a_number_the_rest(calendar):
    """The fifth of them is told of another day."""
    for n in range(SHARE):
        await books(calendar, f"h{n}", slot(n))
    with pytest.raises(Refused):
        await books(calendar, "h9", slot(8))
    free = await calendar.free(slot(8), NOW, "h9", SHARE)
    assert (free.asked, {its.astimezone(HERE).date() for its in free.slots}) == ("not_for_hidden", {NEXT_DAY.date()})
    assert (await calendar.free(slot(8), NOW, "n")).asked == "free"
    await books(calendar, "n", slot(8), None)


async def test_what_they_hold_is_counted_until_it_runs_out(calendar):
    """A hold is as good as a booking for three minutes."""
    for n in range(SHARE):
        await calendar.hold(f"h{n}:1", f"h{n}", slot(n), NOW, SHARE)
    with pytest.raises(Refused):
        await calendar.hold("h9:1", "h9", slot(8), NOW, SHARE)
    assert (await calendar.free(slot(0), NOW, "h0", SHARE)).asked == "free"
    later = NOW + timedelta(minutes=3)
    await calendar.hold("h9:2", "h9", slot(8), later, SHARE)


async def test_a_move_is_counted_where_it_goes_and_frees_where_it_was(calendar):
    """Moving is no way round it."""
    codes = [await books(calendar, f"a{n}", slot(n)) for n in range(SHARE)]
    for n in range(SHARE):
        await books(calendar, f"b{n}", slot(n, NEXT_DAY))
    with pytest.raises(Refused):
        await calendar.hold("a0:3", "a0", slot(8, NEXT_DAY), NOW, SHARE)
    third = TEN + timedelta(days=2)
    await calendar.free(third, NOW, "nobody")
    await calendar.hold("a0:4", "a0", third, NOW, SHARE)
    await calendar.move("a0:5", "a0", codes[0], third, NOW)
    await books(calendar, "c", slot(9))


async def test_what_is_given_up_is_free_again(calendar):
    """Whoever books and cancels takes nothing from the next one."""
    for n in range(3 * SHARE):
        code = await books(calendar, f"h{n}", slot(0))
        await calendar.cancel(f"h{n}:3", code, NOW)
    for n in range(SHARE):
        await books(calendar, f"s{n}", slot(n))


@pytest.mark.parametrize("calls", [10, 50])
async def test_calls_that_race_never_hold_more_than_the_share(calendar, calls):
    """Each is told the truth: it is held, or it is not."""
    wanted = (calendar.hold(f"h{n}:1", f"h{n}", slot(n % 8), NOW, SHARE) for n in range(calls))
    told = await asyncio.gather(*wanted, return_exceptions=True)
    assert sum(not isinstance(each, Refused) for each in told) == SHARE

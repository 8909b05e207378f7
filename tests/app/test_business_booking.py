"""The appointment calendar: opening hours in its own zone, holds that run out, and no slot for two."""

import asyncio
import re
import sqlite3
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agents.booking.systems import Appointment, Contact, Hold
from app.business.booking import open_booking_systems
from app.business.booking_calendar import HOLD_FOR, moment, slots_of
from interlock.agents.systems import Refused

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)  # a Monday
TUESDAY_TEN = datetime(2026, 3, 3, 10, tzinfo=BERLIN)
ANNA = Contact("Anna Kowalski", "+4930123456")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "calendar.sqlite"


@pytest.fixture
def calendar(file):
    return open_booking_systems(file).calendar


@pytest.fixture
async def laid_out(calendar):
    """The calendar with Tuesday and the Sunday after it laid out, as any look-up does."""
    for days in (0, 5):
        await calendar.free(TUESDAY_TEN + timedelta(days), NOW, "nobody")
    return calendar


async def booked(calendar, holder="a", slot=TUESDAY_TEN):
    await calendar.hold(f"{holder}:1", holder, slot, NOW)
    return await calendar.book(f"{holder}:2", holder, slot, ANNA, NOW)


def local(slots):
    return [f"{slot.astimezone(BERLIN):%a %H:%M}" for slot in slots]


@pytest.mark.parametrize(
    ("asked", "answer", "near"),
    [
        ("2026-03-03T10:00+01:00", "free", ["Tue 10:00", "Tue 09:30", "Tue 10:30"]),
        ("2026-03-03T04:00-05:00", "free", ["Tue 10:00", "Tue 09:30", "Tue 10:30"]),
        ("2026-03-03T13:00+01:00", "closed", ["Tue 12:30", "Tue 12:00", "Tue 14:00"]),
        ("2026-03-03T10:10+01:00", "closed", ["Tue 10:00", "Tue 10:30", "Tue 09:30"]),
        ("2026-03-07T13:30+01:00", "free", ["Sat 13:30", "Sat 13:00", "Sat 12:30"]),
        ("2026-03-07T14:00+01:00", "closed", ["Sat 13:30", "Sat 13:00", "Sat 12:30"]),
        ("2026-03-08T10:00+01:00", "closed", ["Mon 09:00", "Mon 09:30", "Mon 10:00"]),
        ("2026-05-01T10:00+02:00", "closed", ["Sat 09:00", "Sat 09:30", "Sat 10:00"]),
        ("2026-03-02T09:00+01:00", "past", ["Mon 11:00", "Mon 11:30", "Mon 12:00"]),
        ("2026-02-01T09:00+01:00", "past", ["Mon 11:00", "Mon 11:30", "Mon 12:00"]),
        ("2027-03-03T10:00+01:00", "closed", []),
    ],
    ids=[
        "open",
        "from abroad",
        "lunch",
        "between",
        "last one",
        "too late",
        "Sunday",
        "holiday",
        "past",
        "long ago",
        "far",
    ],
)
async def test_what_is_free_near_a_time(calendar, asked, answer, near):
    """In opening hours, on the grid, ahead of us, within a year; else the nearest of that or the next open day."""
    free = await calendar.free(datetime.fromisoformat(asked), NOW, "a")
    assert (free.asked, local(free.slots)) == (answer, near)


async def test_ten_in_the_morning_is_another_moment_in_summer(calendar):
    """Opening hours are local ones: clocks change on the last Sunday of March."""
    before, after = datetime(2026, 3, 27, 10, tzinfo=BERLIN), datetime(2026, 3, 30, 10, tzinfo=BERLIN)
    for day in (before, after):
        assert (await calendar.free(day, NOW, "a")).asked == "free"
    assert (moment(before)[11:16], moment(after)[11:16]) == ("09:00", "08:00")


@pytest.mark.parametrize(("day", "count"), [("2026-03-28", 48), ("2026-03-29", 46), ("2026-10-25", 50)])
def test_a_day_has_as_many_slots_as_it_has_half_hours(day, count):
    """One hour fewer and one more on the two days on which clocks change, each moment once."""
    grid = list(slots_of(datetime.fromisoformat(day).date(), BERLIN))
    assert len({slot["starts"] for slot in grid}) == len(grid) == count


async def test_a_held_slot_is_free_for_its_holder_only(laid_out):
    """Others hear that it is taken, and cannot hold it."""
    assert await laid_out.hold("a:1", "a", TUESDAY_TEN, NOW) == Hold(TUESDAY_TEN, NOW + HOLD_FOR)
    assert (await laid_out.free(TUESDAY_TEN, NOW, "a")).asked == "free"
    assert (await laid_out.free(TUESDAY_TEN, NOW, "b")).asked == "taken"
    with pytest.raises(Refused, match="taken"):
        await laid_out.hold("b:1", "b", TUESDAY_TEN, NOW)


async def test_a_hold_runs_out_by_the_time_that_is_given(laid_out):
    """To the moment: until then nobody else has it, from then on the holder has not."""
    await laid_out.hold("a:1", "a", TUESDAY_TEN, NOW)
    over, before = NOW + HOLD_FOR, NOW + HOLD_FOR - timedelta(microseconds=1)
    assert (await laid_out.free(TUESDAY_TEN, before, "b")).asked == "taken"
    with pytest.raises(Refused, match="taken"):
        await laid_out.hold("b:1", "b", TUESDAY_TEN, before)
    assert (await laid_out.free(TUESDAY_TEN, over, "b")).asked == "free"
    with pytest.raises(Refused, match="not held"):
        await laid_out.book("a:2", "a", TUESDAY_TEN, ANNA, over)
    await laid_out.hold("b:2", "b", TUESDAY_TEN, over)
    with pytest.raises(Refused, match="not held"):
        await laid_out.hold("a:1", "a", TUESDAY_TEN, over)
    assert (await laid_out.book("b:3", "b", TUESDAY_TEN, ANNA, over)).slot == TUESDAY_TEN


async def test_a_caller_holds_one_slot_at_most(laid_out):
    """A later hold frees the earlier one; one that is refused leaves it as it is."""
    later = TUESDAY_TEN + timedelta(hours=1)
    await laid_out.hold("a:1", "a", TUESDAY_TEN, NOW)
    await laid_out.hold("b:1", "b", later, NOW)
    with pytest.raises(Refused):
        await laid_out.hold("a:2", "a", later, NOW)
    assert (await laid_out.free(TUESDAY_TEN, NOW, "b")).asked == "taken"
    await laid_out.hold("a:3", "a", later + timedelta(hours=1), NOW)
    assert (await laid_out.free(TUESDAY_TEN, NOW, "b")).asked == "free"


@pytest.mark.parametrize(
    ("slot", "says"),
    [
        ("2026-03-03T13:00+01:00", "no appointments"),
        ("2026-03-08T10:00+01:00", "no appointments"),
        ("2026-03-02T10:00+01:00", "has passed"),
        ("2031-03-03T10:00+01:00", "no appointments"),
    ],
)
async def test_what_is_closed_or_past_cannot_be_held(laid_out, slot, says):
    """Also by whoever never looked it up."""
    await laid_out.free(NOW, NOW, "a")
    with pytest.raises(Refused, match=says):
        await laid_out.hold("a:1", "a", datetime.fromisoformat(slot), NOW)


async def test_each_key_once(laid_out):
    """Holding, booking, moving and cancelling again with the same key is the same, and does nothing more."""
    hold = await laid_out.hold("a:1", "a", TUESDAY_TEN, NOW)
    assert await laid_out.hold("a:1", "a", TUESDAY_TEN, NOW) == hold
    made = await laid_out.book("a:2", "a", TUESDAY_TEN, ANNA, NOW)
    assert await laid_out.book("a:2", "a", TUESDAY_TEN, ANNA, NOW + HOLD_FOR) == made
    later = TUESDAY_TEN + timedelta(hours=1)
    await laid_out.hold("a:3", "a", later, NOW)
    moved = Appointment(made.code, later)
    for _ in range(2):
        assert await laid_out.move("a:4", "a", made.code, later, NOW) == moved
    assert await laid_out.find(made.code, NOW) == moved
    for _ in range(2):
        await laid_out.cancel("a:5", made.code, NOW)
    with pytest.raises(Refused, match="no such appointment"):
        await laid_out.cancel("a:6", made.code, NOW)


async def test_what_was_moved_or_cancelled_frees_its_slot(laid_out):
    """And the code leads to where the appointment is now, or nowhere."""
    made = await booked(laid_out)
    assert re.fullmatch(r"\d{6}", made.code)
    later = TUESDAY_TEN + timedelta(hours=1)
    with pytest.raises(Refused, match="not held"):
        await laid_out.move("a:3", "a", made.code, later, NOW)
    await laid_out.hold("a:4", "a", later, NOW)
    with pytest.raises(Refused, match="not held"):
        await laid_out.move("a:5", "a", made.code, later, NOW + HOLD_FOR)
    await laid_out.move("a:5", "a", made.code, later, NOW)
    assert (await laid_out.free(TUESDAY_TEN, NOW, "b")).asked == "free"
    assert (await laid_out.find(f"{made.code[:3]} {made.code[3:]}", NOW)).slot == later
    await laid_out.cancel("a:6", made.code, NOW)
    assert (await laid_out.free(later, NOW, "b")).asked == "free"
    assert await laid_out.find(made.code, NOW) is None


async def test_what_is_over_cannot_be_changed(laid_out):
    """An appointment that has begun is not found, and neither moved nor cancelled."""
    made = await booked(laid_out)
    assert await laid_out.find(made.code, TUESDAY_TEN) is None
    with pytest.raises(Refused, match="no such appointment"):
        await laid_out.cancel("a:3", made.code, TUESDAY_TEN)


@pytest.mark.parametrize(("who", "says"), [(Contact(" ", "1"), "a name"), (Contact("Anna", ""), "a number")])
async def test_an_appointment_is_somebodys(laid_out, who, says):
    """A name and a number, in words for the caller; the hold stands."""
    await laid_out.hold("a:1", "a", TUESDAY_TEN, NOW)
    with pytest.raises(Refused, match=says):
        await laid_out.book("a:2", "a", TUESDAY_TEN, who, NOW)
    assert (await laid_out.book("a:3", "a", TUESDAY_TEN, ANNA, NOW)).slot == TUESDAY_TEN


async def test_an_account_has_its_own_appointments_only():
    """In order; number and postcode prove whose they are."""
    systems = open_booking_systems()
    assert await systems.customers.verify("44 71", "80331") == "4471"
    assert await systems.customers.verify("4471", "10115") is None
    first = await systems.calendar.of_account("4471", NOW)
    second = await systems.calendar.of_account("4471", first.slot)
    assert (first.code, second.code) == ("447101", "447102")
    assert await systems.calendar.of_account("4471", second.slot) is None
    assert await systems.calendar.of_account("5520", NOW) is None


async def test_of_many_at_the_same_moment_one_holds_it(laid_out):
    """Thirty callers, one slot."""
    wanted = (laid_out.hold(f"{n}:1", f"{n}", TUESDAY_TEN, NOW) for n in range(30))
    got = await asyncio.gather(*wanted, return_exceptions=True)
    assert sum(isinstance(its, Hold) for its in got) == 1
    assert sum(isinstance(its, Refused) for its in got) == 29


async def test_two_processes_give_a_slot_once(laid_out, file):
    """Another connection to the same file sees the hold, and its seed changes nothing that is there."""
    made = await booked(laid_out)
    other = open_booking_systems(file).calendar
    with pytest.raises(Refused, match="taken"):
        await other.hold("b:1", "b", TUESDAY_TEN, NOW)
    assert await other.find(made.code, NOW) == await laid_out.find(made.code, NOW)


async def test_the_tables_themselves_refuse_what_must_not_be(laid_out, file):
    """Whoever writes past our code meets the same limits."""
    made = await booked(laid_out)
    ten, eleven = moment(TUESDAY_TEN), moment(TUESDAY_TEN + timedelta(hours=1))
    lunch = moment(TUESDAY_TEN + timedelta(hours=3))
    now, until = moment(NOW), moment(NOW + HOLD_FOR)
    hold = "INSERT INTO holds (key, holder, starts, placed, until) VALUES "
    book = "INSERT INTO appointments (key, code, starts, holder, name, phone, booked) VALUES "
    change = "INSERT INTO changes (key, code, holder, starts, at) VALUES "
    await laid_out.hold("b:1", "b", TUESDAY_TEN + timedelta(hours=1), NOW)
    raw = sqlite3.connect(file)
    raw.execute("PRAGMA foreign_keys=ON")
    for wrong in (
        f"{hold}('x', 'x', '{ten}', '{now}', '{until}')",
        f"{hold}('x', 'x', '{eleven}', '{now}', '{until}')",
        f"{hold}('x', 'x', '{lunch}', '{now}', '{until}')",
        f"{hold}('x', 'b', '{moment(TUESDAY_TEN + timedelta(hours=2))}', '{now}', '{until}')",
        f"{book}('x', '123456', '{eleven}', 'x', 'X', '1', '{now}')",
        f"{book}('x', '123456', '{eleven}', 'b', 'X', '1', '{until}')",
        f"{book}('a:2', '123456', '{eleven}', 'b', 'X', '1', '{now}')",
        f"{change}('x', '{made.code}', 'x', '{eleven}', '{now}')",
        f"{change}('x', '{made.code}', NULL, '{eleven}', '{now}')",
        f"UPDATE appointments SET starts = '{eleven}'",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            raw.execute(wrong)
    raw.execute(f"{change}('x', '{made.code}', NULL, NULL, '{now}')")
    for wrong in ("UPDATE appointments SET cancelled = 0", "UPDATE changes SET at = ''"):
        with pytest.raises(sqlite3.IntegrityError):
            raw.execute(wrong)
    raw.close()


async def test_a_moment_without_a_zone_is_an_error_of_ours(calendar):
    """Nobody knows which moment it is."""
    with pytest.raises(ValueError, match="no zone"):
        await calendar.hold("a:1", "a", datetime(2026, 3, 3, 10), NOW)

"""Two hundred callers at once for the ten times of one Saturday: nothing is sold twice, and nobody hears otherwise."""

import asyncio
import re
import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from agents.booking import BOOKING
from app.business.booking import open_booking_systems
from app.business.booking_calendar import HOLD_FOR, moment
from interlock.agents.call.call import Call
from interlock.agents.call.draft import DraftEntry
from interlock.agents.tools import tools_of
from interlock.app.offline.clock import ManualClock

pytestmark = pytest.mark.slow

CALLERS = 200
NINE = datetime.fromisoformat("2026-03-07T09:00+01:00")  # a Saturday: open from nine to two
TIMES = tuple(NINE + timedelta(minutes=30 * n) for n in range(10))
DITHERERS = 4
"""So many of those who hold a time let the hold run out."""
BOOKED = re.compile(r"booked for Saturday, 7 March at (\d+:\d\d)\. Its code is ([\d ]+):")


class Caller:
    """A real call without a voice: machine, journal, effects and calendar; each desk's opening is what is heard."""

    def __init__(self, number, journal, systems, clock):
        self.wish = TIMES[number % len(TIMES)]
        self.phone = f"+4930{number:07d}"
        self.heard = []
        self._event = ""
        self.call = Call(
            BOOKING,
            call_id=f"caller-{number}",
            journal=journal,
            services=systems,
            clock=clock,
            watch=self._watch,
        )

    async def opens(self):
        here = self.call.snapshot
        audit = {"machine": here.machine, "version": here.version, "state": here.state}
        await self.call.record(DraftEntry("call.opened", audit, snapshot=here))
        await self.call.establish(caller_phone=self.phone)
        await self.call.claim(caller_name=f"Caller {self.call.id}", contact_phone=self.phone)

    async def looks(self):
        desk = self._desk()
        time = f"{self.wish:%Y-%m-%dT%H:%M}"
        self.heard.append(await tools_of(type(desk))["look_for_times"].body(desk, time=time))
        if self.call.state == "reception":
            await self.asks("find_time")

    async def asks(self, event, **args):
        verdict = await self.call.propose(event, args)
        await self.call.wait_until_idle()
        self.heard.append(self._desk().opening() if verdict.accepted else verdict.say)

    def listens(self):
        self.heard.append(self._desk().opening())

    @property
    def told_booked(self):
        """What they were told is theirs: times and codes."""
        found = (BOOKED.search(words) for words in self.heard)
        return [(its[1], its[2].replace(" ", "")) for its in found if its]

    def _desk(self):
        return BOOKING.cast[self.call.state](self.call, self._event)

    def _watch(self, entry):
        if entry.kind == "transition.accepted":
            self._event = entry.audit["event"]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "calendar.sqlite"


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def crowd(journal, file, clock):
    systems = open_booking_systems(file)
    return [Caller(number, journal, systems, clock) for number in range(CALLERS)]


async def all_of(callers, does):
    await asyncio.gather(*(does(caller) for caller in callers))


def in_state(callers, state):
    return [caller for caller in callers if caller.call.state == state]


def sold(file):
    """What the calendar has: local time and code of each appointment on that Saturday."""
    raw = sqlite3.connect(file)
    day = (moment(NINE), moment(NINE + timedelta(hours=6)))
    rows = raw.execute("SELECT starts, code FROM appointments WHERE cancelled = 0 AND starts BETWEEN ? AND ?", day)
    found = [(datetime.fromisoformat(starts).astimezone(NINE.tzinfo), code) for starts, code in rows]
    raw.close()
    return [(f"{at.hour}:{at.minute:02d}", code) for at, code in found]


async def test_two_hundred_callers_and_ten_times(crowd, file, clock):
    """Ten hold and six of them book; four holds run out, and of all the others who try again four get those times."""
    await all_of(crowd, Caller.opens)
    await all_of(crowd, Caller.looks)
    assert all("is free" in caller.heard[-1] for caller in crowd), "all saw their time free, so all will want it"

    await all_of(crowd, lambda caller: caller.asks("hold_time", time=f"{caller.wish:%Y-%m-%dT%H:%M}"))
    holders = in_state(crowd, "deciding")
    assert Counter(caller.call.facts.held_slot for caller in holders) == {
        time.astimezone(UTC).isoformat(): 1 for time in TIMES
    }
    assert all("I am holding Saturday, 7 March" in caller.heard[-1] for caller in holders)
    others = in_state(crowd, "availability")
    assert len(others) == CALLERS - len(TIMES)
    assert all("somebody was faster" in caller.heard[-1] and "Saturday" not in caller.heard[-1] for caller in others)

    ditherers, quick = holders[:DITHERERS], holders[DITHERERS:]
    await all_of(quick, lambda caller: caller.asks("book"))
    clock.advance(HOLD_FOR.total_seconds() + 1)
    await all_of(ditherers, lambda caller: caller.call.wait_until_idle())
    for caller in ditherers:
        assert caller.call.state == "availability"
        caller.listens()
        assert "could not hold that time for you any longer" in caller.heard[-1]

    await all_of(others, Caller.looks)
    wish_free = [caller for caller in others if caller.call.facts.asked_time == "free"]
    assert len(wish_free) == DITHERERS * (CALLERS // len(TIMES) - 1)
    await all_of(wish_free, lambda caller: caller.asks("hold_time", time=f"{caller.wish:%Y-%m-%dT%H:%M}"))
    await all_of(ditherers, lambda caller: caller.asks("book"))
    await all_of(in_state(crowd, "deciding"), lambda caller: caller.asks("book"))

    theirs = sold(file)
    assert sorted(Counter(at for at, _ in theirs).values()) == [1] * len(TIMES)
    told = [its for caller in crowd for its in caller.told_booked]
    assert sorted(told) == sorted(theirs), "who was told of an appointment has it, and who has one was told"
    assert all(len(caller.told_booked) <= 1 for caller in crowd)
    assert not any(caller.told_booked for caller in ditherers)


async def test_the_same_caller_twice_takes_one_place_only(crowd):
    """Who holds another time lets the first one go, for whoever waits for it."""
    first, second = crowd[0], crowd[len(TIMES)]  # they want the same time
    await all_of((first, second), Caller.opens)
    await all_of((first, second), Caller.looks)
    await first.asks("hold_time")
    await first.asks("other_time")
    first.wish = TIMES[5]
    await first.looks()
    await first.asks("hold_time")
    await second.asks("hold_time")
    assert [caller.call.state for caller in (first, second)] == ["deciding", "deciding"]

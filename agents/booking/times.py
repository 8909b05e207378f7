"""Days and times: as callers say them, and as they are said to callers."""

from calendar import day_name
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from itertools import groupby
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from agents.booking.systems import Opening
from interlock.agents import zone_named
from machines.booking import BookingFacts

if TYPE_CHECKING:
    from interlock.agents import Call


def _as_said(text: str) -> str:
    return datetime.fromisoformat(text).replace(tzinfo=None, second=0, microsecond=0).isoformat(timespec="minutes")


def _zone(name: str) -> str:
    zone = zone_named(name)
    if zone is None:
        raise ValueError("not certain which zone is meant: ask for a city in it")
    return zone


SaidTime = Annotated[str, AfterValidator(_as_said)]
"""A day and time in ISO 8601 just as it was said. An offset is dropped: models write "Z" where nobody meant it, and
which zone a caller's times are in is a fact of its own."""
Zone = Annotated[str, AfterValidator(_zone)]


def day_and_time(call: "Call", slot: str) -> str:
    """A slot with its day in the calendar's zone, and its time in the caller's where they named one."""
    facts = booking_facts(call)
    at = datetime.fromisoformat(slot).astimezone(ZoneInfo(facts.calendar_zone))
    year = "" if at.year == call.clock.now().year else f" {at.year}"
    said = f"{at:%A}, {at.day} {at:%B}{year} at {_clock(at)}"
    if facts.caller_zone in (None, facts.calendar_zone):
        return said
    theirs = at.astimezone(ZoneInfo(facts.caller_zone))
    day = "" if theirs.date() == at.date() else f"{theirs:%A} "
    return f"{said} {_place(facts.calendar_zone)} time, {day}{_clock(theirs)} {_place(facts.caller_zone)} time"


def time_alone(call: "Call", slot: str) -> str:
    """The time of a slot in the calendar's zone, without its day."""
    return _clock(datetime.fromisoformat(slot).astimezone(ZoneInfo(booking_facts(call).calendar_zone)))


def week(openings: Iterable[Opening]) -> str:
    """Opening hours as they are said, days with the same ones in a row together."""
    days = [(day, list(its)) for day, its in groupby(openings, key=lambda o: o.weekday)]
    rows = groupby(days, key=lambda its: " and ".join(f"{_clock(o.opens)} to {_clock(o.closes)}" for o in its[1]))
    return ", ".join(f"{_span([day for day, _ in its])} from {hours}" for hours, its in rows)


def spelled(code: str) -> str:
    """A code digit by digit, for a voice that would say hundreds of thousands."""
    return " ".join(code)


def booking_facts(call: "Call") -> BookingFacts:
    """What is known in an appointment call."""
    assert isinstance(call.facts, BookingFacts), "an appointment desk needs the facts of an appointment call"
    return call.facts


def _span(days: Sequence[int]) -> str:
    return day_name[days[0]] if len(days) == 1 else f"{day_name[days[0]]} to {day_name[days[-1]]}"


def _clock(at: datetime | time) -> str:
    return f"{at.hour}:{at.minute:02d}"


def _place(zone: str) -> str:
    """A city, or how far from Greenwich as people say it: IANA's "Etc/GMT-1" is an hour ahead of it."""
    if zone.startswith("Etc/GMT"):
        return zone.removeprefix("Etc/").translate(str.maketrans("+-", "-+"))
    return zone.rpartition("/")[2].replace("_", " ")

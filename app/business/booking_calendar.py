"""The appointment calendar over a database: local days and opening hours outside, moments in UTC inside."""

import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, column, insert, select, table, text, update

from agents.booking.systems import Appointment, Contact, Free, Hold, Opening
from app.business.booking_tables import (
    SLOT_MINUTES,
    appointments,
    changes,
    hidden_callers,
    holds,
    of_hidden,
    opening_hours,
    slots,
)
from guards.appointments import Answer
from interlock.agents import Refused
from interlock.app import Database, bare, once

HOLD_FOR = timedelta(minutes=3)
LOOK_AHEAD_DAYS = 14
BOOK_AHEAD_DAYS = 365
MOST_OFFERED = 3

CLOSED = "We have no appointments at that time."
TAKEN = "That time is taken."
PAST = "That time has passed."
NOT_HELD = "That time is not held any more."
GONE = "There is no such appointment."

_open = table("open_slots", column("starts"), column("day"))


class SqlCalendar:
    """`agents.booking.systems.AppointmentCalendar` over a database."""

    def __init__(self, database: Database, zone: str) -> None:
        self._database = database
        self._zone = ZoneInfo(zone)

    @property
    def zone(self) -> str:
        """IANA name of the zone its opening hours are in."""
        return self._zone.key

    async def opening_hours(self) -> tuple[Opening, ...]:
        """The week, in order."""
        query = select(opening_hours).order_by(opening_hours.c.weekday, opening_hours.c.opens)
        rows = await self._database.run(lambda c: c.execute(query).all())
        return tuple(Opening(row.weekday, _time(row.opens), _time(row.closes)) for row in rows)

    async def free(self, around: datetime, now: datetime, holder: str, share: int | None = None) -> Free:
        """Up to three slots of the first day that has any: that of `around` or one of the two weeks after it."""
        return await self._database.run(lambda c: self._free(c, around, now, holder, share))

    async def hold(self, key: str, holder: str, slot: datetime, now: datetime, share: int | None = None) -> Hold:
        """Hold a slot for three minutes, once a `key`. Raises `Refused`."""
        until = now + HOLD_FOR
        row = {"key": key, "holder": holder, "starts": moment(slot), "placed": moment(now), "until": moment(until)}
        return await self._database.run(lambda c: _hold(c, row, share))

    async def book(self, key: str, holder: str, slot: datetime, contact: Contact, now: datetime) -> Appointment:
        """Book what is held, once a `key`, under a code nobody can guess from another. Raises `Refused`."""
        row = {"key": key, "holder": holder, "starts": moment(slot), "booked": moment(now)}
        who = {"name": contact.name.strip(), "phone": contact.phone.strip(), "account_id": contact.account_id}
        return await self._database.run(lambda c: _book(c, {**row, **who}))

    async def move(self, key: str, holder: str, code: str, slot: datetime, now: datetime) -> Appointment:
        """Move to what is held, once a `key`. Raises `Refused`."""
        row = {"key": key, "code": code, "holder": holder, "starts": moment(slot), "at": moment(now)}
        await self._database.run(lambda c: once(c, changes, row, _why_no_change))
        return Appointment(code, slot)

    async def cancel(self, key: str, code: str, now: datetime) -> None:
        """Give up, once a `key`. Raises `Refused`."""
        row = {"key": key, "code": code, "at": moment(now)}
        await self._database.run(lambda c: once(c, changes, row, _why_no_change))

    async def let_go(self, key: str, holder: str, now: datetime) -> None:
        """Give up all that is held and booked, each appointment once a `key`."""
        await self._database.run(lambda c: _let_go(c, key, holder, moment(now)))

    async def find(self, code: str, now: datetime) -> Appointment | None:
        """The appointment of that code, if it is still to come; spaces do not matter."""
        return await self._next(appointments.c.code == bare(code), now)

    async def of_account(self, account_id: str, after: datetime) -> Appointment | None:
        """The account's next appointment after that moment."""
        return await self._next(appointments.c.account_id == account_id, after)

    async def _next(self, whose: Any, after: datetime) -> Appointment | None:
        its = (whose, appointments.c.cancelled == 0, appointments.c.starts > moment(after))
        query = select(appointments.c.code, appointments.c.starts).where(*its).order_by(appointments.c.starts)
        row = await self._database.run(lambda c: c.execute(query).first())
        return Appointment(row.code, datetime.fromisoformat(row.starts)) if row else None

    def _free(self, connection: Connection, around: datetime, now: datetime, holder: str, share: int | None) -> Free:
        first = max(around, now).astimezone(self._zone).date()
        last = min(first + timedelta(LOOK_AHEAD_DAYS), now.astimezone(self._zone).date() + timedelta(BOOK_AHEAD_DAYS))
        asked: Answer | None = "past" if around <= now else None
        for day in _days(first, last):
            lay_out(connection, day, self._zone)
            found = _free_on(connection, day, now, holder)
            asked = asked or _answer(connection, moment(around), found)
            if found and share is not None and _hidden_have(connection, day, now, holder) >= share:
                asked, found = "not_for_hidden" if asked == "free" else asked, []
            if found:
                near = sorted(map(datetime.fromisoformat, found), key=lambda slot: abs(slot - around))
                return Free(asked, tuple(near[:MOST_OFFERED]))
        return Free(asked or "closed", ())


def moment(at: datetime) -> str:
    """A moment as the tables have it, so that text sorts as time does. Raises `ValueError` for one without its zone."""
    if at.tzinfo is None:
        raise ValueError("a moment of the calendar has no zone, expected one")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def lay_out(connection: Connection, day: date, zone: ZoneInfo) -> None:
    """Make the slots of a local day, whatever the opening hours, unless they are there."""
    if connection.execute(select(slots.c.starts).where(slots.c.day == day.isoformat()).limit(1)).first() is None:
        connection.execute(insert(slots), list(slots_of(day, zone)))


def slots_of(day: date, zone: ZoneInfo) -> Iterator[Mapping[str, Any]]:
    """The grid of a local day; two more or two fewer on the days on which clocks change."""
    at, end = (datetime.combine(day + timedelta(n), time(), zone).astimezone(UTC) for n in (0, 1))
    while at < end:
        local = at.astimezone(zone)
        minute = local.hour * 60 + local.minute
        yield {"starts": moment(at), "day": day.isoformat(), "weekday": day.weekday(), "minute": minute}
        at += timedelta(minutes=SLOT_MINUTES)


def _time(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def _days(first: date, last: date) -> Iterator[date]:
    return (first + timedelta(n) for n in range((last - first).days + 1))


def _free_on(connection: Connection, day: date, now: datetime, holder: str) -> list[str]:
    booked = select(appointments.c.starts).where(appointments.c.cancelled == 0)
    others = (holds.c.over == 0, holds.c.until > moment(now), holds.c.holder != holder)
    held = select(holds.c.starts).where(*others)
    ahead = (_open.c.day == day.isoformat(), _open.c.starts > moment(now))
    query = select(_open.c.starts).where(*ahead, _open.c.starts.not_in(booked), _open.c.starts.not_in(held))
    return list(connection.execute(query.order_by(_open.c.starts)).scalars())


def _hidden_have(connection: Connection, day: date, now: datetime, holder: str) -> int:
    """How many slots of a day other callers without a number have."""
    given = {"day": day.isoformat(), "now": moment(now), "holder": holder}
    return int(connection.execute(text(f"SELECT {of_hidden(':day', ':now', ':holder')}"), given).scalar_one())


def _answer(connection: Connection, asked: str, free: list[str]) -> Answer:
    if asked in free:
        return "free"
    known = connection.execute(select(_open.c.starts).where(_open.c.starts == asked)).first()
    return "taken" if known else "closed"


def _hold(connection: Connection, row: Mapping[str, Any], share: int | None) -> Hold:
    done = connection.execute(select(holds).where(holds.c.key == row["key"])).one_or_none()
    if done is None:
        if share is not None:
            theirs = {"holder": row["holder"], "share": share}
            connection.execute(insert(hidden_callers).prefix_with("OR REPLACE"), theirs)
        own = (holds.c.until <= row["placed"]) | (holds.c.holder == row["holder"])
        connection.execute(update(holds).where(holds.c.over == 0, own).values(over=1))
        once(connection, holds, row, _why_no_hold)
    elif done.over:
        raise Refused(NOT_HELD)
    its = done._mapping if done else row
    return Hold(datetime.fromisoformat(its["starts"]), datetime.fromisoformat(its["until"]))


def _let_go(connection: Connection, key: str, holder: str, now: str) -> None:
    connection.execute(update(holds).where(holds.c.over == 0, holds.c.holder == holder).values(over=1))
    theirs = (appointments.c.holder == holder, appointments.c.cancelled == 0, appointments.c.starts > now)
    for code in connection.execute(select(appointments.c.code).where(*theirs)).scalars().all():
        once(connection, changes, {"key": f"{key}:{code}", "code": code, "at": now}, _why_no_change)


def _book(connection: Connection, row: Mapping[str, Any]) -> Appointment:
    number = once(connection, appointments, {**row, "code": _new_code(connection)}, _why_no_booking)
    booked = connection.execute(select(appointments).where(appointments.c.id == number)).one()
    return Appointment(booked.code, datetime.fromisoformat(booked.starts))


def _new_code(connection: Connection) -> str:
    while True:
        code = f"{secrets.randbelow(1_000_000):06d}"
        if connection.execute(select(appointments.c.id).where(appointments.c.code == code)).first() is None:
            return code


def _why_no_hold(found: str) -> str:
    return _in_words(found, {"closed": CLOSED, "placed < starts": PAST}, TAKEN)


def _why_no_booking(found: str) -> str:
    return _in_words(found, {"name": "I need a name.", "phone": "I need a number to reach you on."}, NOT_HELD)


def _why_no_change(found: str) -> str:
    return _in_words(found, {"not held": NOT_HELD}, GONE)


def _in_words(found: str, reasons: Mapping[str, str], otherwise: str) -> str:
    return next((words for part, words in reasons.items() if part in found), otherwise)

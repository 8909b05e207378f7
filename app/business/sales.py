"""The business systems of a sales call: leads, follow-ups, whom we never call, the price list, and a demo calendar.

A follow-up or a callback to a number on the do-not-call list cannot be in the tables, whichever of the two came first,
nor one of a caller who wanted no more of them. A few digits after a listed number ring it all the same, so they are
refused; but what is withdrawn is only what was arranged for that very number, or for one nobody has that rings it:
longer numbers may be somebody else's, and what others arranged is changed by nobody but who is on its number. The
calendar is that of `booking`: the same tables, opening hours and rules.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    insert,
    or_,
    select,
    text,
)
from sqlalchemy.dialects import sqlite

from agents.sales.systems import Lead, SalesSystems
from app.business.booking import open_booking_systems
from app.business.numbers import numbers_in, one_number, rings
from app.business.rules import keep_rules
from interlock.agents import Refused
from interlock.app import Database, SqlCallbacks, callbacks_table, once
from interlock.guards import can_be_dialled, is_somebodys

NEVER = "That number is on our do-not-call list."
NO_NUMBER = "I need a number to call back on."

SEED_PRICES = (
    {"people_from": 1, "people_to": 10, "cents_each": 25_00},
    {"people_from": 11, "people_to": 50, "cents_each": 20_00},
    {"people_from": 51, "people_to": 500, "cents_each": 15_00},
)
SEED_NEVER = ({"key": "seed", "number": "+4930555555"},)

_metadata = MetaData()
_leads = Table(
    "leads",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("call_id", Text, nullable=False, unique=True),
    Column("need", Text, CheckConstraint("need <> ''"), nullable=False),
    Column("budget_cents", Integer, CheckConstraint("budget_cents >= 0"), nullable=False),
    Column("authority", Text, CheckConstraint("authority IN ('decides', 'shares', 'none')"), nullable=False),
    Column("timeline", Text, CheckConstraint("timeline IN ('now', 'this_year', 'no_plan')"), nullable=False),
)
_never = Table(
    "do_not_call",
    _metadata,
    Column("number", Text, CheckConstraint("number <> ''"), primary_key=True),
    Column("key", Text, nullable=False),
)
_called_off = Table(
    "called_off",
    _metadata,
    Column("call_id", Text, CheckConstraint("call_id <> ''"), primary_key=True),
    Column("key", Text, nullable=False),
)
_follow_ups = Table(
    "follow_ups",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("number", Text, CheckConstraint("number <> ''"), nullable=False, unique=True),
    Column("due", Text, nullable=False),
)
_prices = Table(
    "prices",
    _metadata,
    Column("people_from", Integer, CheckConstraint("people_from > 0"), primary_key=True),
    Column("people_to", Integer, CheckConstraint("people_to >= people_from"), nullable=False),
    Column("cents_each", Integer, CheckConstraint("cents_each > 0"), nullable=False),
)
_callbacks = callbacks_table(_metadata)
_CALLS = (("follow_ups", "number"), ("callbacks", "phone"))
_OF_CALL = (
    """substr({key}, 1, length({call}) + 1) = {call} || ':' AND instr(substr({key}, length({call}) + 2), ':') = 0"""
)
"""Whether a key is a call's: its id, a colon, and nothing more with one in it."""


def _none_of(of: str, which: str) -> str:
    return f"DELETE FROM {of} WHERE {which}; "


RULES = {
    **{
        f"never_called_{of}_{when}": f"""BEFORE {when} ON {of}
WHEN EXISTS (SELECT 1 FROM do_not_call AS n WHERE {rings(f"NEW.{number}", "n.number")})
OR EXISTS (SELECT 1 FROM called_off AS o WHERE {_OF_CALL.format(key="NEW.key", call="o.call_id")})
BEGIN SELECT RAISE(ABORT, 'never'); END"""
        for of, number in _CALLS
        for when in ("INSERT", "UPDATE")
    },
    "never_called_again": f"""AFTER INSERT ON do_not_call BEGIN
{"".join(_none_of(of, f"{number} = NEW.number") for of, number in _CALLS)} END""",
    "called_off_again": f"""AFTER INSERT ON called_off BEGIN
{"".join(_none_of(of, _OF_CALL.format(key="key", call="NEW.call_id")) for of, _ in _CALLS)} END""",
    **{
        f"for_good_{when}": f"BEFORE {when} ON do_not_call BEGIN SELECT RAISE(ABORT, 'for good'); END"
        for when in ("UPDATE", "DELETE")
    },
}
"""By name."""
keep_rules(_metadata, RULES)


def open_sales_systems(path: str | Path = ":memory:") -> SalesSystems:
    """The systems over one file, made and seeded when new. Raises `StoreError` when the file is unusable."""
    database, booking = (
        Database(path, _metadata, {_prices: SEED_PRICES, _never: SEED_NEVER}),
        open_booking_systems(path),
    )
    callbacks = _Callbacks(SqlCallbacks(database, _callbacks))
    return SalesSystems(booking.calendar, booking.customers, callbacks, _Leads(database), _Prices(database))


class _Callbacks:
    def __init__(self, callbacks: SqlCallbacks) -> None:
        self._callbacks = callbacks

    async def book(self, key: str, phone: str, when: datetime) -> str:
        """As any callback, under the number's one way of being written. Raises `Refused`, for what is no number too."""
        if not can_be_dialled(phone):
            raise Refused(NO_NUMBER)
        return await self._callbacks.book(key, one_number(phone), when)


class _Leads:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, key: str, call_id: str, lead: Lead, numbers: Sequence[str]) -> bool:
        """One lead a call, as last noted; whether one of the numbers is on the do-not-call list."""
        said = {"budget_cents": lead.budget_cents, "authority": lead.authority, "timeline": lead.timeline}
        row = {"key": key, "call_id": call_id, "need": lead.need, **said}
        return await self._database.run(lambda c: _note(c, row, [it for its in numbers for it in numbers_in(its)]))

    async def follow_up(self, key: str, number: str, due: date, line: str | None = None) -> date:
        """One follow-up a number: the last one asked for from it, else the one that stands. Raises `Refused`."""
        if not can_be_dialled(number):
            raise Refused(NO_NUMBER)
        row = {"key": key, "number": one_number(number), "due": due.isoformat()}
        theirs = line is not None and one_number(line) == row["number"]
        return await self._database.run(lambda c: _follow_up(c, row, theirs=theirs))

    async def never_call(self, key: str, call_id: str, line: str | None) -> bool:
        """What the call arranged is called off, and its line's number is on the list for good, where it has one."""
        number = one_number(line) if is_somebodys(line) else None
        return await self._database.run(lambda c: _never_call(c, key, call_id, number))


class _Prices:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def a_month(self, people: int) -> int | None:
        """What so many people cost in a month."""
        its = (_prices.c.people_from <= people, _prices.c.people_to >= people)
        query = select(_prices.c.cents_each * people).where(*its)
        return await self._database.run(lambda c: c.execute(query).scalar_one_or_none())


def _note(connection: Connection, row: Mapping[str, Any], numbers: Sequence[str]) -> bool:
    new = sqlite.insert(_leads).values(row)
    connection.execute(new.on_conflict_do_update([_leads.c.call_id], set_=dict(row)))
    called = [text(rings(f":n{at}", "number")).bindparams(**{f"n{at}": each}) for at, each in enumerate(numbers)]
    return bool(called) and connection.execute(select(_never.c.number).where(or_(*called))).first() is not None


def _follow_up(connection: Connection, row: Mapping[str, Any], *, theirs: bool) -> date:
    """Of a number that somebody else has a follow-up for, only who is on it may change the day."""
    done = select(_follow_ups.c.due).where(_follow_ups.c.key == row["key"])
    if (due := connection.execute(done).scalar_one_or_none()) is not None:
        return date.fromisoformat(due)
    its = (_follow_ups.c.number == row["number"],)
    standing = connection.execute(select(_follow_ups.c.key, _follow_ups.c.due).where(*its)).one_or_none()
    if standing is not None and not theirs and _call_of(standing.key) != _call_of(row["key"]):
        return date.fromisoformat(standing.due)
    connection.execute(_follow_ups.delete().where(*its))
    once(connection, _follow_ups, row, lambda _: NEVER)
    return date.fromisoformat(row["due"])


def _never_call(connection: Connection, key: str, call_id: str, number: str | None) -> bool:
    connection.execute(insert(_called_off).prefix_with("OR IGNORE"), {"key": key, "call_id": call_id})
    if number is not None:
        connection.execute(insert(_never).prefix_with("OR IGNORE"), {"key": key, "number": number})
        for of, phone in ((_follow_ups, _follow_ups.c.number), (_callbacks, _callbacks.c.phone)):
            ringing = select(phone).where(text(rings(phone.name, ":listed")).bindparams(listed=number))
            nobodys = [each for each in connection.execute(ringing).scalars().all() if not is_somebodys(each)]
            connection.execute(of.delete().where(phone.in_(nobodys)))
    return number is not None


def _call_of(key: str) -> str:
    return key.rpartition(":")[0]

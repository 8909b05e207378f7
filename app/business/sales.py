"""The business systems of a sales call: leads, follow-ups, whom we never call, the price list, and a demo calendar.

A follow-up or a callback to a number on the do-not-call list cannot be in the tables, whichever of the two came first.
The calendar is that of `booking`: the same tables, opening hours and rules.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import phonenumbers
from sqlalchemy import DDL, CheckConstraint, Column, Connection, Integer, MetaData, Table, Text, event, insert, select
from sqlalchemy.dialects import sqlite

from agents.sales.systems import Lead, SalesSystems
from app.business.booking import open_booking_systems
from interlock.agents import Refused
from interlock.app import Database, SqlCallbacks, callbacks_table, once
from interlock.guards import can_be_dialled

COUNTRY = "DE"
"""Where a number is taken to be that does not say its country."""
NEVER = "That number is on our do-not-call list."
NO_NUMBER = "I need a number to call back on."
_ABROAD = re.compile(r"^(?:0011|011|010|009)(?=[1-9])")
"""How other countries dial out, where we dial 00."""

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
RULES = (
    *(
        f"""never_called_{of}_{when} BEFORE {when} ON {of}
WHEN NEW.{number} IN (SELECT number FROM do_not_call) BEGIN SELECT RAISE(ABORT, 'never'); END"""
        for of, number in (("follow_ups", "number"), ("callbacks", "phone"))
        for when in ("INSERT", "UPDATE")
    ),
    """never_called_again AFTER INSERT ON do_not_call BEGIN
DELETE FROM follow_ups WHERE number = NEW.number; DELETE FROM callbacks WHERE phone = NEW.number; END""",
    *(
        f"for_good_{when} BEFORE {when} ON do_not_call BEGIN SELECT RAISE(ABORT, 'for good'); END"
        for when in ("UPDATE", "DELETE")
    ),
)
for _rule in RULES:
    event.listen(_metadata, "after_create", DDL(f"CREATE TRIGGER IF NOT EXISTS {_rule}"))  # type: ignore[no-untyped-call]


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
        return await self._database.run(lambda c: _note(c, row, [one_number(its) for its in numbers]))

    async def follow_up(self, key: str, number: str, due: date) -> date:
        """One follow-up a number, the last one asked for. Raises `Refused`."""
        row = {"key": key, "number": one_number(number), "due": due.isoformat()}
        return await self._database.run(lambda c: _follow_up(c, row))

    async def never_call(self, key: str, numbers: Sequence[str]) -> None:
        """On the list for good; a number that is there already stays as it is."""
        rows = [{"key": key, "number": one_number(its)} for its in numbers]
        await self._database.run(lambda c: c.execute(insert(_never).prefix_with("OR IGNORE"), rows))


class _Prices:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def a_month(self, people: int) -> int | None:
        """What so many people cost in a month."""
        its = (_prices.c.people_from <= people, _prices.c.people_to >= people)
        query = select(_prices.c.cents_each * people).where(*its)
        return await self._database.run(lambda c: c.execute(query).scalar_one_or_none())


def one_number(said: str) -> str:
    """A number in the one way the tables have it, E.164; what is no number anywhere, its digits."""
    digits = "".join(filter(str.isdecimal, said))
    try:
        here = phonenumbers.parse(said, COUNTRY)
        dialled_out = _ABROAD.sub("+", digits)
        if dialled_out != digits and not phonenumbers.is_valid_number(here):
            here = phonenumbers.parse(dialled_out)
        return phonenumbers.format_number(here, phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        return digits


def _note(connection: Connection, row: Mapping[str, Any], numbers: Sequence[str]) -> bool:
    new = sqlite.insert(_leads).values(row)
    connection.execute(new.on_conflict_do_update([_leads.c.call_id], set_=dict(row)))
    listed = select(_never.c.number).where(_never.c.number.in_(numbers))
    return connection.execute(listed).first() is not None


def _follow_up(connection: Connection, row: Mapping[str, Any]) -> date:
    done = select(_follow_ups.c.due).where(_follow_ups.c.key == row["key"])
    if (due := connection.execute(done).scalar_one_or_none()) is None:
        connection.execute(_follow_ups.delete().where(_follow_ups.c.number == row["number"]))
        once(connection, _follow_ups, row, lambda _: NEVER)
        due = row["due"]
    return date.fromisoformat(due)

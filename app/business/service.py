"""The business system of a repair service: who does what where, what it costs, and whose visit is when.

A quote's diagnosis and price are computed by the tables, from what was said and the warranties there are; whoever
brings a price along is refused. A visit needs a quote, a quote is good for one visit, and a team has one visit in a
window; callers without a number have a share of its day. Quotes and orders are never changed.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    insert,
    select,
)

from agents.service.systems import Case, Contact, Order, Quote, ServiceSystems, Trade
from app.business.rules import keep_rules
from interlock.app import Database, Seed, SqlCallbacks, bare, callbacks_table, once

LOOK_AHEAD_DAYS = 7
BEGINS = (8, 12)
NOT_OURS = "We have nobody for that in your area."
TAKEN = "That visit is taken."

_metadata = MetaData()
_appliances = Table(
    "appliances", _metadata, Column("appliance", Text, primary_key=True), Column("trade", Text, nullable=False)
)
_regions = Table(
    "regions",
    _metadata,
    Column("prefix", Text, CheckConstraint("length(prefix) = 2"), primary_key=True),
    Column("region", Text, nullable=False),
    Column("call_out_cents", Integer, CheckConstraint("call_out_cents > 0"), nullable=False),
)
_faults = Table(
    "faults",
    _metadata,
    Column("trade", Text, primary_key=True),
    Column("fault", Text, primary_key=True),
    Column("category", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("labour_cents", Integer, CheckConstraint("labour_cents >= 0"), nullable=False),
)
_warranties = Table(
    "warranties",
    _metadata,
    Column("number", Text, primary_key=True),
    Column("appliance", ForeignKey("appliances.appliance"), nullable=False),
    Column("postcode", Text, nullable=False),
    Column("until", Text, nullable=False),
)
_quotes = Table(
    "quotes",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("appliance", ForeignKey("appliances.appliance"), nullable=False),
    Column("fault", Text, nullable=False),
    Column("postcode", Text, nullable=False),
    Column("warranty", Text),
    Column("day", Text, nullable=False),
    Column("team", Text),
    Column("category", Text),
    Column("price_cents", Integer),
    UniqueConstraint("id", "team"),
)
_orders = Table(
    "orders",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("quote_id", Integer, nullable=False, unique=True),
    Column("team", Text, nullable=False),
    Column("begins", Text, CheckConstraint("CAST(strftime('%w', begins) AS INTEGER) BETWEEN 1 AND 5"), nullable=False),
    Column("name", Text, CheckConstraint("name <> ''"), nullable=False),
    Column("phone", Text, CheckConstraint("phone <> ''"), nullable=False),
    Column("ordered", Text, CheckConstraint("ordered < substr(begins, 1, 10)"), nullable=False),
    CheckConstraint(f"CAST(substr(begins, 12) AS TEXT) IN {tuple(f'{hour:02}:00:00' for hour in BEGINS)}"),
    ForeignKeyConstraint(["quote_id", "team"], ["quotes.id", "quotes.team"]),
    UniqueConstraint("team", "begins"),
)
_hidden = Table(
    "hidden_orders",
    _metadata,
    Column("order_key", Text, primary_key=True),  # there before its order is
    Column("share", Integer, CheckConstraint("share >= 0"), nullable=False),
)
_callbacks = callbacks_table(_metadata)

RULES = {
    "price_is_ours": """BEFORE INSERT ON quotes WHEN NEW.team IS NOT NULL OR NEW.category IS NOT NULL
OR NEW.price_cents IS NOT NULL BEGIN SELECT RAISE(ABORT, 'the price is ours'); END""",
    "what_it_costs": """AFTER INSERT ON quotes BEGIN
UPDATE quotes SET (team, category, price_cents) = (
    SELECT f.trade || '/' || r.region, f.category,
        CASE WHEN EXISTS (SELECT 1 FROM warranties AS w WHERE w.number = NEW.warranty AND w.appliance = NEW.appliance
            AND w.postcode = NEW.postcode AND w.until >= NEW.day) THEN 0 ELSE r.call_out_cents + f.labour_cents END
    FROM appliances AS a JOIN faults AS f ON f.trade = a.trade AND f.fault = NEW.fault
    JOIN regions AS r ON r.prefix = substr(NEW.postcode, 1, 2)
    WHERE a.appliance = NEW.appliance AND length(NEW.postcode) = 5) WHERE id = NEW.id;
SELECT RAISE(ABORT, 'not ours') FROM quotes WHERE id = NEW.id AND price_cents IS NULL; END""",
    "a_quote_is_final": """BEFORE UPDATE ON quotes WHEN OLD.price_cents IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a quote is final'); END""",
    "a_quote_is_kept": "BEFORE DELETE ON quotes BEGIN SELECT RAISE(ABORT, 'a quote is kept'); END",
    "order_within_the_share": """BEFORE INSERT ON orders WHEN NEW.key IN (SELECT order_key FROM hidden_orders)
AND (SELECT COUNT(*) FROM orders WHERE team = NEW.team AND substr(begins, 1, 10) = substr(NEW.begins, 1, 10)
    AND key IN (SELECT order_key FROM hidden_orders)) >= (SELECT share FROM hidden_orders WHERE order_key = NEW.key)
BEGIN SELECT RAISE(ABORT, 'share'); END""",
    "an_order_is_final": "BEFORE UPDATE ON orders BEGIN SELECT RAISE(ABORT, 'an order is final'); END",
    "an_order_is_kept": "BEFORE DELETE ON orders BEGIN SELECT RAISE(ABORT, 'an order is kept'); END",
}
"""By name."""
keep_rules(_metadata, RULES)

SEED_TRADES: Mapping[Trade, tuple[str, ...]] = {
    "cooling": ("fridge", "freezer"),
    "washing": ("washing_machine", "dishwasher", "dryer"),
    "gas": ("boiler", "gas_cooker"),
}
SEED_REGIONS = (("10", "Berlin", 49_00), ("20", "Hamburg", 49_00), ("80", "Munich", 59_00))
SEED_FAULTS = (
    ("cooling", "dead", "electronics", "It is probably the electronics.", 60_00),
    ("cooling", "leaking", "drain", "It is probably a blocked drain.", 30_00),
    ("cooling", "noisy", "fan", "It is probably the fan.", 40_00),
    ("cooling", "temperature", "thermostat", "It is probably the thermostat.", 40_00),
    ("washing", "dead", "door_lock", "It is probably the lock of the door.", 40_00),
    ("washing", "leaking", "seal", "It is probably a worn seal.", 30_00),
    ("washing", "noisy", "bearing", "It is probably the bearing.", 80_00),
    ("washing", "temperature", "heating", "It is probably the heating element.", 50_00),
    ("washing", "unfinished", "pump", "It is probably the pump.", 40_00),
    ("gas", "dead", "ignition", "It is probably the ignition.", 60_00),
    ("gas", "temperature", "burner", "It is probably the burner.", 70_00),
)
INSPECTION = ("inspection", "That has to be looked at on the spot.", 20_00)
FAULTS = ("dead", "leaking", "noisy", "temperature", "unfinished", "other")
SEED_WARRANTIES = (
    ("300741", "fridge", "10115", "2035-12-31"),
    ("447120", "washing_machine", "80331", "2035-12-31"),
    ("447121", "boiler", "80331", "2020-12-31"),
)


def open_service_systems(path: str | Path = ":memory:") -> ServiceSystems:
    """The systems over one database, made and seeded when new. Raises `StoreError` when the file is unusable."""
    database = Database(path, _metadata, _seed())
    return ServiceSystems(SqlService(database), SqlCallbacks(database, _callbacks))


def _seed() -> Seed:
    known = {its[:2]: its for its in SEED_FAULTS}
    faults = [known.get((trade, fault), (trade, fault, *INSPECTION)) for trade in SEED_TRADES for fault in FAULTS]
    return {
        _appliances: [{"appliance": its, "trade": trade} for trade, owned in SEED_TRADES.items() for its in owned],
        _regions: [dict(zip(_regions.c.keys(), row, strict=True)) for row in SEED_REGIONS],
        _faults: [dict(zip(_faults.c.keys(), row, strict=True)) for row in faults],
        _warranties: [dict(zip(_warranties.c.keys(), row, strict=True)) for row in SEED_WARRANTIES],
    }


class SqlService:
    """`agents.service.systems.Service` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def trade(self, appliance: str, postcode: str) -> Trade | None:
        """Whose work it is; None when nobody of ours does that there."""
        served = select(_regions.c.prefix).where(_regions.c.prefix == postcode[:2]).exists()
        query = select(_appliances.c.trade).where(_appliances.c.appliance == appliance, served)
        found: Trade | None = await self._database.run(lambda c: c.execute(query).scalar_one_or_none())
        return found

    async def quote(self, key: str, case: Case, today: date) -> Quote:
        """Diagnose and price, once a `key`. Raises `Refused`."""
        said = {"appliance": case.appliance, "fault": case.fault, "postcode": bare(case.postcode)}
        row = {"key": key, **said, "warranty": bare(case.warranty_number or "") or None, "day": today.isoformat()}
        return await self._database.run(lambda c: _quote(c, row))

    async def free(self, quote_id: int, today: date, share: int | None = None) -> tuple[str, ...]:
        """The windows of the next seven days that the quote's team has free, in order."""
        team = select(_quotes.c.team).where(_quotes.c.id == quote_id).scalar_subquery()
        is_hidden = _orders.c.key.in_(select(_hidden.c.order_key))
        query = select(_orders.c.begins, is_hidden.label("hidden")).where(_orders.c.team == team)
        rows = await self._database.run(lambda c: c.execute(query).all())
        taken, used_up = {row.begins for row in rows}, Counter(row.begins[:10] for row in rows if row.hidden)
        open_ = (its for its in windows_after(today) if share is None or used_up[its[:10]] < share)
        return tuple(its for its in open_ if its not in taken)

    async def order(
        self, key: str, quote_id: int, window: str, contact: Contact, today: date, share: int | None = None
    ) -> Order:
        """Book a visit as quoted, once a `key` and a quote. Raises `Refused`."""
        who = {"name": contact.name.strip(), "phone": contact.phone.strip()}
        row = {"key": key, "quote_id": quote_id, "begins": window, "ordered": today.isoformat(), **who}
        return await self._database.run(lambda c: _order(c, row, share))


def windows_after(today: date) -> tuple[str, ...]:
    """When visits can begin on the working days of the next seven days."""
    days = (today + timedelta(days=ahead) for ahead in range(1, LOOK_AHEAD_DAYS + 1))
    return tuple(datetime.combine(day, time(hour)).isoformat() for day in days if day.weekday() < 5 for hour in BEGINS)


def _quote(connection: Connection, row: Mapping[str, Any]) -> Quote:
    number = once(connection, _quotes, row, lambda _: NOT_OURS)
    its = (_quotes.c.id == number, _appliances.c.trade == _faults.c.trade, _faults.c.fault == _quotes.c.fault)
    query = select(_quotes.c.category, _faults.c.words, _quotes.c.price_cents).where(
        *its, _appliances.c.appliance == _quotes.c.appliance
    )
    found = connection.execute(query).one()
    return Quote(number, found.category, found.words, found.price_cents)


def _order(connection: Connection, row: Mapping[str, Any], share: int | None) -> Order:
    if share is not None:
        connection.execute(insert(_hidden).prefix_with("OR IGNORE"), {"order_key": row["key"], "share": share})
    team = connection.execute(select(_quotes.c.team).where(_quotes.c.id == row["quote_id"])).scalar_one_or_none()
    number = once(connection, _orders, {**row, "team": team}, lambda _: TAKEN)
    query = select(_orders.c.begins, _quotes.c.category, _quotes.c.price_cents).where(
        _orders.c.id == number, _quotes.c.id == _orders.c.quote_id
    )
    found = connection.execute(query).one()
    return Order(number, found.begins, found.category, found.price_cents)

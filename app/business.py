"""The business systems of a support call on SQLite, with seed data, and constraints that make wrong things impossible.

What must hold is written in the tables, not in the code around them: no refund beyond what was paid, no more callbacks
in an hour than there are colleagues, no key used twice.
"""

import asyncio
import sqlite3
import threading
import weakref
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import StaticPool

from agents.support_systems import Account, Order, Refund, Refused, SupportSystems, SystemDown
from app.store import StoreError

CALLBACKS_PER_HOUR = 3
BUSY_TIMEOUT_S = 3.0
NO_SUCH_ORDER = "There is no order of that number."

T = TypeVar("T")

_metadata = MetaData()
_accounts = Table(
    "accounts",
    _metadata,
    Column("account_id", Text, primary_key=True),
    Column("postcode", Text, nullable=False),
    Column("holder", Text, nullable=False),
)
_orders = Table(
    "orders",
    _metadata,
    Column("order_number", Text, primary_key=True),
    Column("account_id", ForeignKey("accounts.account_id"), nullable=False),
    Column("item", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("paid_cents", Integer, CheckConstraint("paid_cents >= 0"), nullable=False),
)
_refunds = Table(
    "refunds",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("order_number", ForeignKey("orders.order_number"), nullable=False),
    Column("amount_cents", Integer, CheckConstraint("amount_cents > 0"), nullable=False),
)
_callbacks = Table(
    "callbacks",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("hour", Text, nullable=False),
    Column("place", Integer, CheckConstraint(f"place BETWEEN 1 AND {CALLBACKS_PER_HOUR}"), nullable=False),
    Column("at", Text, nullable=False),
    Column("phone", Text, CheckConstraint("phone <> ''"), nullable=False),
    UniqueConstraint("hour", "place"),
)
WITHIN_PAID = """CREATE TRIGGER refund_within_paid BEFORE INSERT ON refunds
WHEN NEW.amount_cents > (SELECT paid_cents FROM orders WHERE order_number = NEW.order_number)
    - (SELECT COALESCE(SUM(amount_cents), 0) FROM refunds WHERE order_number = NEW.order_number)
BEGIN SELECT RAISE(ABORT, 'more than was paid'); END"""
FINAL = """CREATE TRIGGER refund_is_final BEFORE UPDATE ON refunds
BEGIN SELECT RAISE(ABORT, 'a refund is final'); END"""
for _trigger in (WITHIN_PAID, FINAL):
    event.listen(_refunds, "after_create", DDL(_trigger))  # type: ignore[no-untyped-call]

SEED_ACCOUNTS = (
    {"account_id": "4471", "postcode": "80331", "holder": "Anna Kowalski"},
    {"account_id": "5520", "postcode": "10115", "holder": "Jonas Weber"},
    {"account_id": "6093", "postcode": "20095", "holder": "Mira Osei"},
)
SEED_ORDERS = (
    {"order_number": "1042", "account_id": "4471", "item": "Router AX", "status": "delivered", "paid_cents": 39_90},
    {"order_number": "1043", "account_id": "4471", "item": "Mesh set", "status": "shipped", "paid_cents": 129_00},
    {
        "order_number": "2001",
        "account_id": "5520",
        "item": "Phone cable",
        "status": "in preparation",
        "paid_cents": 9_50,
    },
    {"order_number": "2002", "account_id": "5520", "item": "Desk phone", "status": "cancelled", "paid_cents": 0},
    {"order_number": "3007", "account_id": "6093", "item": "Headset", "status": "delivered", "paid_cents": 45_00},
)


def open_support_systems(path: str | Path = ":memory:") -> SupportSystems:
    """The three systems over one database, made and seeded when new. Raises `StoreError` when the file is unusable."""
    database = _Database(str(Path(path).expanduser()))
    return SupportSystems(_Accounts(database), _Orders(database), _Callbacks(database))


class _Database:
    """One connection, one transaction at a time, off the event loop."""

    def __init__(self, path: str) -> None:
        self._engine = create_engine(
            "sqlite://",
            creator=lambda: sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, check_same_thread=False),
            poolclass=StaticPool,
            hide_parameters=True,
        )
        event.listen(self._engine, "connect", lambda connection, _: connection.execute("PRAGMA foreign_keys=ON"))
        weakref.finalize(self, self._engine.dispose)
        self._one_at_a_time = threading.Lock()
        try:
            self._transact(_make_and_seed)
        except DBAPIError as error:
            raise StoreError(f"the business data {path} cannot be used ({error.orig}): name another file") from None

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do the work in a transaction of its own. Raises `SystemDown` when the database does not answer."""
        try:
            return await asyncio.to_thread(self._transact, work)
        except DBAPIError as error:
            raise SystemDown(f"the business database failed ({type(error.orig).__name__})") from None

    def _transact(self, work: Callable[[Connection], T]) -> T:
        with self._one_at_a_time, self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            done = work(connection)
            connection.commit()
            return done


class _Accounts:
    def __init__(self, database: _Database) -> None:
        self._database = database

    async def verify(self, account_number: str, postcode: str) -> Account | None:
        """The account, when number and postcode belong together; spaces do not matter."""
        its = (_accounts.c.account_id == _bare(account_number), _accounts.c.postcode == _bare(postcode))
        query = select(_accounts.c.account_id, _accounts.c.holder).where(*its)
        row = await self._database.run(lambda c: c.execute(query).one_or_none())
        return Account(row.account_id, row.holder) if row else None


class _Orders:
    def __init__(self, database: _Database) -> None:
        self._database = database

    async def find(self, account_id: str, order_number: str) -> Order | None:
        """The order, when it is this account's."""
        query = _order_of(account_id, _bare(order_number))
        row = await self._database.run(lambda c: c.execute(query).one_or_none())
        return Order(row.order_number, row.status, row.item, row.left) if row else None

    async def status(self, order_number: str) -> str | None:
        """Where an order is; None when there is none of that number."""
        query = select(_orders.c.status).where(_orders.c.order_number == _bare(order_number))
        return await self._database.run(lambda c: c.execute(query).scalar_one_or_none())

    async def refund(self, key: str, account_id: str, order_number: str, amount_cents: int) -> Refund:
        """Pay back once a `key`; raises `Refused` for no such order of this account, nothing, or more than was paid."""
        row = {"key": key, "order_number": _bare(order_number), "amount_cents": amount_cents}
        number, left = await self._database.run(lambda c: _pay_back(c, account_id, row))
        return Refund(f"RF{number:05d}", left)


class _Callbacks:
    def __init__(self, database: _Database) -> None:
        self._database = database

    async def book(self, key: str, phone: str, when: datetime) -> str:
        """Book once a `key`; raises `Refused` when the hour is full, `ValueError` for a time without its zone."""
        if when.tzinfo is None:
            raise ValueError("the time of a callback has no zone, expected one")
        at = when.astimezone(UTC)
        row = {"key": key, "hour": f"{at:%Y-%m-%dT%H}", "at": at.isoformat(), "phone": phone}
        return f"CB{await self._database.run(lambda c: _book(c, row)):05d}"


def _pay_back(connection: Connection, account_id: str, row: dict[str, Any]) -> tuple[int, int]:
    """The refund's id, and what is left of the payment after it."""
    order = _order_of(account_id, row["order_number"])
    if connection.execute(order).one_or_none() is None:
        raise Refused(NO_SUCH_ORDER)
    return _once(connection, _refunds, row, _why_no_refund), connection.execute(order).one().left


def _book(connection: Connection, row: dict[str, Any]) -> int:
    taken = set(connection.execute(select(_callbacks.c.place).where(_callbacks.c.hour == row["hour"])).scalars())
    free = next(place for place in range(1, CALLBACKS_PER_HOUR + 2) if place not in taken)
    return _once(connection, _callbacks, {**row, "place": free}, _why_no_callback)


def _once(connection: Connection, table: Table, row: dict[str, Any], why: Callable[[str], str]) -> int:
    """Insert unless the key is there already; the row's id either way."""
    done: int | None = connection.execute(select(table.c.id).where(table.c.key == row["key"])).scalar_one_or_none()
    if done is not None:
        return done
    try:
        return int(connection.execute(insert(table).returning(table.c.id), row).scalar_one())
    except IntegrityError as error:
        raise Refused(why(str(error.orig))) from None


def _why_no_refund(found: str) -> str:
    if "more than was paid" in found:
        return "That is more than what is left of the payment for this order."
    return "There is nothing to pay back."


def _why_no_callback(found: str) -> str:
    if "phone" in found:
        return "I need a number to call back on."
    return "We have no colleague free in that hour. Please choose another time."


def _order_of(account_id: str, order_number: str) -> Select[Any]:
    total = select(func.coalesce(func.sum(_refunds.c.amount_cents), 0))
    refunded = total.where(_refunds.c.order_number == _orders.c.order_number).scalar_subquery()
    its = (_orders.c.order_number == order_number, _orders.c.account_id == account_id)
    return select(_orders, (_orders.c.paid_cents - refunded).label("left")).where(*its)


def _bare(said: str) -> str:
    return "".join(said.split())


def _make_and_seed(connection: Connection) -> None:
    _metadata.create_all(connection)
    for table, rows in ((_accounts, SEED_ACCOUNTS), (_orders, SEED_ORDERS)):
        connection.execute(insert(table).prefix_with("OR IGNORE"), rows)

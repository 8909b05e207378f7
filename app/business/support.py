"""The business systems of a support call: accounts, orders, and refunds within what was paid and within our limit.

Both are judged in the transaction that pays, over all that was paid back before, by whichever call.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    Select,
    Table,
    Text,
    func,
    select,
)

from agents.support.systems import Account, Order, Refund, SupportSystems
from app.business.rules import keep_rules
from guards.refunds import REFUND_LIMIT_CENTS
from interlock.agents import Refused
from interlock.app import Database, SqlCallbacks, bare, callbacks_table, once
from interlock.guards import money

NO_SUCH_ORDER = "There is no order of that number."
MORE_THAN_PAID = "That is more than what is left of the payment for this order."
OVER_LIMIT = f"More than {money(REFUND_LIMIT_CENTS)} for one order, in parts too, needs a colleague."
NOTHING = "There is nothing to pay back."

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
_callbacks = callbacks_table(_metadata)
_WITH_THIS = """NEW.amount_cents
    + (SELECT COALESCE(SUM(amount_cents), 0) FROM refunds WHERE order_number = NEW.order_number)"""
RULES = {
    "refund_within_paid": f"""BEFORE INSERT ON refunds BEGIN
SELECT RAISE(ABORT, 'more than was paid')
WHERE {_WITH_THIS} > (SELECT paid_cents FROM orders WHERE order_number = NEW.order_number);
SELECT RAISE(ABORT, 'over the limit') WHERE {_WITH_THIS} > {REFUND_LIMIT_CENTS}; END""",
    "refund_is_final": "BEFORE UPDATE ON refunds BEGIN SELECT RAISE(ABORT, 'a refund is final'); END",
    "refund_is_kept": "BEFORE DELETE ON refunds BEGIN SELECT RAISE(ABORT, 'a refund is kept'); END",
}
"""By name."""
keep_rules(_metadata, RULES)

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
    database = Database(path, _metadata, {_accounts: SEED_ACCOUNTS, _orders: SEED_ORDERS})
    return SupportSystems(_Accounts(database), _Orders(database), SqlCallbacks(database, _callbacks))


class _Accounts:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def verify(self, account_number: str, postcode: str) -> Account | None:
        """The account, when number and postcode belong together; spaces do not matter."""
        its = (_accounts.c.account_id == bare(account_number), _accounts.c.postcode == bare(postcode))
        query = select(_accounts.c.account_id, _accounts.c.holder).where(*its)
        row = await self._database.run(lambda c: c.execute(query).one_or_none())
        return Account(row.account_id, row.holder) if row else None


class _Orders:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, account_id: str, order_number: str) -> Order | None:
        """The order, when it is this account's."""
        query = _order_of(account_id, bare(order_number))
        row = await self._database.run(lambda c: c.execute(query).one_or_none())
        return Order(row.order_number, row.status, row.item, row.left, row.refunded) if row else None

    async def refund(self, key: str, account_id: str, order_number: str, amount_cents: int) -> Refund:
        """Pay back once a `key`; raises `Refused` for no such order of this account, nothing, or too much."""
        row = {"key": key, "order_number": bare(order_number), "amount_cents": amount_cents}
        return await self._database.run(lambda c: _pay_back(c, account_id, row))


def _pay_back(connection: Connection, account_id: str, row: dict[str, Any]) -> Refund:
    order = _order_of(account_id, row["order_number"])
    if connection.execute(order).one_or_none() is None:
        raise Refused(NO_SUCH_ORDER)
    number, after = once(connection, _refunds, row, _why_no_refund), connection.execute(order).one()
    return Refund(f"RF{number:05d}", after.left, after.refunded)


def _why_no_refund(found: str) -> str:
    if "over the limit" in found:
        return OVER_LIMIT
    return MORE_THAN_PAID if "more than was paid" in found else NOTHING


def _order_of(account_id: str, order_number: str) -> Select[Any]:
    total = select(func.coalesce(func.sum(_refunds.c.amount_cents), 0))
    refunded = total.where(_refunds.c.order_number == _orders.c.order_number).scalar_subquery()
    its = (_orders.c.order_number == order_number, _orders.c.account_id == account_id)
    return select(_orders, (_orders.c.paid_cents - refunded).label("left"), refunded.label("refunded")).where(*its)

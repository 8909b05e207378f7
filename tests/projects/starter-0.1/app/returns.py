"""The systems of a call about returns on SQLite, with demonstration data; what must hold is written in the tables."""

from pathlib import Path

from sqlalchemy import CheckConstraint, Column, Connection, ForeignKey, Integer, MetaData, Table, Text, select

from agents.returns.systems import Registered, Systems
from interlock.app import Database, SqlCallbacks, bare, callbacks_table, once

_metadata = MetaData()
_orders = Table(
    "orders",
    _metadata,
    Column("order_number", Text, primary_key=True),
    Column("item", Text, nullable=False),
)
_returns = Table(
    "returns",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("order_number", ForeignKey("orders.order_number"), nullable=False, unique=True),
    Column("reason", Text, CheckConstraint("reason <> ''"), nullable=False),
)
_callbacks = callbacks_table(_metadata)

SEED_ORDERS = (
    {"order_number": "1042", "item": "Router AX"},
    {"order_number": "1043", "item": "Reading lamp"},
    {"order_number": "2001", "item": "Phone cable"},
)


def open_returns_systems(path: str | Path = ":memory:") -> Systems:
    """The systems over one database, made and seeded when new. Raises `StoreError` when the file is unusable."""
    database = Database(path, _metadata, {_orders: SEED_ORDERS})
    return Systems(_Returns(database), SqlCallbacks(database, _callbacks))


class _Returns:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def register(self, key: str, order_number: str, reason: str) -> Registered:
        """Register once a `key`; raises `Refused` for no such order, and for one that has a return already."""
        row = {"key": key, "order_number": bare(order_number), "reason": reason}
        return await self._database.run(lambda connection: _register(connection, row))


def _register(connection: Connection, row: dict[str, str]) -> Registered:
    number = once(connection, _returns, row, _why_not)
    query = select(_orders.c.item).where(_orders.c.order_number == row["order_number"])
    return Registered(connection.execute(query).scalar_one(), f"RT{number:05d}")


def _why_not(found: str) -> str:
    if "FOREIGN KEY" in found:
        return "I cannot find an order of that number."
    return "A return of that order is registered already."

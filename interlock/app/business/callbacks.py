"""Callbacks by our own people: so many in an hour as there are colleagues, each key once."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    delete,
    func,
    select,
)

from interlock.agents.systems import Refused
from interlock.app.business.database import Database, once
from interlock.guards import can_be_dialled

CALLBACKS_PER_HOUR = 3
"""How many colleagues call back in the same hour."""
NO_NUMBER = "I need a number to call back on."


def callbacks_table(metadata: MetaData) -> Table:
    """The table of callbacks, for a flow's own database."""
    return Table(
        "callbacks",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("key", Text, nullable=False, unique=True),
        Column("hour", Text, nullable=False),
        Column("place", Integer, CheckConstraint(f"place BETWEEN 1 AND {CALLBACKS_PER_HOUR}"), nullable=False),
        Column("at", Text, nullable=False),
        Column("phone", Text, CheckConstraint("phone <> ''"), nullable=False),
        UniqueConstraint("hour", "place"),
    )


class SqlCallbacks:
    """`interlock.agents.callbacks.Callbacks` over a database."""

    def __init__(self, database: Database, table: Table) -> None:
        self._database = database
        self._table = table

    async def book(self, key: str, phone: str, when: datetime) -> str:
        """Book once a `key`, in the place of what the same party booked before: whose key begins like it.

        Raises `Refused` when the hour is full or the number none, `ValueError` for a time without its zone.
        """
        if when.tzinfo is None:
            raise ValueError("the time of a callback has no zone, expected one")
        at = when.astimezone(UTC)
        row = {"key": key, "hour": f"{at:%Y-%m-%dT%H}", "at": at.isoformat(), "phone": phone}
        return f"CB{await self._database.run(lambda c: self._book(c, row)):05d}"

    def _book(self, connection: Connection, row: Mapping[str, Any]) -> int:
        callbacks, party = self._table, row["key"].rpartition(":")[0]
        if not can_be_dialled(row["phone"]):
            raise Refused(NO_NUMBER)
        if party:
            theirs = func.substr(callbacks.c.key, 1, len(party) + 1) == f"{party}:"
            nothing_more = func.instr(func.substr(callbacks.c.key, len(party) + 2), ":") == 0
            connection.execute(delete(callbacks).where(theirs, nothing_more, callbacks.c.key != row["key"]))
        taken = set(connection.execute(select(callbacks.c.place).where(callbacks.c.hour == row["hour"])).scalars())
        free = next(place for place in range(1, CALLBACKS_PER_HOUR + 2) if place not in taken)
        return once(connection, callbacks, {**row, "place": free}, _why_not)


def _why_not(found: str) -> str:
    if "phone" in found:
        return NO_NUMBER
    return "We have no colleague free in that hour. Please choose another time."

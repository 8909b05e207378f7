"""The business systems of a routed call: a switchboard that puts nobody through thrice, and our desks' answers."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import CheckConstraint, Column, Connection, Integer, MetaData, Table, Text, func, select

from agents.routing.systems import RoutingSystems
from app.business.rules import keep_rules
from guards.transfers import TRANSFERS_LIMIT
from interlock.app import Database, SqlCallbacks, callbacks_table, once
from interlock.guards import money

ENOUGH = "You were put through often enough for that."
NO_DESK = "There is no such desk."

SEED_ANSWERS = tuple(
    {"desk": desk, "topic": topic, "words": words}
    for desk, topic, words in (
        ("technical", "router", "Please unplug the router, wait ten seconds, and plug it in again. Does it work now?"),
        ("technical", "phone", "Please put the handset on its base for a minute, then try again. Does it work now?"),
        ("technical", "television", "Please press and hold the power key for ten seconds. Is the picture back?"),
        ("technical", "otherwise", "Then a colleague has to look at it. Shall I have somebody call you back?"),
        ("billing", "amount", "What was charged twice or wrongly comes back within five days. Is that all right?"),
        ("billing", "date", "An invoice is due fourteen days after its date. Does that answer your question?"),
        ("billing", "way", "You can pay by direct debit or by bank transfer. Does that answer your question?"),
        ("billing", "otherwise", "Then a colleague has to look into it. Shall I have somebody call you back?"),
        (
            "sales",
            "basic",
            f"Basic is 50 megabits for {money(20_00)} a month. Shall a colleague call you back about it?",
        ),
        (
            "sales",
            "family",
            f"Family is 250 megabits and four phones for {money(40_00)} a month. Shall a colleague call you back?",
        ),
        ("sales", "otherwise", "Then a colleague can make you an offer. Shall I have somebody call you back?"),
        (
            "sales",
            "business",
            f"Business is a gigabit with support at night for {money(90_00)} a month. Shall a colleague call you?",
        ),
        ("general", "hours", "We are open Monday to Friday from nine to six. Does that answer your question?"),
        ("general", "address", "Our shop is at the central station. Does that answer your question?"),
        ("general", "moving", "Please send us your new address two weeks before you move. Was that your question?"),
        ("general", "otherwise", "Then a colleague has to find out. Shall I have somebody call you back?"),
    )
)
DESKS = sorted({its["desk"] for its in SEED_ANSWERS})

_metadata = MetaData()
_transfers = Table(
    "transfers",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("call_id", Text, nullable=False),
    Column("issue", Integer, nullable=False),
    Column("desk", Text, CheckConstraint(f"desk IN ({', '.join(map(repr, DESKS))})")),
)
_answers = Table(
    "answers",
    _metadata,
    Column("desk", Text, primary_key=True),
    Column("topic", Text, primary_key=True),
    Column("words", Text, CheckConstraint("words <> ''"), nullable=False),
)
_callbacks = callbacks_table(_metadata)
RULES = {
    "not_in_circles": f"""BEFORE INSERT ON transfers
WHEN (SELECT COUNT(*) FROM transfers WHERE call_id = NEW.call_id AND issue = NEW.issue) >= {TRANSFERS_LIMIT}
BEGIN SELECT RAISE(ABORT, 'often enough'); END""",
    **{
        f"no_{what.lower()}_of_transfers": f"BEFORE {what} ON transfers BEGIN SELECT RAISE(ABORT, 'kept'); END"
        for what in ("UPDATE", "DELETE")
    },
}
"""By name."""
keep_rules(_metadata, RULES)


def open_routing_systems(path: str | Path = ":memory:") -> RoutingSystems:
    """The systems over one database, made and seeded when new. Raises `StoreError` when the file is unusable."""
    database = Database(path, _metadata, {_answers: SEED_ANSWERS})
    return RoutingSystems(_Switchboard(database), _Answers(database), SqlCallbacks(database, _callbacks))


class _Switchboard:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def connect(self, key: str, call_id: str, issue: int, desk: str | None) -> int:
        """Put the caller through, once a `key`; how often by now for this issue. Raises `Refused`."""
        row = {"key": key, "call_id": call_id, "issue": issue, "desk": desk}
        return await self._database.run(lambda c: _connect(c, row))


class _Answers:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def about(self, desk: str, topic: str) -> str | None:
        """The desk's answer; None when there is none."""
        query = select(_answers.c.words).where(_answers.c.desk == desk, _answers.c.topic == topic)
        return await self._database.run(lambda c: c.execute(query).scalar_one_or_none())


def _connect(connection: Connection, row: Mapping[str, Any]) -> int:
    number = once(connection, _transfers, row, lambda found: ENOUGH if "often enough" in found else NO_DESK)
    its = (_transfers.c.call_id == row["call_id"], _transfers.c.issue == row["issue"], _transfers.c.id <= number)
    return int(connection.execute(select(func.count()).where(*its)).scalar_one())

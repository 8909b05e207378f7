"""The business systems of an intake call: a policy record that only says whether it matches, and what is on file.

The tables compare, and count: a fourth try of a call that failed three times is no row any more. Nothing is on file
whose name, date of birth and policy number did not match for that caller, who has one intake on file at most.
"""

import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    func,
    select,
    text,
    update,
)

from agents.intake.systems import Check, IntakeSystems
from app.business.rules import keep_rules
from guards.details import Values
from guards.identity import FAILED_CHECKS_LIMIT
from interlock.agents import Refused
from interlock.app import Database, SqlCallbacks, bare, callbacks_table, once

USED_UP = "I could not verify you, so a colleague has to help."
NOT_VERIFIED = "These details have to be checked first."
INCOMPLETE = "Some details are still missing."

_metadata = MetaData()


def _identity() -> tuple[Column[str], ...]:
    return tuple(Column(name, Text, nullable=False) for name in ("name", "born", "policy"))


_policies = Table("policies", _metadata, *_identity(), Index("one_policy_a_number", "policy", unique=True))
_checks = Table(
    "checks",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("call_id", Text, nullable=False),
    *_identity(),
    Column("matched", Integer, nullable=False, server_default="0"),
)
_intakes = Table(
    "intakes",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("call_id", Text, nullable=False),
    *_identity(),
    *(Column(name, Text, CheckConstraint(f"{name} <> ''"), nullable=False) for name in ("address", "phone", "email")),
    Column("said", Text, CheckConstraint("said <> ''"), nullable=False),
    Column("withdrawn", Integer, CheckConstraint("withdrawn IN (0, 1)"), nullable=False, server_default="0"),
    Index("one_intake_a_call", "call_id", unique=True, sqlite_where=text("withdrawn = 0")),
)
_withdrawals = Table(
    "withdrawals",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("call_id", Text, nullable=False),
)
_callbacks = callbacks_table(_metadata)


def _changed(table: Table, *may: str) -> str:
    """A condition of SQL: anything in the row is another than it was, but for these."""
    return " OR ".join(f"NEW.{its.name} IS NOT OLD.{its.name}" for its in table.c if its.name not in may)


_PARTY = """CASE WHEN substr(key, 1, length(call_id) + 1) = call_id || '~'
    THEN rtrim(rtrim(key, '0123456789'), ':') ELSE call_id END"""
"""Whose a check is: tries are the call's, what was verified is its caller's, whose name is in the key."""
_SAME = "name = NEW.name AND born = NEW.born AND policy = NEW.policy"
RULES = {
    "checks_used_up": f"""BEFORE INSERT ON checks
WHEN (SELECT COUNT(*) FROM checks WHERE call_id = NEW.call_id AND matched = 0) >= {FAILED_CHECKS_LIMIT}
BEGIN SELECT RAISE(ABORT, 'used up'); END""",
    "compared_here": f"""AFTER INSERT ON checks BEGIN
UPDATE checks SET matched = EXISTS (SELECT 1 FROM policies WHERE {_SAME}) WHERE id = NEW.id; END""",
    "compared_once": f"""BEFORE UPDATE ON checks
WHEN NEW.matched <> EXISTS (SELECT 1 FROM policies WHERE {_SAME}) OR {_changed(_checks, "matched")}
BEGIN SELECT RAISE(ABORT, 'a check is final'); END""",
    "file_what_matched": f"""BEFORE INSERT ON intakes
WHEN NOT EXISTS (SELECT 1 FROM checks WHERE {_PARTY} = NEW.call_id AND matched = 1 AND {_SAME})
BEGIN SELECT RAISE(ABORT, 'not verified'); END""",
    "intake_is_final": f"""BEFORE UPDATE ON intakes
WHEN OLD.withdrawn = 1 OR NEW.withdrawn = 0 OR {_changed(_intakes, "withdrawn")}
BEGIN SELECT RAISE(ABORT, 'an intake is final'); END""",
    "taken_back": """AFTER INSERT ON withdrawals BEGIN
UPDATE intakes SET withdrawn = 1 WHERE call_id = NEW.call_id AND withdrawn = 0; END""",
    **{
        f"{table}_are_kept": f"BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, 'kept'); END"
        for table in ("checks", "intakes", "withdrawals")
    },
}
"""By name."""
keep_rules(_metadata, RULES)

SEED_POLICIES = tuple(
    {"name": name, "born": born, "policy": policy}
    for name, born, policy in (
        ("anna miller", "1980-05-03", "4482107"),
        ("jonas weber", "1971-11-21", "5520316"),
        ("mira osei", "1994-02-28", "6093442"),
    )
)


def open_intake_systems(path: str | Path = ":memory:") -> IntakeSystems:
    """The systems over one database, made and seeded when new. Raises `StoreError` when the file is unusable."""
    database = Database(path, _metadata, {_policies: SEED_POLICIES})
    return IntakeSystems(SqlPolicies(database), SqlCallbacks(database, _callbacks))


class SqlPolicies:
    """`agents.intake.systems.Policies` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def check(self, key: str, call_id: str, identity: Values) -> Check:
        """Compare once a `key`; upper and lower case, accents and spaces do not matter. Raises `Refused`."""
        row = {"key": key, "call_id": call_id, **_compared(identity)}
        return await self._database.run(lambda c: _check(c, row))

    async def file(self, key: str, call_id: str, details: Values) -> str:
        """Put on file once a `key`, in place of what the call had there. Raises `Refused`."""
        if not all(details) or len(details) != 6:
            raise Refused(INCOMPLETE)
        said, _, _, address, phone, email = details
        row = {"key": key, "call_id": call_id, **_compared(details[:3])}
        row |= {"said": said, "address": address, "phone": phone, "email": email}
        return f"IN{await self._database.run(lambda c: _file(c, row)):05d}"

    async def withdraw(self, key: str, call_id: str) -> None:
        """Take back what the call has on file, once a `key`."""
        await self._database.run(lambda c: once(c, _withdrawals, {"key": key, "call_id": call_id}, str))


def _check(connection: Connection, row: Mapping[str, Any]) -> Check:
    number = once(connection, _checks, row, lambda _: USED_UP)
    matched = connection.execute(select(_checks.c.matched).where(_checks.c.id == number)).scalar_one()
    failed = (_checks.c.call_id == row["call_id"], _checks.c.matched == 0)
    return Check(bool(matched), connection.execute(select(func.count()).where(*failed)).scalar_one())


def _file(connection: Connection, row: Mapping[str, Any]) -> int:
    if connection.execute(select(_intakes.c.id).where(_intakes.c.key == row["key"])).one_or_none() is None:
        before = (_intakes.c.call_id == row["call_id"], _intakes.c.withdrawn == 0)
        connection.execute(update(_intakes).where(*before).values(withdrawn=1))
    return once(connection, _intakes, row, lambda found: NOT_VERIFIED if "not verified" in found else INCOMPLETE)


def _compared(identity: Values) -> dict[str, str]:
    name, born, policy = identity
    letters = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return {"name": " ".join(plain.split()), "born": born, "policy": bare(policy)}

"""The business systems of a help desk: a table of steps to try, and tickets that say how bad it is and what was tried.

One ticket for each topic of a call. Without a severity there is none; it only rises, so that no late or careless report
makes an emergency wait. A ticket is never deleted, and holds no step that the knowledge table does not have.
"""

from pathlib import Path
from typing import get_args

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    insert,
    select,
    update,
)

from agents.helpdesk.systems import HelpdeskSystems, Report, Step
from app.business.rules import keep_rules
from guards.tickets import Severity
from interlock.app import Database, SqlCallbacks, callbacks_table, once
from machines.helpdesk import Tried

SEVERITIES: tuple[Severity, ...] = get_args(Severity)
UNRATED: Severity = "high"
"""What a ticket counts as until somebody says how bad it is."""

_metadata = MetaData()
_steps = Table(
    "steps",
    _metadata,
    Column("step", Text, primary_key=True),
    Column("topic", Text, nullable=False),
    Column("place", Integer, nullable=False),
    Column("words", Text, CheckConstraint("words <> ''"), nullable=False),
    UniqueConstraint("topic", "place"),
)
_tickets = Table(
    "tickets",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("call_id", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("severity", Text, CheckConstraint(f"severity IN {SEVERITIES}"), nullable=False),
    Column("caller", Text),
    Column("details", Text),
    UniqueConstraint("call_id", "topic"),
)
_ticket_steps = Table(
    "ticket_steps",
    _metadata,
    Column("ticket_id", ForeignKey("tickets.id"), primary_key=True),
    Column("step", ForeignKey("steps.step"), primary_key=True),
    Column("outcome", Text, CheckConstraint(f"outcome IN {get_args(Tried)}"), nullable=False),
)
_callbacks = callbacks_table(_metadata)
_RANK = f"instr('{' '.join(SEVERITIES)}', {{}}.severity)"
RULES = {
    "severity_only_rises": f"""BEFORE UPDATE ON tickets
WHEN {_RANK.format("NEW")} < {_RANK.format("OLD")} BEGIN SELECT RAISE(ABORT, 'a severity only rises'); END""",
    "ticket_is_kept": "BEFORE DELETE ON tickets BEGIN SELECT RAISE(ABORT, 'a ticket is kept'); END",
}
"""By name."""
keep_rules(_metadata, RULES)

SEED_STEPS = tuple(
    {"step": step, "topic": topic, "place": place, "words": words}
    for place, (topic, step, words) in enumerate(
        (
            ("internet", "router_restart", "Please unplug the router, wait ten seconds, and plug it in again."),
            ("internet", "wifi_reconnect", "Please switch the wifi on your computer off and on again."),
            ("internet", "cable", "Please connect your computer to the router with a cable."),
            ("email", "mail_restart", "Please close the mail program and open it again."),
            ("email", "webmail", "Please sign in to the webmail page in your browser."),
            ("printer", "printer_restart", "Please switch the printer off, wait ten seconds, and switch it on again."),
            ("printer", "paper_jam", "Please open the back of the printer and take out any paper that is stuck."),
            ("printer", "print_queue", "Please delete all jobs in the print queue and print one page."),
            ("password", "caps_lock", "Please check that caps lock is off, and type the password again."),
            ("password", "reset_link", "Please click forgot password, and open the link we mail you."),
        )
    )
)


def open_helpdesk_systems(path: str | Path = ":memory:") -> HelpdeskSystems:
    """The three systems over one database, made and seeded when new. Raises `StoreError` when the file is unusable."""
    database = Database(path, _metadata, {_steps: SEED_STEPS})
    return HelpdeskSystems(_Knowledge(database), SqlTickets(database), SqlCallbacks(database, _callbacks))


class _Knowledge:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def next_step(self, topic: str, tried: tuple[str, ...]) -> Step | None:
        """The first step of the topic that is not among those tried."""
        left = (_steps.c.topic == topic, _steps.c.step.not_in(tried))
        query = select(_steps.c.step, _steps.c.words).where(*left).order_by(_steps.c.place).limit(1)
        row = await self._database.run(lambda c: c.execute(query).one_or_none())
        return Step(row.step, row.words) if row else None


class SqlTickets:
    """`agents.helpdesk.systems.Tickets` over a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, key: str, report: Report) -> int:
        """Open the ticket, or bring the one this call has for the topic up to date."""
        return await self._database.run(lambda c: _open(c, key, report))


def _open(connection: Connection, key: str, report: Report) -> int:
    its = (_tickets.c.call_id == report.call_id, _tickets.c.topic == report.topic)
    found = connection.execute(select(_tickets.c.id, _tickets.c.severity).where(*its)).one_or_none()
    rated = [report.severity or UNRATED, *([found.severity] if found else [])]
    said = {
        "severity": max(rated, key=SEVERITIES.index),
        "caller": report.caller,
        "details": report.details,
    }
    if found:
        connection.execute(update(_tickets).where(*its).values(said))
    new = {"key": key, "call_id": report.call_id, "topic": report.topic, **said}
    number = found.id if found else once(connection, _tickets, new, str)
    for step, outcome in report.tried:
        row = {"ticket_id": number, "step": step, "outcome": outcome}
        connection.execute(insert(_ticket_steps).prefix_with("OR REPLACE"), row)
    return int(number)

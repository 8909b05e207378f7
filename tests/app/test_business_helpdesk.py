"""The help desk's systems: the order of steps, and what can never happen to a ticket."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from agents.helpdesk.systems import Report
from app.business.helpdesk import open_helpdesk_systems
from interlock.agents.systems import SystemDown

TRIED = (("printer_restart", "done"), ("paper_jam", "not_done"))
OPEN = "INSERT INTO tickets (key, call_id, topic, severity) VALUES"


@pytest.fixture
def systems(tmp_path):
    return open_helpdesk_systems(tmp_path / "helpdesk.sqlite")


def report(call_id="call", topic="printer", severity="normal", details="no page", tried=TRIED):
    return Report(call_id, topic, severity, "Anna", details, tried)


async def rows(systems, query):
    return await systems.tickets._database.run(lambda c: [tuple(row) for row in c.execute(text(query))])


async def test_steps_come_in_order_and_each_once(systems):
    """Until none is left; a topic without steps has none to begin with."""
    tried = ()
    while step := await systems.knowledge.next_step("printer", tried):
        assert step.words.startswith("Please")
        tried += (step.step,)
    assert tried == ("printer_restart", "paper_jam", "print_queue")
    assert await systems.knowledge.next_step("other", ()) is None


async def test_a_ticket_carries_what_was_tried(systems):
    """With each step as it was reported."""
    number = await systems.tickets.open("call:1", report())
    assert await rows(systems, "SELECT id, severity, caller, details FROM tickets") == [
        (number, "normal", "Anna", "no page")
    ]
    assert await rows(systems, "SELECT step, outcome FROM ticket_steps") == list(TRIED)


async def test_a_topic_of_a_call_has_one_ticket_brought_up_to_date(systems):
    """Asked for again by the same key or another one; another topic or call has its own."""
    first = await systems.tickets.open("call:1", report(tried=TRIED[:1]))
    for key in ("call:1", "call:5"):
        assert await systems.tickets.open(key, report(details="smoke", tried=TRIED)) == first
    assert await rows(systems, "SELECT key, details FROM tickets") == [("call:1", "smoke")]
    assert await rows(systems, "SELECT count(*) FROM ticket_steps") == [(2,)]
    others = {await systems.tickets.open("call:6", report(topic="email", tried=()))}
    others.add(await systems.tickets.open("else:1", report(call_id="else")))
    assert len(others - {first}) == 2


@pytest.mark.parametrize("told", [("critical", "low"), (None, "normal"), ("normal", "high")])
async def test_the_severity_of_a_ticket_only_rises(systems, told):
    """A late report makes no emergency wait; what nobody rated is high."""
    for number, severity in enumerate(told):
        await systems.tickets.open(f"call:{number}", report(severity=severity))
    assert await rows(systems, "SELECT severity FROM tickets") == [("critical" if "critical" in told else "high",)]


@pytest.mark.parametrize(
    "wrong",
    [
        f"{OPEN} ('k', 'other', 'printer', NULL)",
        f"{OPEN} ('k', 'other', 'printer', 'urgent')",
        f"{OPEN} ('k', 'call', 'printer', 'low')",
        f"{OPEN} ('call:1', 'other', 'printer', 'low')",
        "UPDATE tickets SET severity = 'low'",
        "DELETE FROM tickets",
        "INSERT INTO ticket_steps VALUES (1, 'dance', 'done')",
        "INSERT INTO ticket_steps VALUES (1, 'paper_jam', 'solved')",
        "INSERT INTO ticket_steps VALUES (99, 'paper_jam', 'done')",
    ],
)
async def test_what_must_never_be_the_tables_refuse(systems, wrong):
    """Whoever writes into them, by whatever code."""
    await systems.tickets.open("call:1", report(tried=()))
    with pytest.raises((IntegrityError, SystemDown)):
        await rows(systems, wrong)
    assert await rows(systems, "SELECT severity FROM tickets") == [("normal",)]


async def test_a_step_we_do_not_have_opens_no_ticket(systems):
    """All of a ticket or nothing; one key is good for one ticket."""
    with pytest.raises(SystemDown):
        await systems.tickets.open("call:1", report(tried=(("dance", "done"),)))
    assert await rows(systems, "SELECT * FROM tickets") == []
    opened = {await systems.tickets.open("call:1", report(call_id=call_id)) for call_id in ("call", "else")}
    assert opened == {1}


async def test_many_at_once_open_one_ticket(systems):
    """Two connections to one file, as two workers have, and twenty openings."""
    second = open_helpdesk_systems(systems.tickets._database._engine.raw_connection().execute(
        "SELECT file FROM pragma_database_list").fetchone()[0])  # fmt: skip
    both = [(systems, second)[number % 2].tickets.open(f"call:{number}", report()) for number in range(20)]
    assert set(await asyncio.gather(*both)) == {1}

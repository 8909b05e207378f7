"""Whatever there is only so much of, wanted by many calls at once: never more is given, and nobody is told a lie.

Each call comes through a database of its own over the same file, as calls in several processes do.
"""

import asyncio
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agents.booking.systems import Contact
from agents.helpdesk.systems import Report
from agents.service.systems import Case
from agents.service.systems import Contact as Visited
from app.business import CALLBACKS_PER_HOUR
from app.business.restaurant import open_restaurant_systems
from guards.identity import FAILED_CHECKS_LIMIT
from guards.refunds import REFUND_LIMIT_CENTS
from guards.transfers import TRANSFERS_LIMIT
from interlock.agents.systems import Refused
from interlock.app.project import project

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TODAY = date(2026, 3, 2)
SLOT = datetime(2026, 3, 3, 9, tzinfo=UTC)
WINDOW = "2026-03-04T08:00:00"
PHONE = "030 1234567"
ANNA, VISITED = Contact("Anna", PHONE, None), Visited("Anna", PHONE)
FRIDGE = Case("fridge", "leaking", "10115", None)
IDENTITY = ("Anna Miller", "1980-05-03", "4482107")
DETAILS = (*IDENTITY, "12 Rose Street", "01512345678", "anna@example.com")

COUNTS = [2, 10, pytest.param(50, marks=pytest.mark.slow)]


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """
    However slow the machine, a call waits for its turn: who gets none is another test's.
    """
    monkeypatch.setattr("interlock.app.business.database.BUSY_TIMEOUT_S", 50)


async def _nothing(its: Any) -> None:
    """All is there."""


@dataclass(frozen=True)
class Scarce:
    """What the call of a number takes, how many may, what the file then has of it, and what the others hear."""

    flow: str
    takes: Callable[[Any, int], Awaitable[Any]]
    there: int
    has: str
    others_hear: str
    before: Callable[[Any], Awaitable[Any]] = _nothing


async def holds(its, n):
    await its.calendar.free(SLOT, NOW, f"c{n}")
    return await its.calendar.hold(f"c{n}:1", f"c{n}", SLOT, NOW)


async def tiramisu(its, n):
    await its.orders.add(f"c{n}", "Tiramisu", 1, None, None, NOW)
    draft = await its.orders.note_allergies(f"c{n}", "none")
    return await its.payments.send_link(f"c{n}:1", f"c{n}", draft.revision, "Anna", "01512345678", NOW)


async def visits(its, n):
    quote = await its.service.quote(f"c{n}:1", FRIDGE, TODAY)
    return await its.service.order(f"c{n}:2", quote.quote_id, WINDOW, VISITED, TODAY)


async def quoted(its):
    await its.service.quote("c:1", FRIDGE, TODAY)


async def visits_on_one_quote(its, n):
    window = datetime(2026, 3, 3 + n % 4, 8 + 4 * (n % 2)).isoformat()
    return await its.service.order(f"c{n}:2", 1, window, VISITED, TODAY)


async def fails(its, n):
    return await its.policies.check(f"c:{n}", "c", ("Nobody", "1980-05-03", "4482107"))


def refunds(order, cents):
    return lambda its, n: its.orders.refund(f"c{n}:1", "4471", order, cents)


SCARCE = {
    "our refund limit": Scarce(
        "support", refunds("1043", 1900), REFUND_LIMIT_CENTS // 1900,
        "SELECT COUNT(*) FROM refunds WHERE order_number = '1043' GROUP BY order_number", "needs a colleague",
    ),
    "what was paid": Scarce(
        "support", refunds("1042", 3000), 1, "SELECT SUM(amount_cents) / 3000 FROM refunds", "left of the payment"
    ),
    "colleagues in an hour": Scarce(
        "support", lambda its, n: its.callbacks.book(f"c{n}:1", PHONE, SLOT), CALLBACKS_PER_HOUR,
        "SELECT COUNT(*) FROM callbacks", "no colleague free",
    ),
    "a slot": Scarce("booking", holds, 1, "SELECT COUNT(*) FROM holds WHERE over = 0", "is taken"),
    "what is held": Scarce(
        "booking", lambda its, n: its.calendar.book(f"c0:{n + 2}", "c0", SLOT, ANNA, NOW), 1,
        "SELECT COUNT(*) FROM appointments WHERE key LIKE 'c0:%'", "not held any more", lambda its: holds(its, 0),
    ),
    "a time to move to": Scarce(
        "booking", lambda its, n: its.calendar.move(f"c0:{n + 2}", "c0", "300700", SLOT, NOW), 1,
        "SELECT COUNT(*) FROM changes", "not held any more", lambda its: holds(its, 0),
    ),
    "an appointment to give up": Scarce(
        "booking", lambda its, n: its.calendar.cancel(f"c{n}:1", "300700", NOW), 1,
        "SELECT COUNT(*) FROM changes", "no such appointment",
    ),
    "portions": Scarce("restaurant", tiramisu, 3, "SELECT COUNT(*) FROM checkouts WHERE NOT withdrawn", "sold out"),
    "a visit": Scarce("service", visits, 1, "SELECT COUNT(*) FROM orders", "is taken"),
    "a quote": Scarce("service", visits_on_one_quote, 1, "SELECT COUNT(*) FROM orders", "is taken", quoted),
    "tries to be verified": Scarce(
        "intake", fails, FAILED_CHECKS_LIMIT, "SELECT COUNT(*) FROM checks", "a colleague has to help"
    ),
    "transfers of an issue": Scarce(
        "routing", lambda its, n: its.switchboard.connect(f"c:{n}", "c", 1, "billing"), TRANSFERS_LIMIT,
        "SELECT COUNT(*) FROM transfers", "often enough",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Shared:
    """What there is one of, and whoever asks gets that one; `has` is how many rows there are."""

    flow: str
    asks: Callable[[Any, int], Awaitable[Any]]
    has: str
    before: Callable[[Any], Awaitable[Any]] = _nothing


async def linked(its):
    await tiramisu(its, 0)


async def paid(its):
    await linked(its)
    await its.payments.pay("c0", NOW)


async def settled(its):
    await paid(its)
    await its.payments.settle("c0:9", "c0", NOW)


async def links(its, n):
    draft = await its.orders.draft("c0")
    return await its.payments.send_link(f"c0:{n + 2}", "c0", draft.revision, "Anna", "01512345678", NOW)


async def verified(its):
    await its.policies.check("c:1", "c", IDENTITY)


async def files(its, n):
    await its.policies.file(f"c:{n + 2}", "c", DETAILS)


SHARED = {
    "an order's payment link": Shared("restaurant", links, "SELECT COUNT(*) FROM checkouts", linked),
    "an order's payment": Shared(
        "restaurant",
        lambda its, n: its.payments.settle(f"c0:{n + 2}", "c0", NOW),
        "SELECT COUNT(*) FROM settlements",
        paid,
    ),
    "an order's cooking": Shared(
        "restaurant", lambda its, n: its.kitchen.take(f"c0:{n + 2}", "c0", NOW), "SELECT COUNT(*) FROM tickets", settled
    ),
    "a call's intake": Shared("intake", files, "SELECT COUNT(*) FROM intakes WHERE NOT withdrawn", verified),
    "a topic's ticket": Shared(
        "helpdesk",
        lambda its, n: its.tickets.open(f"c:{n}", Report("c", "printer", "normal", "Anna", None, ())),
        "SELECT COUNT(*) FROM tickets",
    ),
    "a number's follow-up": Shared(
        "sales",
        lambda its, n: its.leads.follow_up(f"c{n}:1", PHONE, TODAY + timedelta(days=90 * (n + 1)), None),
        "SELECT COUNT(*) FROM follow_ups",
    ),
    "a line of the list": Shared(
        "sales",
        lambda its, n: its.leads.never_call(f"c{n}:1", f"c{n}", PHONE),
        "SELECT COUNT(*) FROM do_not_call WHERE key <> 'seed'",
    ),
}


def opened(flow, file):
    if flow == "restaurant":
        return open_restaurant_systems(file, paid_after_s=None)
    return project().served[flow].systems(file)


def counted(file, query):
    raw = sqlite3.connect(file)
    found = raw.execute(query).fetchone()
    raw.close()
    return found[0] if found else 0


async def race(flow, file, count, before, does):
    """What came of it for each call."""
    systems = [opened(flow, file) for _ in range(count)]
    await before(systems[0])
    return await asyncio.gather(*(does(its, n) for n, its in enumerate(systems)), return_exceptions=True)


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("name", SCARCE)
async def test_never_more_than_there_is(name, count, tmp_path):
    """So many get it as there is of it, all others hear that it is gone, and the file says the same."""
    its, file = SCARCE[name], tmp_path / "business.sqlite"
    found = await race(its.flow, file, count, its.before, its.takes)
    refused = [one for one in found if isinstance(one, Exception)]
    assert {type(one) for one in refused} <= {Refused}, refused
    assert len(found) - len(refused) == counted(file, its.has) == min(count, its.there)
    assert all(its.others_hear in str(one) for one in refused), refused


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("name", SHARED)
async def test_what_there_is_one_of_is_the_same_for_all(name, count, tmp_path):
    """Nobody makes a second one, and everybody is told of the one there is."""
    its, file = SHARED[name], tmp_path / "business.sqlite"
    found = await race(its.flow, file, count, its.before, its.asks)
    assert len(set(found)) == 1, found
    assert counted(file, its.has) == 1


@pytest.mark.parametrize("count", COUNTS)
async def test_never_and_again_at_once_end_in_never(count, tmp_path):
    """Whichever call comes first, nothing is arranged for a number that is listed in the end."""
    file = tmp_path / "business.sqlite"
    systems = [opened("sales", file) for _ in range(count)]
    asked = [its.leads.follow_up(f"c{n}:1", PHONE, TODAY, PHONE) for n, its in enumerate(systems)]
    asked += [its.callbacks.book(f"c{n}:2", PHONE, SLOT) for n, its in enumerate(systems)]
    asked.insert(count // 2, systems[0].leads.never_call("x:1", "x", PHONE))
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert {type(one) for one in found if isinstance(one, Exception)} <= {Refused}
    assert counted(file, "SELECT (SELECT COUNT(*) FROM follow_ups) + (SELECT COUNT(*) FROM callbacks)") == 0


def test_every_scarce_thing_is_written_down():
    """What races here is what the page lists, by the same names, each with its constraint."""
    page = Path(__file__).parents[2] / "docs" / "scarce.md"
    rows = [line.strip("| \n").split(" | ") for line in page.read_text().splitlines() if line.startswith("| ")]
    assert {row[0] for row in rows[1:]} == {*SCARCE, *SHARED}
    assert all(len(row) == 4 and row[3] for row in rows)


REFUNDER = """
import asyncio, sys
from app.business import open_support_systems
from interlock.agents.systems import Refused

async def refund(n):
    try:
        await systems.orders.refund(f"{sys.argv[2]}-{n}:1", "4471", "1043", 500)
    except Refused as no:
        assert "needs a colleague" in str(no)
        return 0
    return 500

async def all_of_them():
    return sum(await asyncio.gather(*map(refund, range(10))))

systems = open_support_systems(sys.argv[1])
print(asyncio.run(all_of_them()))
"""


@pytest.mark.slow  # three processes
def test_processes_share_a_limit(tmp_path):
    """What three processes paid back together is what the file has, and is our limit to the cent."""
    file = tmp_path / "business.sqlite"
    opened("support", file)
    each = [
        subprocess.Popen([sys.executable, "-c", REFUNDER, str(file), str(n)], stdout=subprocess.PIPE, text=True)
        for n in range(3)
    ]
    paid = [int(its.communicate(timeout=60)[0]) for its in each]
    assert [its.returncode for its in each] == [0, 0, 0]
    assert sum(paid) == counted(file, "SELECT SUM(amount_cents) FROM refunds") == REFUND_LIMIT_CENTS

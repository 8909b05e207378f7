"""The service system: prices nobody brings along, visits nobody gets twice, and what can never be in its tables."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import date
from typing import get_args

import pytest

from agents.service.noting import APPLIANCE, FAULT
from agents.service.systems import Case, Contact, Trade
from app.business.service import SEED_TRADES, open_service_systems, windows_after
from interlock.agents.systems import Refused
from machines.service import Appliance, Fault

MONDAY = date(2026, 3, 2)
TUESDAY_EIGHT, TUESDAY_TWELVE = "2026-03-03T08:00:00", "2026-03-03T12:00:00"
ANNA = Contact("Anna", "+4930123456")
FRIDGE = Case("fridge", "leaking", "10115", None)
ORDER = "INSERT INTO orders (key, quote_id, team, begins, name, phone, ordered) VALUES"
QUOTE = "INSERT INTO quotes (key, appliance, fault, postcode, day, price_cents) VALUES"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "service.sqlite"


@pytest.fixture
def service(path):
    return open_service_systems(path).service


async def quoted(service, key="a", case=FRIDGE):
    return (await service.quote(key, case, MONDAY)).quote_id


@pytest.mark.parametrize(
    ("case", "cents"),
    [
        (FRIDGE, 79_00),
        (Case("fridge", "leaking", "10115", "300741"), 0),
        (Case("freezer", "leaking", "10115", "300741"), 79_00),
        (Case("fridge", "leaking", "10117", "300741"), 79_00),
        (Case("fridge", "leaking", "10115", "300742"), 79_00),
        (Case("boiler", "temperature", "80331", "447121"), 129_00),
    ],
    ids=["without", "under warranty", "another appliance", "another place", "another number", "over"],
)
async def test_a_price_is_computed_from_what_there_is(service, case, cents):
    """A warranty counts for its own appliance in its own place, while it lasts."""
    assert (await service.quote("a", case, MONDAY)).price_cents == cents


async def test_a_quote_is_made_once_a_key(service):
    """Asked again, also for something else, it is the same one."""
    first = await service.quote("a", FRIDGE, MONDAY)
    assert await service.quote("a", FRIDGE, MONDAY) == first
    assert (await service.quote("a", Case("boiler", "dead", "80331", None), MONDAY)).quote_id == first.quote_id


@pytest.mark.parametrize(
    ("appliance", "fault", "postcode"),
    [
        ("other", "dead", "10115"),
        ("fridge", "dead", "99999"),
        ("fridge", "on fire", "10115"),
        ("fridge", "dead", "101"),
    ],
)
async def test_what_nobody_of_ours_does_is_refused(service, path, appliance, fault, postcode):
    """And leaves nothing behind."""
    with pytest.raises(Refused, match="nobody for that"):
        await service.quote("a", Case(appliance, fault, postcode, None), MONDAY)
    assert rows(path, "SELECT * FROM quotes") == []


async def test_every_appliance_and_fault_that_callers_can_have_has_an_answer(service):
    """But for the appliances that are not ours; and the tools know no others."""
    ours = {appliance for owned in SEED_TRADES.values() for appliance in owned}
    assert set(get_args(Appliance)) == ours | {"other"} == set(APPLIANCE.choices)
    assert set(get_args(Fault)) == set(FAULT.choices)
    assert set(SEED_TRADES) == set(get_args(Trade))
    for appliance in ours:
        assert await service.trade(appliance, "10115") in SEED_TRADES
        for fault in get_args(Fault):
            assert (await service.quote(f"{appliance}:{fault}", Case(appliance, fault, "10115", None), MONDAY)).words
    assert [await service.trade("other", "10115"), await service.trade("fridge", "99999")] == [None, None]


async def test_a_visit_is_booked_as_quoted_and_its_window_is_gone(service):
    """For the team whose work it is; others have it free."""
    order = await service.order("k", await quoted(service), TUESDAY_EIGHT, ANNA, MONDAY)
    assert (order.number, order.window, order.category, order.price_cents) == (1, TUESDAY_EIGHT, "drain", 79_00)
    assert TUESDAY_EIGHT not in await service.free(await quoted(service, "b"), MONDAY)
    boiler = await quoted(service, "c", Case("boiler", "dead", "10115", None))
    munich = await quoted(service, "d", Case("fridge", "dead", "80331", None))
    assert [(await service.free(its, MONDAY))[0] for its in (boiler, munich)] == [TUESDAY_EIGHT] * 2


async def test_an_order_is_made_once_a_key_and_once_a_quote(service):
    """The same key is the same order; another key for the same quote sends no second technician."""
    quote = await quoted(service)
    first = await service.order("k", quote, TUESDAY_EIGHT, ANNA, MONDAY)
    assert await service.order("k", quote, "2026-03-04T08:00:00", ANNA, MONDAY) == first
    with pytest.raises(Refused):
        await service.order("l", quote, "2026-03-04T08:00:00", ANNA, MONDAY)


@pytest.mark.parametrize(
    "window", ["2026-03-07T08:00:00", "2026-03-03T09:00:00", "2026-03-02T12:00:00", "2026-03-01T08:00:00", "soon"]
)
async def test_a_window_that_there_is_not_is_refused(service, window):
    """At the weekend, at another hour, today, in the past, or none at all."""
    with pytest.raises(Refused):
        await service.order("k", await quoted(service), window, ANNA, MONDAY)


@pytest.mark.parametrize("contact", [Contact(" ", "123"), Contact("Anna", "")])
async def test_nobody_is_sent_to_somebody_nobody_can_ring(service, contact):
    """A name and a number, or no order."""
    with pytest.raises(Refused):
        await service.order("k", await quoted(service), TUESDAY_EIGHT, contact, MONDAY)


async def test_callers_without_a_number_have_one_window_of_a_teams_day(service):
    """They are offered other days, and who shows a number has the rest of that one."""
    await service.order("h1", await quoted(service, "a"), TUESDAY_EIGHT, ANNA, MONDAY, 1)
    other = await quoted(service, "b")
    assert TUESDAY_TWELVE in await service.free(other, MONDAY)
    assert (await service.free(other, MONDAY, 1))[0] == "2026-03-04T08:00:00"
    with pytest.raises(Refused):
        await service.order("h2", other, TUESDAY_TWELVE, ANNA, MONDAY, 1)
    await service.order("n", other, TUESDAY_TWELVE, ANNA, MONDAY)


async def test_callers_without_a_number_cannot_empty_a_teams_week(service):
    """However many of them call at once: half of it is left."""
    quotes = [await quoted(service, f"q{n}") for n in range(20)]
    windows = windows_after(MONDAY)
    asked = (service.order(f"h{n}", its, windows[n % len(windows)], ANNA, MONDAY, 1) for n, its in enumerate(quotes))
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(not isinstance(each, Refused) for each in told) == len(windows) / 2
    assert len(await service.free(quotes[0], MONDAY)) == len(windows) / 2
    assert await service.free(quotes[0], MONDAY, 1) == ()


@pytest.mark.slow
async def test_one_window_for_many_callers_goes_to_one(path):
    """Two connections to one file, as two workers have, and twenty orders."""
    two = [open_service_systems(path).service for _ in range(2)]
    quotes = [await quoted(two[0], f"q{number}") for number in range(20)]
    asked = (two[n % 2].order(f"k{n}", quote, TUESDAY_EIGHT, ANNA, MONDAY) for n, quote in enumerate(quotes))
    done = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(its, Refused) for its in done) == 19
    assert rows(path, "SELECT count(*) FROM orders") == [(1,)]


@pytest.mark.parametrize(
    "wrong",
    [
        f"{QUOTE} ('x', 'fridge', 'dead', '10115', '2026-03-02', 0)",
        "UPDATE quotes SET price_cents = 0",
        "UPDATE quotes SET team = 'gas/Berlin'",
        "DELETE FROM quotes",
        "UPDATE orders SET begins = '2026-03-04T08:00:00'",
        "DELETE FROM orders",
        f"{ORDER} ('x', 1, 'gas/Berlin', '2026-03-04T08:00:00', 'Anna', '123', '2026-03-02')",
        f"{ORDER} ('x', 99, 'cooling/Berlin', '2026-03-04T08:00:00', 'Anna', '123', '2026-03-02')",
        f"{ORDER} ('x', NULL, 'cooling/Berlin', '2026-03-04T08:00:00', 'Anna', '123', '2026-03-02')",
    ],
)
async def test_what_must_never_be_the_tables_refuse(service, path, wrong):
    """Whoever writes into them, by whatever code."""
    await service.order("k", await quoted(service), TUESDAY_EIGHT, ANNA, MONDAY)
    with pytest.raises(sqlite3.IntegrityError):
        rows(path, f"PRAGMA foreign_keys=ON; {wrong}")
    assert rows(path, "SELECT begins, price_cents FROM orders JOIN quotes ON quotes.id = quote_id") == [
        (TUESDAY_EIGHT, 79_00)
    ]


async def test_what_was_booked_outlives_the_process(service, path):
    """Opened again, the seed is laid over what is there."""
    await service.order("k", await quoted(service), TUESDAY_EIGHT, ANNA, MONDAY)
    again = open_service_systems(path).service
    with pytest.raises(Refused):
        await again.order("l", await quoted(again, "b"), TUESDAY_EIGHT, ANNA, MONDAY)


def test_visits_are_on_working_days_from_tomorrow_on():
    """A Friday's next one is on Monday."""
    assert windows_after(date(2026, 3, 6))[:2] == ("2026-03-09T08:00:00", "2026-03-09T12:00:00")
    assert len(windows_after(MONDAY)) == 10


def rows(path, statements):
    """What the last of the statements gives, over a connection of its own."""
    with closing(sqlite3.connect(path)) as other, other:
        *before, last = statements.split("; ")
        for statement in before:
            other.execute(statement)
        return other.execute(last).fetchall()

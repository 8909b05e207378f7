"""What sales keep: nobody on the do-not-call list is followed up, whatever came first; and each thing is there once."""

import asyncio
import sqlite3
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from agents.sales.systems import Lead
from app.business.sales import one_number, open_sales_systems
from interlock.agents.systems import Refused

NUMBER, DUE = "030 1234567", date(2026, 9, 1)
AT = datetime(2026, 9, 1, 10, tzinfo=UTC)
LEAD = Lead("phones", 5_000_00, "decides", "now")


@pytest.fixture
def systems():
    return open_sales_systems()


async def rows(systems, query):
    return await systems.leads._database.run(lambda c: [tuple(row) for row in c.execute(text(query))])


@pytest.mark.parametrize(
    ("said", "kept"),
    [("030 1234567", "+49301234567"), ("0049 30 1234567", "+49301234567"), ("+44 20 7946 0000", "+442079460000")],
)
def test_a_number_is_one_number_however_it_is_written(said, kept):
    """With its country, with our prefix for abroad, or as it is dialled here."""
    assert one_number(said) == kept


async def test_who_is_on_the_list_is_never_followed_up(systems):
    """However their number is written."""
    await systems.leads.never_call("a", [NUMBER])
    with pytest.raises(Refused, match="do-not-call"):
        await systems.leads.follow_up("b", "+49 30 1234567", DUE)
    assert await rows(systems, "SELECT * FROM follow_ups") == []


async def test_a_follow_up_from_before_is_gone(systems):
    """And cannot be put back, not even with its own key."""
    await systems.leads.follow_up("a", NUMBER, DUE)
    await systems.leads.never_call("b", [NUMBER])
    assert await rows(systems, "SELECT * FROM follow_ups") == []
    with pytest.raises(Refused):
        await systems.leads.follow_up("a", NUMBER, DUE)


async def test_a_callback_is_withdrawn_and_none_is_booked_again(systems):
    """Other people's callbacks stay."""
    await systems.callbacks.book("a", NUMBER, AT)
    await systems.callbacks.book("b", "030 7654321", AT)
    await systems.leads.never_call("c", ["+49301234567"])
    with pytest.raises(Refused):
        await systems.callbacks.book("d", NUMBER, AT)
    assert await rows(systems, "SELECT key FROM callbacks") == [("b",)]


async def test_a_number_is_followed_up_once(systems):
    """A key gives its own answer again; another key changes the day, and there is one call to make."""
    assert await systems.leads.follow_up("a", NUMBER, DUE) == DUE
    assert await systems.leads.follow_up("a", NUMBER, date(2027, 1, 1)) == DUE
    assert await systems.leads.follow_up("b", "+49301234567", date(2027, 1, 1)) == date(2027, 1, 1)
    assert await rows(systems, "SELECT key, number, due FROM follow_ups") == [("b", "+49301234567", "2027-01-01")]


async def test_a_refused_change_leaves_the_other_follow_ups(systems):
    """What could not be done was not half done."""
    await systems.leads.follow_up("a", "030 7654321", DUE)
    await systems.leads.never_call("b", [NUMBER])
    with pytest.raises(Refused):
        await systems.leads.follow_up("c", NUMBER, DUE)
    assert [key for (key,) in await rows(systems, "SELECT key FROM follow_ups")] == ["a"]


async def test_the_list_is_written_once_a_number_and_may_be_written_again(systems):
    """Twice the same key, two keys, and two numbers that are one: a line each."""
    for key in ("a", "a", "b"):
        await systems.leads.never_call(key, [NUMBER, "+49301234567", "030 7654321"])
    listed = await rows(systems, "SELECT number FROM do_not_call WHERE key <> 'seed' ORDER BY number")
    assert listed == [("+49301234567",), ("+49307654321",)]


@pytest.mark.parametrize("change", ["DELETE FROM do_not_call", "UPDATE do_not_call SET number = '+1'"])
async def test_who_is_on_the_list_stays_there(change, tmp_path):
    """For good, also past our own code and past the process."""
    await open_sales_systems(tmp_path / "s.sqlite").leads.never_call("a", [NUMBER])
    with sqlite3.connect(tmp_path / "s.sqlite") as other, pytest.raises(sqlite3.IntegrityError, match="for good"):
        other.execute(change)
    other.close()
    assert await open_sales_systems(tmp_path / "s.sqlite").leads.note("b", "call-1", LEAD, [NUMBER])


async def test_never_and_again_at_the_same_moment_end_in_never(systems):
    """Whichever comes first."""
    asked = [systems.leads.follow_up(f"f{i}", NUMBER, DUE) for i in range(5)]
    asked[2:2] = [systems.leads.never_call("n", [NUMBER])]
    await asyncio.gather(*asked, return_exceptions=True)
    assert await rows(systems, "SELECT * FROM follow_ups") == []


async def test_a_call_has_one_lead_as_last_noted(systems):
    """Who corrects their budget is not two who might buy; and noting it reads the list."""
    assert not await systems.leads.note("a", "call-1", LEAD, ["+49301234567"])
    await systems.leads.never_call("n", [NUMBER])
    better = Lead("phones", 9_000_00, "decides", "now")
    assert await systems.leads.note("b", "call-1", better, ["030 7654321", NUMBER])
    assert await rows(systems, "SELECT key, budget_cents FROM leads") == [("b", 9_000_00)]


async def test_without_a_number_nobody_is_on_the_list(systems):
    """Nothing to look for is nothing found."""
    assert not await systems.leads.note("a", "call-1", LEAD, [])


@pytest.mark.parametrize(
    ("people", "cents"), [(1, 25_00), (10, 250_00), (11, 220_00), (500, 7_500_00), (501, None), (0, None), (-3, None)]
)
async def test_what_it_costs_our_price_list_computes(people, cents, systems):
    """By how many they are; for too many, or nobody, there is no price."""
    assert await systems.prices.a_month(people) == cents

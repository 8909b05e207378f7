"""What sales keep: nobody on the do-not-call list is followed up, whatever came first; and each thing is there once."""

import asyncio
import sqlite3
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text

from agents.sales.systems import Lead
from app.business.numbers import one_number
from app.business.sales import open_sales_systems
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
    assert await systems.leads.never_call("a:1", "a", NUMBER)
    with pytest.raises(Refused, match="do-not-call"):
        await systems.leads.follow_up("b:1", "+49 30 1234567", DUE, None)
    assert await rows(systems, "SELECT * FROM follow_ups") == []


async def test_a_follow_up_from_before_is_gone(systems):
    """And cannot be put back, not even with its own key."""
    await systems.leads.follow_up("a:1", NUMBER, DUE, NUMBER)
    await systems.leads.never_call("b:1", "b", NUMBER)
    assert await rows(systems, "SELECT * FROM follow_ups") == []
    with pytest.raises(Refused):
        await systems.leads.follow_up("a:1", NUMBER, DUE, NUMBER)


async def test_a_callback_is_withdrawn_and_none_is_booked_again(systems):
    """Other people's callbacks stay."""
    await systems.callbacks.book("a:1", NUMBER, AT)
    await systems.callbacks.book("b:1", "030 7654321", AT)
    await systems.leads.never_call("c:1", "c", "+49301234567")
    with pytest.raises(Refused):
        await systems.callbacks.book("d:1", NUMBER, AT)
    assert await rows(systems, "SELECT key FROM callbacks") == [("b:1",)]


@pytest.mark.parametrize("line", [None, "", "anonymous", "+49301111111", "112"])
async def test_nobody_but_who_is_on_a_number_takes_its_calls_away(line, systems):
    """Without a line, or from another, only what this very call arranged is called off, on whatever number."""
    await systems.callbacks.book("victim:1", NUMBER, AT)
    await systems.leads.follow_up("victim:2", NUMBER, DUE, NUMBER)
    await systems.callbacks.book("a:1", "030 7654321", AT)
    await systems.leads.follow_up("a:2", "030 7654322", DUE, line)
    assert await systems.leads.never_call("a:3", "a", line) == (line == "+49301111111")
    left = "SELECT key FROM callbacks UNION SELECT key FROM follow_ups ORDER BY key"
    assert await rows(systems, left) == [("victim:1",), ("victim:2",)]


async def test_what_a_call_called_off_does_not_come_after_all(systems):
    """Work that was under way meanwhile is refused; another call's is not, even one whose id begins alike."""
    await systems.leads.never_call("a:3", "a", None)
    with pytest.raises(Refused):
        await systems.leads.follow_up("a:2", NUMBER, DUE, None)
    with pytest.raises(Refused):
        await systems.callbacks.book("a:1", NUMBER, AT)
    for other in ("b:1", "aa:1", "a:b:1"):
        await systems.callbacks.book(other, NUMBER, AT)
    assert len(await rows(systems, "SELECT key FROM callbacks")) == 3


async def test_a_number_is_followed_up_once(systems):
    """A key gives its own answer again; from that number the day is changed, and there is one call to make."""
    assert await systems.leads.follow_up("a:1", NUMBER, DUE, NUMBER) == DUE
    assert await systems.leads.follow_up("a:1", NUMBER, date(2027, 1, 1), NUMBER) == DUE
    assert await systems.leads.follow_up("b:1", "+49301234567", date(2027, 1, 1), NUMBER) == date(2027, 1, 1)
    assert await rows(systems, "SELECT key, number, due FROM follow_ups") == [("b:1", "+49301234567", "2027-01-01")]


@pytest.mark.parametrize("line", [None, "030 7654321"])
async def test_from_another_line_nobody_changes_the_day_of_a_follow_up(line, systems):
    """They hear the day that stands; a call may change what it arranged itself."""
    await systems.leads.follow_up("victim:1", NUMBER, DUE, NUMBER)
    assert await systems.leads.follow_up("a:1", NUMBER, date(2036, 1, 1), line) == DUE
    assert await rows(systems, "SELECT key FROM follow_ups") == [("victim:1",)]
    await systems.leads.follow_up("a:2", "030 7654322", DUE, line)
    assert await systems.leads.follow_up("a:3", "030 7654322", date(2027, 1, 1), line) == date(2027, 1, 1)


async def test_a_refused_change_leaves_the_other_follow_ups(systems):
    """What could not be done was not half done."""
    await systems.leads.follow_up("a:1", "030 7654321", DUE, None)
    await systems.leads.never_call("b:1", "b", NUMBER)
    with pytest.raises(Refused):
        await systems.leads.follow_up("c:1", NUMBER, DUE, None)
    assert [key for (key,) in await rows(systems, "SELECT key FROM follow_ups")] == ["a:1"]


async def test_the_list_is_written_once_a_number_and_may_be_written_again(systems):
    """Twice the same key, two keys, and one number written in two ways: one line."""
    for key, call, line in (("a:1", "a", NUMBER), ("a:1", "a", NUMBER), ("b:1", "b", "+49301234567")):
        assert await systems.leads.never_call(key, call, line)
    assert await rows(systems, "SELECT number FROM do_not_call WHERE key <> 'seed'") == [("+49301234567",)]


@pytest.mark.parametrize("change", ["DELETE FROM do_not_call", "UPDATE do_not_call SET number = '+1'"])
async def test_who_is_on_the_list_stays_there(change, tmp_path):
    """For good, also past our own code and past the process."""
    await open_sales_systems(tmp_path / "s.sqlite").leads.never_call("a:1", "a", NUMBER)
    with sqlite3.connect(tmp_path / "s.sqlite") as other, pytest.raises(sqlite3.IntegrityError, match="for good"):
        other.execute(change)
    other.close()
    assert await open_sales_systems(tmp_path / "s.sqlite").leads.note("b", "call-1", LEAD, [NUMBER])


async def test_never_and_again_at_the_same_moment_end_in_never(systems):
    """Whichever comes first."""
    asked = [systems.leads.follow_up(f"f{i}:1", NUMBER, DUE, NUMBER) for i in range(5)]
    asked[2:2] = [systems.leads.never_call("n:1", "n", NUMBER)]
    await asyncio.gather(*asked, return_exceptions=True)
    assert await rows(systems, "SELECT * FROM follow_ups") == []


@pytest.mark.parametrize("said", ["", "none", "112", "1-800-FLOWERS", "call me", "*31#0301234567"])
async def test_what_is_no_whole_number_is_called_by_nobody(said, systems):
    """A number is asked for, whatever a model gave."""
    with pytest.raises(Refused, match="number"):
        await systems.callbacks.book("a:1", said, AT)
    with pytest.raises(Refused, match="number"):
        await systems.leads.follow_up("a:2", said, DUE, None)


async def test_a_call_has_one_lead_as_last_noted(systems):
    """Who corrects their budget is not two who might buy; and noting it reads the list."""
    assert not await systems.leads.note("a", "call-1", LEAD, ["+49301234567"])
    await systems.leads.never_call("n:1", "n", NUMBER)
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


@pytest.mark.parametrize("line", ["+491511", "+49151123", "01511234", "anonymous", "100"])
async def test_what_is_no_whole_number_is_listed_nowhere_and_calls_off_nothing_of_others(systems, line):
    """The beginning of strangers' numbers is nobody's."""
    await systems.callbacks.book("a:1", "+4915112345678", AT)
    await systems.leads.follow_up("b:1", "+4915119999999", DUE)
    assert not await systems.leads.never_call("x:1", "x", line)
    assert await rows(systems, "SELECT number FROM do_not_call WHERE key <> 'seed'") == []
    assert await rows(systems, "SELECT phone FROM callbacks") == [("+4915112345678",)]
    assert await rows(systems, "SELECT number FROM follow_ups") == [("+4915119999999",)]


async def test_a_short_number_is_only_itself(systems):
    """Those that begin with it are other people's."""
    assert await systems.leads.never_call("x:1", "x", "+4930123")
    await systems.callbacks.book("a:1", "+493012345", AT)
    assert await rows(systems, "SELECT phone FROM callbacks") == [("+493012345",)]
    with pytest.raises(Refused):
        await systems.callbacks.book("a:2", "+4930123", AT)


async def test_nobodys_callback_is_withdrawn_by_a_number_it_only_begins_with(systems):
    """A longer number that somebody can have may be theirs: it is kept, and no new one is taken."""
    await systems.callbacks.book("a:1", "+49301234567", AT)
    assert await systems.leads.never_call("x:1", "x", "+4930123456")
    assert await rows(systems, "SELECT phone FROM callbacks") == [("+49301234567",)]
    with pytest.raises(Refused):
        await systems.callbacks.book("b:1", "+49301234568", AT)

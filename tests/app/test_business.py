"""The business systems: what callers may learn, and what can never happen to money and calendar."""

import asyncio
import sqlite3
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from agents.support.systems import Account, Order, Refund
from app.business import CALLBACKS_PER_HOUR, open_support_systems
from guards.refunds import REFUND_LIMIT_CENTS
from interlock.agents.systems import Refused, SystemDown
from interlock.app.store import StoreError

BERLIN = ZoneInfo("Europe/Berlin")
MONDAY_TEN = datetime(2026, 3, 2, 10, tzinfo=BERLIN)


@pytest.fixture
def systems():
    return open_support_systems()


async def test_number_and_postcode_that_belong_together_give_the_account(systems):
    """Spaces between digits do not matter."""
    assert await systems.accounts.verify("4471", "803 31") == Account("4471", "Anna Kowalski")


@pytest.mark.parametrize(("number", "postcode"), [("4471", "10115"), ("5520", "80331"), ("9999", "80331"), ("", "")])
async def test_anything_else_gives_no_account(systems, number, postcode):
    """Another account's postcode is no proof."""
    assert await systems.accounts.verify(number, postcode) is None


async def test_an_order_is_found_by_its_own_account_only(systems):
    """A caller verified for one account sees nothing of another's."""
    assert await systems.orders.find("4471", "1042") == Order("1042", "delivered", "Router AX", 3990)
    assert await systems.orders.find("5520", "1042") is None
    assert await systems.orders.find("4471", "9999") is None


async def test_a_refund_happens_once_a_key(systems):
    """The same key again gives the same reference and pays nothing more."""
    first = await systems.orders.refund("call:1", "4471", "1042", 1000)
    assert await systems.orders.refund("call:1", "4471", "1042", 1000) == first
    assert (await systems.orders.find("4471", "1042")).paid_cents == 2990


async def test_a_refund_says_what_is_left(systems):
    """As of this refund, whoever else was paid back since the order was looked up."""
    await systems.orders.refund("a", "4471", "1042", 1000)
    assert (await systems.orders.refund("b", "4471", "10 42", 500)).left_cents == 2490


async def test_refunds_never_add_up_to_more_than_was_paid(systems):
    """The last cent can be paid back, one more cannot."""
    await systems.orders.refund("a", "4471", "1042", 3000)
    with pytest.raises(Refused, match="left of the payment"):
        await systems.orders.refund("b", "4471", "1042", 991)
    assert await systems.orders.refund("c", "4471", "1042", 990)
    with pytest.raises(Refused):
        await systems.orders.refund("d", "4471", "1042", 1)


async def test_refunds_at_the_same_moment_cannot_outrun_the_limit(systems):
    """Ten refunds of a thousand cents against 3990: three are paid."""
    paid = await asyncio.gather(
        *(systems.orders.refund(f"k{i}", "4471", "1042", 1000) for i in range(10)), return_exceptions=True
    )
    assert sum(isinstance(p, Refund) for p in paid) == 3
    assert sum(isinstance(p, Refused) for p in paid) == 7


async def test_more_than_our_limit_for_one_order_needs_a_colleague(systems):
    """In parts too, and however much was paid; what reaches the limit exactly is within it."""
    await systems.orders.refund("a", "4471", "1043", 3000)
    with pytest.raises(Refused, match="needs a colleague"):
        await systems.orders.refund("b", "4471", "1043", 2001)
    assert (await systems.orders.refund("c", "4471", "1043", 2000)).refunded_cents == REFUND_LIMIT_CENTS
    with pytest.raises(Refused, match="needs a colleague"):
        await systems.orders.refund("d", "4471", "1043", 1)


async def test_a_file_of_before_the_limit_has_it_once_it_is_opened(tmp_path):
    """The rules of a file are those of today, not those of the day it was made."""
    file = tmp_path / "business.sqlite"
    open_support_systems(file)
    raw = sqlite3.connect(file)
    raw.execute("DROP TRIGGER refund_within_paid")
    raw.execute("CREATE TRIGGER refund_within_paid BEFORE INSERT ON refunds BEGIN SELECT 1; END")
    raw.close()
    with pytest.raises(Refused, match="needs a colleague"):
        await open_support_systems(file).orders.refund("k", "4471", "1043", 5001)


@pytest.mark.parametrize(
    ("account", "order", "amount", "says"),
    [
        ("4471", "9999", 100, "no order"),
        ("5520", "1042", 100, "no order"),
        ("4471", "1042", 0, "nothing to pay"),
        ("4471", "1042", -5, "nothing to pay"),
        ("5520", "2002", 1, "left"),
    ],
)
async def test_a_refund_that_makes_no_sense_is_refused_in_words_for_the_caller(systems, account, order, amount, says):
    """Unknown order, another account's, nothing, less than nothing, and an order nobody paid for."""
    with pytest.raises(Refused, match=says):
        await systems.orders.refund("k", account, order, amount)


async def test_a_full_hour_is_refused_and_the_next_one_is_not(systems):
    """As many callbacks an hour as there are colleagues."""
    for place in range(CALLBACKS_PER_HOUR):
        await systems.callbacks.book(f"k{place}", "+4930123456", MONDAY_TEN + timedelta(minutes=place))
    with pytest.raises(Refused, match="another time"):
        await systems.callbacks.book("late", "+4930123456", MONDAY_TEN + timedelta(minutes=59))
    assert await systems.callbacks.book("late", "+4930123456", MONDAY_TEN + timedelta(hours=1))


async def test_the_same_hour_in_another_zone_is_the_same_hour(systems):
    """Ten in Berlin and nine in London are one hour of one colleague."""
    london = MONDAY_TEN.astimezone(ZoneInfo("Europe/London"))
    for place in range(CALLBACKS_PER_HOUR):
        await systems.callbacks.book(f"k{place}", "+4930123456", london)
    with pytest.raises(Refused):
        await systems.callbacks.book("k", "+4930123456", MONDAY_TEN)


async def test_a_booking_happens_once_a_key(systems):
    """A retry takes no second place, even when the hour filled up since."""
    first = await systems.callbacks.book("call:7", "+4930123456", MONDAY_TEN)
    for place in range(1, CALLBACKS_PER_HOUR):
        await systems.callbacks.book(f"k{place}", "+4930123456", MONDAY_TEN)
    assert await systems.callbacks.book("call:7", "+4930123456", MONDAY_TEN) == first


async def test_a_call_replaces_its_own_booking_and_nobody_elses(systems):
    """Not that of a call whose id begins with its own, either."""
    for key in ("a:b:1", "aa:1", "a:1", "a:2"):
        await systems.callbacks.book(key, "+4930123456", MONDAY_TEN + timedelta(hours=len(key)))
    query = text("SELECT key FROM callbacks ORDER BY key")
    left = await systems.callbacks._database.run(lambda c: c.execute(query).scalars().all())
    assert left == ["a:2", "a:b:1", "aa:1"]


async def test_a_booking_needs_a_number_and_a_zone(systems):
    """No number is the caller's to mend, no zone is ours."""
    with pytest.raises(Refused, match="number"):
        await systems.callbacks.book("k", "", MONDAY_TEN)
    with pytest.raises(ValueError, match="no zone"):
        await systems.callbacks.book("k", "+4930123456", datetime(2026, 3, 2, 10))


async def test_what_was_done_is_still_there_after_opening_again(tmp_path):
    """Seeding again neither restores what was paid back nor doubles an account."""
    file = tmp_path / "business.sqlite"
    await open_support_systems(file).orders.refund("k", "4471", "1042", 3990)
    again = open_support_systems(file)
    assert (await again.orders.find("4471", "1042")).paid_cents == 0


async def test_the_table_itself_refuses_what_must_not_be(tmp_path):
    """Whoever writes past our code meets the same limits."""
    file = tmp_path / "business.sqlite"
    systems = open_support_systems(file)
    await systems.orders.refund("k", "4471", "1042", 100)
    raw = sqlite3.connect(file)
    for wrong in (
        "INSERT INTO refunds (key, order_number, amount_cents) VALUES ('x', '1042', 3891)",
        "INSERT INTO refunds (key, order_number, amount_cents) VALUES ('k', '1042', 1)",
        "UPDATE refunds SET amount_cents = 1",
        "DELETE FROM refunds",
        "INSERT INTO refunds (key, order_number, amount_cents) VALUES ('y', '1043', 5001)",
        "INSERT INTO callbacks (key, hour, place, at, phone) VALUES ('x', '2026-03-02T09', 4, '', '1')",
    ):
        with pytest.raises(sqlite3.IntegrityError):
            raw.execute(wrong)
    raw.close()


async def test_a_database_that_does_not_answer_is_a_system_down(tmp_path, monkeypatch):
    """Locked by another process: nothing is paid, and it works again afterwards."""
    monkeypatch.setattr("interlock.app.business.database.BUSY_TIMEOUT_S", 0.01)
    file = tmp_path / "business.sqlite"
    systems = open_support_systems(file)
    other = sqlite3.connect(file)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(SystemDown, match="OperationalError"):
        await systems.orders.refund("k", "4471", "1042", 100)
    other.rollback()
    other.close()
    assert await systems.orders.refund("k", "4471", "1042", 100)


def test_a_file_that_is_no_database_is_named(tmp_path):
    """One line with the file in it."""
    file = tmp_path / "notes.txt"
    file.write_text("not a database, but long enough to be looked at as one " * 4)
    with pytest.raises(StoreError, match=r"notes\.txt cannot be used"):
        open_support_systems(file)

"""Retention: personal data goes with age, calls under way stay as they are, and a run that was broken off goes on."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from interlock.app.store import StoreError, tables
from interlock.app.store.erasing import Erasure
from interlock.app.store.pruning import age_of, due, prune
from interlock.app.store.rows import text_of
from tests.store.personal import AT, Place, chain_holds

DAY = timedelta(days=1)


@pytest.fixture
def place(store):
    """
    The record.
    """
    return Place(store)


async def aged(place, journal, call_id, **changes):
    """A call with other times than it had."""
    await place.record(journal, call_id, ends=bool(changes.get("ended_at")))
    this = tables.calls.c.call_id == call_id
    await journal.transact(lambda connection: connection.execute(update(tables.calls).where(this).values(changes)))


async def five_calls(place, journal):
    """Ended long ago, ended today, live since long ago, left by its driver long ago, left by its driver just now."""
    now = await journal.read(lambda connection: connection.execute(select(tables.db_now())).scalar_one())
    today = text_of(AT.fromtimestamp(now, AT.tzinfo))
    old = {"started_at": text_of(AT)}
    await aged(place, journal, "ended", ended_at=text_of(AT + DAY))
    await aged(place, journal, "today", ended_at=today)
    await aged(place, journal, "left", **old, lease_until=AT.timestamp() + 60)
    await aged(place, journal, "silent", **old, lease_until=now - 60)
    await aged(place, journal, "live", **old, lease_until=tables.db_now() + 3)


async def test_only_calls_that_are_over_for_long_enough_lose_their_data(place):
    """
    By their end, or by the last sign of life of whoever drove them; their chains stay, with a line that says so.
    """
    with place.journal() as journal:
        await five_calls(place, journal)
        with place.upkeep() as store:
            assert {its.call_id for its in due(store, DAY)} == {"ended", "left"}
            assert sorted(prune(store, DAY), key=lambda its: its.call_id) == [Erasure("ended", 4), Erasure("left", 4)]
            assert list(due(store, DAY)) == []
            assert [bool(store.private(its)) for its in ("ended", "today", "left", "silent", "live")] == [0, 1, 0, 1, 1]
            assert store.records("ended")[-1].audit == {"entries": 4, "why": "retention"}
            assert chain_holds(store, "ended")


async def test_counting_changes_nothing(place):
    """
    It tells what pruning would erase, and erases none of it.
    """
    with place.journal() as journal:
        await place.record(journal, "one")
        with place.upkeep() as store:
            assert list(due(store, DAY)) == [Erasure("one", 4)]
            assert len(journal.private("one")) == 2
            assert len(journal.records("one")) == 4


async def test_a_run_broken_off_goes_on_where_it_was(place, monkeypatch):
    """
    Nothing is erased twice, and nothing is left.
    """
    monkeypatch.setattr("interlock.app.store.upkeep.BATCH", 2)
    monkeypatch.setattr("interlock.app.store.pruning.BATCH", 2)
    with place.journal() as journal:
        for number in range(5):
            await place.record(journal, f"c{number}")
        with place.upkeep() as store:
            assert next(prune(store, DAY)) == Erasure("c0", 4)
        with place.upkeep() as store:
            assert [its.call_id for its in prune(store, DAY)] == ["c2", "c3", "c4"]
            assert [len(store.records(f"c{number}")) for number in range(5)] == [5] * 5


async def test_the_name_of_a_room_whose_call_never_began_goes_too(place):
    """
    A phone's room has its number in it.
    """
    room = {
        "sid": "RM_1",
        "call_id": "never",
        "flow": "support",
        "name": b"+4930123456",
        "dispatches": 0,
        "claimed_at": AT.timestamp(),
    }
    with place.journal() as journal:
        await journal.transact(lambda connection: connection.execute(tables.rooms.insert(), room))
        with place.upkeep() as store:
            assert list(due(store, DAY)) == [Erasure("never", 1)]
            assert list(prune(store, DAY)) == [Erasure("never", 1)]
            count = select(func.count()).select_from(tables.rooms)
            assert store.read(lambda connection: connection.execute(count).scalar_one()) == 0


@pytest.mark.parametrize(
    ("text", "age"), [("90d", 90 * DAY), ("12h", DAY / 2), (" 6w", 42 * DAY)], ids=["days", "hours", "weeks"]
)
def test_an_age_is_a_number_and_a_unit(text, age):
    """
    As people write it.
    """
    assert age_of(text) == age


@pytest.mark.parametrize("text", ["", "90", "d", "1y", "-1d", "1.5d", "99999d", "\u0661d", "1d1d"])
def test_what_is_no_age_is_named(text):
    """
    A wrong one would erase too much.
    """
    with pytest.raises(StoreError, match="expected a number"):
        age_of(text)

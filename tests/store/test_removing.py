"""Whole calls are removed once they ended long enough ago, each with everything of it, or not at all."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from interlock.app.store import removing, tables
from interlock.app.store.removing import TABLES, Over, over, remove
from interlock.app.store.rows import text_of
from tests.store.personal import AT, Place

DAY = timedelta(days=1)


@pytest.fixture
def place(store):
    """
    The record.
    """
    return Place(store)


def left_of(store, call_id):
    """The tables that still hold something of a call."""
    return [
        t.name for t in TABLES if store.read(lambda c, t=t: c.execute(select(t).where(t.c.call_id == call_id)).all())
    ]


async def changed(journal, call_id, **values):
    """The call's row says something else."""
    this = update(tables.calls).where(tables.calls.c.call_id == call_id)
    await journal.transact(lambda connection: connection.execute(this.values(**values)))


async def test_only_calls_that_ended_long_ago_are_old_enough(place):
    """
    By their row and by their record: nobody makes a call old who cannot write its chain.
    """
    now = text_of(AT + timedelta(days=36500))
    with place.journal() as journal:
        for call_id, ends in (("old", True), ("today", True), ("left", False), ("made old", False)):
            await place.record(journal, call_id, ends=ends)
        await changed(journal, "today", ended_at=now)
        await changed(journal, "made old", ended_at=text_of(AT))
        with place.upkeep() as store:
            assert list(over(store, DAY)) == [Over("old", 4)]


async def test_nothing_of_a_removed_call_is_left_and_others_stay(place, monkeypatch):
    """
    In no table; whoever notes it hears how long each was and what it ended in.
    """
    monkeypatch.setattr(removing, "AT_ONCE", 2)
    noted, batches = {}, []
    with place.journal() as journal, place.upkeep() as store:
        for call_id in ("a", "b", "c", "stays"):
            await place.record(journal, call_id)

        def note(ends):
            batches.append(len(ends))
            noted.update(ends)

        old = [its for its in over(store, DAY) if its.call_id != "stays"]
        heads = {its.call_id: store.read(head_of(its.call_id)) for its in old}
        assert list(remove(store, old, note)) == old
        assert noted == {call_id: (4, head) for call_id, head in heads.items()}
        assert batches == [2, 1]
        assert [left_of(store, call_id) for call_id in ("a", "b", "c")] == [[], [], []]
        assert left_of(store, "stays") == [table.name for table in TABLES]


def head_of(call_id):
    """What a call's row gives as the hash of its last record."""
    query = select(tables.calls.c.head).where(tables.calls.c.call_id == call_id)
    return lambda connection: bytes(connection.execute(query).scalar_one())


async def test_a_call_that_cannot_be_noted_stays_whole(place):
    """
    A removal nobody signed would look like tampering.
    """

    def note(ends):
        raise RuntimeError("the disk is full")

    with place.journal() as journal, place.upkeep() as store:
        await place.record(journal, "old")
        with pytest.raises(RuntimeError, match="disk is full"):
            list(remove(store, list(over(store, DAY)), note))
        assert left_of(store, "old") == [table.name for table in TABLES]

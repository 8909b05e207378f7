"""Another key: everything is sealed with it, what was done is not done again, and older keys only open."""

import pytest
from sqlalchemy import select

from interlock.app.store import StoreError, rekeying
from interlock.app.store.rekeying import reseal
from interlock.app.store.remembering import recall
from interlock.app.store.sealing import Seal, new_key
from tests.store.personal import KEPT, Place


@pytest.fixture
def place(store):
    """
    The record.
    """
    return Place(store, key=new_key())


def sums(batches):
    """Values seen, and values sealed anew."""
    batches = list(batches)
    return sum(seen for seen, _ in batches), sum(sealed for _, sealed in batches)


def everything(store):
    """All that is kept, as it is stored."""
    return [
        bytes(value)
        for table, name in KEPT
        for value in store.read(lambda connection, c=table.c[name]: connection.execute(select(c)).scalars().all())
    ]


@pytest.mark.parametrize("sealed_before", [True, False], ids=["sealed", "plain"])
async def test_afterwards_the_new_key_alone_opens_everything(place, monkeypatch, sealed_before):
    """
    Facts, turns and names of rooms; what was never sealed is sealed then.
    """
    monkeypatch.setattr(rekeying, "ROWS", 2)
    old, new = place.key if sealed_before else "", new_key()
    place.key = old
    with place.journal() as journal:
        for number in range(3):
            await place.record(journal, f"c{number}", caller_name="Anna")
        rooms = {row.sid: journal.seal.open(bytes(row.name), "room", row.sid) for row in _rooms(place)}
    place.key = f"{new},{old}".strip(",")
    with place.upkeep() as store:
        assert store.private("c1")[2]["facts"]["caller_name"] == "Anna"  # readable all the while
        assert sums(reseal(store)) == (13, 13)
        assert sums(reseal(store)) == (13, 0)
    place.key = new
    with place.upkeep() as store:
        assert store.private("c1")[2]["facts"]["caller_name"] == "Anna"
        assert recall_(store, "c1").startswith("I am ")
        assert {row.sid: store.seal.open(bytes(row.name), "room", row.sid) for row in _rooms(place)} == rooms


def recall_(store, call_id):
    return store.read(lambda connection: recall(connection, store.seal, call_id))[0].text


def _rooms(place):
    from interlock.app.store.tables import rooms

    with place.upkeep() as store:
        return store.read(lambda connection: connection.execute(select(rooms)).all())


async def test_broken_off_it_goes_on(place, monkeypatch):
    """
    Batches that were sealed stay so; the others wait for the next run, and both open meanwhile.
    """
    monkeypatch.setattr(rekeying, "ROWS", 2)
    with place.journal() as journal:
        for number in range(3):
            await place.record(journal, f"c{number}")
    place.key = f"{new_key()},{place.key}"
    with place.upkeep() as store:
        assert next(reseal(store)) == (2, 2)
        assert [len(store.private(f"c{number}")) for number in range(3)] == [2, 2, 2]
        assert sums(reseal(store)) == (13, 11)


async def test_a_value_no_key_opens_is_said_and_left(place):
    """
    Its call would be lost if it were sealed as it is.
    """
    with place.journal() as journal:
        await place.record(journal, "one")
    place.key = new_key()
    with place.upkeep() as store:
        before = everything(store)
        with pytest.raises(StoreError, match="another key than INTERLOCK_STORE_KEY"):
            list(reseal(store))
        assert everything(store) == before


def test_the_first_key_seals_and_any_opens():
    """
    In the order in which they are set.
    """
    old, new = new_key(), new_key()
    was = Seal(old).close(b"value", "c1", 1)
    both = Seal(f"{new},{old}")
    assert both.open(was, "c1", 1) == b"value"
    assert Seal(new).open(both.close(b"value", "c1", 1), "c1", 1) == b"value"
    assert Seal(new).open(both.renew(was, "c1", 1), "c1", 1) == b"value"
    assert both.renew(both.close(b"value", "c1", 1), "c1", 1) is None


def test_a_value_cannot_be_moved_to_another_place():
    """
    Nobody who may write the table can give one caller's facts to another call.
    """
    seal = Seal(new_key())
    with pytest.raises(StoreError, match="changed since"):
        seal.open(seal.close(b"value", "c1", 1), "c2", 1)


@pytest.mark.parametrize("cut", [1, 5, 13, 20, -1])
def test_a_sealed_value_that_was_cut_off_is_said(cut):
    """
    Whichever part of it is left.
    """
    seal = Seal(new_key())
    with pytest.raises(StoreError, match="changed since"):
        seal.open(seal.close(b"value", "c1", 1)[:cut], "c1", 1)


KEY = "A" * 43 + "="


@pytest.mark.parametrize("key", ["word", KEY[:-4], f"{KEY},word", f"{KEY},", f",{KEY}", "ü" * 44, f"!{KEY}"])
def test_what_is_no_key_is_said_without_it(key):
    """
    Half a key, a word, an empty one after a comma.
    """
    with pytest.raises(StoreError, match="INTERLOCK_STORE_KEY is no key") as said:
        Seal(key)
    assert key not in str(said.value)

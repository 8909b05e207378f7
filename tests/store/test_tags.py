"""A call's tag: made of the end of its chain by the store's own key, so without that no chain is made to fit."""

from contextlib import closing

import pytest
from sqlalchemy import delete, insert, select, update

from interlock.app.store import BUSY_TIMEOUT_MS, StoreError, open_reader, tables
from interlock.app.store.opening import database_for_writing
from interlock.app.store.sealing import new_key
from interlock.app.store.upgrading import upgrade
from tests.store.before import written_before
from tests.store.entries import accepted, ended, opened
from tests.store.forging import chained_anew, forge
from tests.store.personal import Place

UNFIT = "its tag is not what its records give"
R, C = tables.records.c, tables.calls.c


@pytest.fixture
def place(store):
    """
    The record, sealed.
    """
    return Place(store, key=new_key())


def misfits(place, call_id="one", key=None):
    """What does not fit of a call."""
    with open_reader(place.store, place.key if key is None else key) as reader:
        return [its.said for its in reader.fit(call_id).misfits]


def stripped(connection):
    """Nothing is covered any more, as if it were from before anything was."""
    connection.execute(update(tables.records).values(covers=None))
    connection.execute(update(tables.calls).values(uncovered=None))


def rewritten(connection):
    """A record says something else."""
    connection.execute(update(tables.records).where(R.seq == 2).values(audit='{"fields":["caller_verified"]}'))


def cut(connection):
    """The end is cut off."""
    for table in (tables.private, tables.records):
        connection.execute(delete(table).where(table.c.seq > 2))
    connection.execute(update(tables.calls).values(ended_at=None, end_reason=None))


def added(connection):
    """A record more."""
    last = connection.execute(select(tables.records).where(R.seq == 4)).one()
    more = {**last._mapping, "seq": 5, "kind": "facts.established"}
    connection.execute(insert(tables.records), more)


@pytest.mark.parametrize("way", [stripped, rewritten, cut, added])
async def test_a_chain_that_was_made_to_fit_without_the_key_does_not(place, way):
    """
    Whatever was done to it; without the key nobody can tell, and whoever has the key and made it can.
    """
    with place.journal() as journal:
        await place.record(journal, "one")
        key = journal.seal.commitment_key
    forge(place.store, way, lambda connection: chained_anew(connection, "one"))
    assert any(UNFIT in said for said in misfits(place))
    assert not any(UNFIT in said for said in misfits(place, key=""))
    forge(place.store, lambda connection: chained_anew(connection, "one", key))
    assert not any(UNFIT in said for said in misfits(place))


async def test_a_call_that_was_made_up_has_no_tag_that_fits(place):
    """
    Nor has one that was given another's, or none.
    """
    with place.journal() as journal:
        await journal.append([opened("one"), accepted(2, 1, "one")])

    def copied(connection):
        for table in (tables.calls, tables.records):
            rows = connection.execute(select(table)).all()
            connection.execute(insert(table), [{**row._mapping, "call_id": "two"} for row in rows])
        chained_anew(connection, "two")

    forge(place.store, copied)
    assert any(UNFIT in said for said in misfits(place, "two"))
    forge(place.store, lambda connection: connection.execute(update(tables.calls).values(tag=None)))
    assert any("it has no tag" in said for said in misfits(place, "one"))


async def test_it_goes_with_each_record_of_every_writer(place):
    """
    Another driver's, and whoever erases the call.
    """
    with place.journal() as journal:
        await place.record(journal, "one", ends=False)
        assert misfits(place) == []
    with place.journal() as journal:
        await journal.append([ended(4, "one")])
        assert misfits(place) == []
    with place.upkeep() as store:
        assert [its.entries for its in store.erase(["one"], "asked for")] == [3]
    assert misfits(place) == []


async def test_whoever_erases_needs_the_key(place):
    """
    What would be written could not be told from what somebody made up.
    """
    with place.journal() as journal:
        await place.record(journal, "one")
    place.key = ""
    with place.upkeep() as store, pytest.raises(StoreError, match="INTERLOCK_STORE_KEY"):
        list(store.erase(["one"], "asked for"))


@pytest.mark.parametrize("pages", [1, 2])
def test_calls_from_before_get_theirs_by_the_upgrade(tmp_path, monkeypatch, pages):
    """
    From there on nothing is made to fit in them; what has none later is given none.
    """
    monkeypatch.setattr("interlock.app.store.tagging.CALLS", 3 - pages)
    place = Place(str(tmp_path / "calls.sqlite"))
    written_before(place.store)
    written_before(place.store, "c2")
    upgrade(place.store, BUSY_TIMEOUT_MS)
    assert misfits(place, "c1") == misfits(place, "c2") == []
    forge(place.store, rewritten, lambda connection: chained_anew(connection, "c1"))
    assert [UNFIT in said for said in misfits(place, "c1")] == [True]
    forge(place.store, lambda connection: connection.execute(update(tables.calls).values(tag=None)))
    upgrade(place.store, BUSY_TIMEOUT_MS)
    assert ["it has no tag" in said for said in misfits(place, "c1")] == [True]


def test_an_upgrade_that_was_broken_off_goes_on(tmp_path, monkeypatch):
    """
    Where it was, until every call has one.
    """
    place = Place(str(tmp_path / "calls.sqlite"), key=new_key())
    written_before(place.store)
    written_before(place.store, "c2")
    monkeypatch.setattr("interlock.app.store.tagging.CALLS", 1)
    wrote = []

    def breaks(*given):
        if wrote:
            raise KeyboardInterrupt
        wrote.append(given)
        return real(*given)

    from interlock.app.store import tagging

    real = tagging.tag
    monkeypatch.setattr("interlock.app.store.tagging.tag", breaks)
    with pytest.raises(KeyboardInterrupt):
        upgrade(place.store, BUSY_TIMEOUT_MS, place.key)
    monkeypatch.setattr("interlock.app.store.tagging.tag", real)
    assert any("it has no tag" in said for call_id in ("c1", "c2") for said in misfits(place, call_id))
    with pytest.raises(StoreError, match="INTERLOCK_STORE_KEY"):
        upgrade(place.store, BUSY_TIMEOUT_MS)
    upgrade(place.store, BUSY_TIMEOUT_MS, place.key)
    assert misfits(place, "c1") == misfits(place, "c2") == []


async def test_a_sealed_record_is_not_upgraded_without_its_key(tmp_path):
    """
    The key of its commitments would lie there open. Nothing was changed.
    """
    place = Place(str(tmp_path / "calls.sqlite"), key=new_key())
    written_before(place.store, seal=place.key)
    with pytest.raises(StoreError, match="is sealed: set INTERLOCK_STORE_KEY"):
        upgrade(place.store, BUSY_TIMEOUT_MS)
    with pytest.raises(StoreError, match="has revision 0001"):
        open_reader(place.store)
    upgrade(place.store, BUSY_TIMEOUT_MS, place.key)
    with closing(database_for_writing(place.store, BUSY_TIMEOUT_MS)) as database:
        names = database.read(lambda connection: connection.execute(select(tables.secrets.c.name)).scalars().all())
    assert names == ["commitments"]

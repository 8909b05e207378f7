"""What a record covers beside its audit part: what is kept apart, the conversation, the call's row."""

import json

import pytest
from sqlalchemy import delete, select, update

from interlock.app.store import BUSY_TIMEOUT_MS, REVISION, StoreError, open_journal, open_reader, tables
from interlock.app.store.commitment_key import NAME
from interlock.app.store.rekeying import reseal
from interlock.app.store.rooms import Room
from interlock.app.store.sealing import Seal, new_key
from interlock.app.store.upgrading import upgrade
from interlock.app.worker.lease import claim
from tests.store.before import FACTS, written_before
from tests.store.entries import accepted, ended, spoil
from tests.store.personal import Place


@pytest.fixture
def place(store):
    """
    The record, sealed.
    """
    return Place(store, key=new_key())


def misfits(place, call_id="one"):
    """What does not fit of a call."""
    with open_reader(place.store, place.key) as reader:
        return [its.said for its in reader.fit(call_id).misfits]


async def recorded(place, **more):
    """A call with facts, arguments and a turn, in a record of its own."""
    with place.journal() as journal:
        await place.record(journal, "one", **more)


async def test_what_was_written_fits(place):
    """
    With the key, without it and after another key: what is covered is the value, not how it was sealed.
    """
    await recorded(place, caller_name="Anna")
    assert misfits(place) == []
    old, place.key = place.key, ""
    assert misfits(place) == []
    place.key = f"{new_key()},{old}"
    with place.upkeep() as store:
        list(reseal(store))
    place.key = place.key.partition(",")[0]
    assert misfits(place) == []


async def test_a_value_put_there_unsealed_does_not_fit(place):
    """
    Whoever may write the store and has no key can write plain values; no commitment is made of them.
    """
    await recorded(place)
    with place.upkeep() as store:
        plain = json.dumps({"facts": {"caller_verified": True}}).encode()
        change = update(tables.private).where(tables.private.c.seq == 2).values(data=plain)
        store.transact(lambda connection: connection.execute(change))
    assert misfits(place) == ["what record 2 kept apart was changed"]


GONE = "DELETE FROM private WHERE seq = 2", "what record 2 kept apart is gone, and nobody erased it"
CHANGED = {
    "private gone": GONE,
    "private moved": (
        "UPDATE private SET data = (SELECT data FROM private AS o WHERE o.seq = 3),"
        " salt = (SELECT salt FROM private AS o WHERE o.seq = 3) WHERE seq = 2",
        "what record 2 kept apart was changed",
    ),
    "turn gone": ("DELETE FROM turns", "turn 1 of the conversation is gone, and nobody erased it"),
    "turn made up": (
        "INSERT INTO turns SELECT call_id, 2, data, salt FROM turns",
        "turn 2 of the conversation is in no record",
    ),
    "turn cut": ("UPDATE turns SET data = substr(data, 1, 20)", "turn 1 of the conversation was changed"),
    "flow": ("UPDATE calls SET flow = 'intake'", "its row says flow intake, its record support"),
    "start": ("UPDATE calls SET started_at = '2020'", "its row says started at 2020, its record 2026-03-02"),
    "end": ("UPDATE calls SET ended_at = NULL", "its row says ended at nothing, its record 2026-03-02"),
    "reason": ("UPDATE calls SET end_reason = 'x'", "its row says end reason x, its record done"),
    "fence": ("UPDATE calls SET fence = 6", "its row says driver 6, its records 1"),
    "owner": ("UPDATE calls SET owner = 'x'", "its row says another owner than its records"),
    "snapshot": (
        "UPDATE calls SET snapshot = replace(snapshot, 'before', 'after')",
        "where the call stands by its row is not what its record covers",
    ),
}


@pytest.mark.parametrize("way", CHANGED)
async def test_what_was_changed_beside_the_chain_does_not_fit(place, way):
    """
    In a sentence, without any value of the caller's.
    """
    await recorded(place)
    statement, said = CHANGED[way]
    spoil(place.store, statement)
    (found,) = misfits(place)
    assert found.startswith(said)


async def test_erasing_takes_value_and_salt_and_what_is_left_fits(place):
    """
    Nobody can try out afterwards what the value was; that it was erased is on record.
    """
    await recorded(place)
    with place.upkeep() as store:
        list(store.erase(["one"], "asked for"))
        rows = store.read(lambda connection: connection.execute(select(tables.private)).all())
        fit = store.fit("one")
    assert (rows, fit.misfits, fit.erased) == ([], [], True)


async def test_a_turn_is_covered_by_the_next_record(place):
    """
    Until then the call's row has its commitment; written anew, the later one counts.
    """
    from interlock.agents.call.journal import Turn

    with place.journal() as journal:
        await place.record(journal, "one", ends=False)
        assert journal.fit("one").uncovered == 1
        await journal.append([accepted(4, 1, "one")])
        assert (journal.fit("one").uncovered, journal.fit("one").misfits) == (0, [])
        await journal.remember("one", Turn(1, "user", "Something else."), 1)
        await journal.append([ended(5, "one")])
        assert (journal.fit("one").uncovered, journal.fit("one").misfits) == (0, [])


async def test_the_key_of_the_commitments_is_one_for_all_writers_and_no_writer_has_another(place):
    """
    It is made with the record; a process without the store's key cannot write.
    """
    await recorded(place)
    with place.journal() as one, place.journal() as other:
        assert one.seal.commitment_key == other.seal.commitment_key != b""
    for key in ("", new_key()):
        with pytest.raises(StoreError, match="INTERLOCK_STORE_KEY"):
            open_journal(place.store, key)


async def test_a_worker_whose_record_was_exchanged_meanwhile_asks_for_its_key_with_each_call(place):
    """
    As where a copy is put back under it: what it writes from then on fits what stands there.
    """
    with place.journal() as journal:
        before = journal.seal.commitment_key
        key = Seal(place.key).close(b"another key", "secret", NAME)
        with place.upkeep() as store:
            store.transact(lambda connection: connection.execute(update(tables.secrets).values(value=key)))
        await claim(journal, Room("RM_2", "a room", "support"), "two")
        assert before != journal.seal.commitment_key == b"another key"
        with place.upkeep() as store:
            store.transact(lambda connection: connection.execute(delete(tables.secrets)))
        await claim(journal, Room("RM_3", "another room", "support"), "three")
        assert before != journal.seal.commitment_key != b"another key"
        await place.record(journal, "one")
    assert misfits(place) == []


def test_what_was_written_before_is_kept_and_said_to_be_unproven(tmp_path):
    """
    Its chain is what it was; what it kept apart nobody can vouch for.
    """
    store = str(tmp_path / "calls.sqlite")
    written_before(store)
    assert upgrade(store, BUSY_TIMEOUT_MS) == ("0001", REVISION)
    with open_reader(store) as reader:
        fit = reader.fit("c1")
        assert (fit.misfits, fit.before) == ([], 3)
        assert reader.private("c1")[2]["facts"] == FACTS
    spoil(store, "UPDATE private SET data = '{}' WHERE seq = 2")
    with open_reader(store) as reader:
        assert reader.fit("c1").misfits == []


async def test_a_call_from_before_goes_on_and_is_covered_from_there(tmp_path):
    """
    Its further records cover what they keep apart and the conversation since.
    """
    store = str(tmp_path / "calls.sqlite")
    written_before(store)
    upgrade(store, BUSY_TIMEOUT_MS)
    with open_journal(store) as journal:
        await journal.append([accepted(4, 2, "c1", private={"args": {"amount_cents": 1}}), ended(5, "c1")])
        assert (journal.fit("c1").misfits, journal.fit("c1").before) == ([], 3)
    spoil(store, "DELETE FROM private WHERE seq = 4")
    with open_reader(store) as reader:
        assert [its.seq for its in reader.fit("c1").misfits] == [4]

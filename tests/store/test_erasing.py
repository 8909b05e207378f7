"""Erasing: afterwards nothing of a caller's is in the files, everything of the others' is, and the chain holds."""

import os
import random
import threading
import uuid
from contextlib import contextmanager

import pytest
from sqlalchemy import select, update
from sqlalchemy.engine import make_url

from interlock.agents.call.journal import Entry, Superseded
from interlock.app.project import FLOWS
from interlock.app.store import ERASED, StoreError, compacting, tables
from interlock.app.store.callers import CALLER_FIELDS, calls_of
from interlock.app.store.erasing import Erasure
from interlock.app.store.sealing import new_key
from tests.store.entries import AT, accepted, held, spoil
from tests.store.personal import Place, chain_holds

SEED = int(os.environ.get("TEST_ERASING_SEED", "1"))
ROUNDS = int(os.environ.get("TEST_ERASING_ROUNDS", "1"))


@pytest.fixture
def place(request, store):
    """
    The record, not sealed.
    """
    return Place(store, request.getfixturevalue("postgres") if "://" in store else None)


@pytest.fixture
def unhurried(monkeypatch):
    """
    Nobody waits for who is in the way.
    """
    monkeypatch.setattr(compacting, "WAIT_S", 0.001)


def erased(place, *call_ids):
    """What became of the calls."""
    with place.upkeep() as store:
        return list(store.erase(call_ids, "asked for"))


def compacted(place, limit_s=None):
    """What stood in the way."""
    with place.upkeep() as store:
        return store.compact(limit_s)


@pytest.mark.parametrize("sealed", [False, True], ids=["plain", "sealed"])
async def test_nothing_of_an_erased_call_is_in_the_files(place, sealed):
    """
    Neither in rows, free pages, the log nor samples for the planner; what was sealed is gone as it was stored.
    """
    place.key = new_key() if sealed else ""
    with place.journal() as journal:
        for call_id in ("one", "two", "other"):
            await place.record(journal, call_id, caller_phone=f"+49 30 {call_id} and more than a page can hold")
        if place.server:
            spoil(place.store, "ANALYZE")
        assert place.found("one", "two", "other") == set().union(*place.said.values())  # it would be found
        assert erased(place, "one", "two") == [Erasure("one", 4), Erasure("two", 4)]
        assert compacted(place) == ""
        assert place.found("one", "two", "other") == place.said["other"]


async def test_what_others_said_and_every_chain_are_as_they_were(place):
    """
    The erased call has one line more, which holds no value; its verdicts can be read.
    """
    with place.journal() as journal:
        await place.record(journal, "one")
        await place.record(journal, "other")
        before, others = journal.records("one"), journal.private("other")
        erased(place, "one")
        compacted(place)
    with place.upkeep() as store:
        *same, last = store.records("one")
        assert same == before
        assert (last.seq, last.kind, last.audit) == (5, ERASED, {"entries": 4, "why": "asked for"})
        assert store.private("one") == {}
        assert store.private("other") == others
        assert chain_holds(store, "one")
        assert chain_holds(store, "other")
        assert (store.call("one").erased, store.call("other").erased) == (True, False)


async def test_erasing_twice_leaves_one_line(place):
    """
    There is nothing left to erase, and nothing is written; a call that is not there is left out.
    """
    with place.journal() as journal:
        await place.record(journal, "one")
    assert erased(place, "one") == [Erasure("one", 4)]
    assert erased(place, "one", "none") == [Erasure("one", 0)]
    with place.upkeep() as store:
        assert [r.kind for r in store.records("one")].count(ERASED) == 1


async def test_a_live_call_is_not_erased_and_one_nobody_drives_is(place):
    """
    Whoever drove it until then can write nothing to it any more, so nothing of the caller's comes back.
    """
    with place.journal() as journal:
        await place.record(journal, "one", ends=False)
        lease(place, 60)
        assert erased(place, "one") == [Erasure("one", 4)]  # no lease is that long: a clock was set back
        await place.record(journal, "two", ends=False)
        lease(place, 3)
        assert erased(place, "two") == [Erasure("two", live=True)]
        assert len(journal.private("two")) == 2
        lease(place, -1)
        assert erased(place, "two") == [Erasure("two", 4)]
        with pytest.raises(Superseded):
            await journal.append([accepted(4, 2, "two", private={"facts": {"name": "back again"}})])
        assert journal.private("two") == {}


def lease(place, left_s):
    with place.upkeep() as store:
        store.transact(lambda c: c.execute(update(tables.calls).values(lease_until=tables.db_now() + left_s)))


async def test_of_many_calls_those_erased_before_it_broke_off_stay_so(place, monkeypatch):
    """
    Batch by batch, each whole.
    """
    monkeypatch.setattr("interlock.app.store.upkeep.BATCH", 2)
    names = [f"c{number}" for number in range(5)]
    with place.journal() as journal:
        for name in names:
            await place.record(journal, name)
        with place.upkeep() as store:
            assert next(store.erase(names, "asked for")).call_id == "c0"
        assert [bool(journal.private(name)) for name in names] == [False, False, True, True, True]
        assert [its.entries for its in erased(place, *names)] == [0, 0, 4, 4, 4]


async def test_a_line_that_cannot_be_written_keeps_the_data(place, monkeypatch):
    """
    The data goes and the line comes, or neither.
    """
    with place.journal() as journal:
        await place.record(journal, "one")
        monkeypatch.setattr("interlock.app.store.erasing.ERASED", "call.opened")  # which a call has once
        with pytest.raises(Exception, match="nothing was erased"):
            erased(place, "one")
        assert len(journal.private("one")) == 2


async def test_compacting_waits_for_nobody_for_long_and_says_who_is_in_the_way(place, unhurried):
    """
    What was erased stays erased, and the next time it is done.
    """
    with place.journal() as journal:
        await place.record(journal, "one")
        await place.record(journal, "other")
    erased(place, "one")
    with reading(place):
        assert "somebody" in compacted(place)
    if place.server is None:
        with held(place.store):
            assert "locked" in compacted(place)
    assert compacted(place) == ""
    assert place.found("one", "other") == place.said["other"]


async def test_compacting_that_takes_too_long_is_undone(place):
    """
    Live calls wait no longer than the limit, and nothing is lost.
    """
    with place.journal() as journal:
        for number in range(40 if place.server is None else 1):
            await place.record(journal, f"c{number}")
    assert "takes longer" in compacted(place, 0.000_001 if place.server is None else 0.001)
    with place.upkeep() as store:
        assert len(store.private("c0")) == 2


@contextmanager
def reading(place):
    """Somebody reads one consistent view for as long as this lasts, as a long audit does."""
    begun, over = threading.Event(), threading.Event()

    def read(connection):
        if place.server is None:
            connection.exec_driver_sql("BEGIN")  # or each statement would have a view of its own
        connection.execute(select(tables.private)).all()
        begun.set()
        over.wait()

    with place.upkeep() as other:
        thread = threading.Thread(target=other.read, args=[read])
        thread.start()
        begun.wait()
        yield
        over.set()
        thread.join()


async def test_a_process_that_holds_the_file_open_goes_on_writing(place):
    """
    A worker's journal is open before, during and after.
    """
    with place.journal() as journal:
        await place.record(journal, "one")
        erased(place, "one")
        assert compacted(place) == ""
        await place.record(journal, "two")
        assert journal.private("two")[2]["facts"]["note"]
        assert place.found("one") == set()


async def test_a_callers_calls_are_found_by_what_our_systems_established(place):
    """
    Identity, phone number however it is written, account number; as a whole, and never by what callers claimed.
    """
    place.key = new_key()
    with place.journal() as journal:
        await place.record(journal, "identity", caller_identity="sip_anna")
        await place.record(journal, "phone", caller_phone="+4930123456")
        await place.record(journal, "account", account_id="4471", order_number="1042")
        await place.record(journal, "neither", caller_name="sip_anna", caller_phone="+49301234567")
        claim = Entry("claims", "support", 2, "facts.claimed", AT, 0, {}, {"facts": {"caller_phone": "+4930123456"}})
        await place.record(journal, "claims0")
        await journal.append([Entry("claims", "support", 1, "call.opened", AT, 0), claim])
    with place.upkeep() as store:
        asked = {
            who: [call_id for call_id, theirs in calls_of(store, who) if theirs]
            for who in ("sip_anna", "sip_ann", "+49 (30) 123-456", "4471", "1042", "")
        }
        assert len(list(calls_of(store, ""))) == 6
    assert list(asked.values()) == [["identity"], [], ["phone"], ["account"], [], []]


async def test_without_the_key_nobody_is_found_and_that_is_said(place):
    """
    Not finding a caller must not look like there being none.
    """
    place.key = new_key()
    with place.journal() as journal:
        await place.record(journal, "one", caller_identity="sip_anna")
    for key, says in (("", "set INTERLOCK_STORE_KEY"), (new_key(), "another key")):
        place.key = key
        with place.upkeep() as store, pytest.raises(StoreError, match=says):
            list(calls_of(store, "sip_anna"))


async def test_calls_are_looked_through_page_by_page(place, monkeypatch):
    """
    However many there are.
    """
    monkeypatch.setattr("interlock.app.store.callers.PAGE", 2)
    with place.journal() as journal:
        for number in range(5):
            await place.record(journal, f"c{number}", caller_identity=f"who{number % 2}")
    with place.upkeep() as store:
        assert [call_id for call_id, theirs in calls_of(store, "who0") if theirs] == ["c0", "c2", "c4"]


def test_every_established_fact_that_names_an_account_or_a_phone_is_looked_at():
    """
    A new flow that finds its callers otherwise says so here; what callers may claim is no such fact.
    """
    every = [flow.facts for flow in FLOWS.values()]
    found = {name for facts in every for name in facts.names("established") & facts.pii()}
    assert {name for name in found if any(part in name for part in ("account", "phone", "identity"))} == CALLER_FIELDS
    assert not {name for facts in every for name in facts.names("claimed")} & CALLER_FIELDS


async def test_erasing_again_and_again_leaves_nothing_behind(place):
    """
    Rows that move between pages leave copies; whatever was erased so far is gone after each round.
    """
    drawn, names = random.Random(SEED), []
    with place.journal() as journal:
        for round_ in range(3 * ROUNDS):
            for number in range(6):
                names.append(f"r{round_}c{number}")
                await place.record(journal, names[-1])
            gone = drawn.sample(sorted(names), 4)
            erased(place, *gone)
            names = [name for name in names if name not in gone]
            assert compacted(place) == ""
            kept = set().union(*(place.said[name] for name in names))
            assert place.found(*place.said) == kept, f"seed {SEED}, round {round_}"


@pytest.mark.slow
async def test_only_the_owner_of_the_tables_compacts_them(postgres):
    """
    Anybody else may erase, and is told what is left to do.
    """
    owner, clerk = postgres.fresh(), f"clerk{uuid.uuid4().hex[:8]}"
    spoil(
        owner,
        f"CREATE ROLE {clerk} LOGIN",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {clerk}",
    )
    url = make_url(owner).set(username=clerk).render_as_string(hide_password=False)
    place = Place(url, postgres)
    with place.journal() as journal:
        await place.record(journal, "one")
    assert erased(place, "one") == [Erasure("one", 4)]
    assert compacted(place) == "only the owner of the tables may"
    place.store = owner
    assert compacted(place) == ""
    assert place.found("one") == set()

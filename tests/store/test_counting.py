"""Counting what outlives a call: in the transaction of what is counted, by the database's clock, without a name."""

import asyncio
from contextlib import closing
from dataclasses import replace

import pytest

from interlock.agents.call.journal import QuotaSpent
from interlock.app.store import BUSY_TIMEOUT_MS, Seal, open_journal, tables
from interlock.app.store.counting import Counters, tidy
from interlock.app.store.opening import database_for_writing
from interlock.app.store.rows import rows_of
from interlock.guards.quotas import HOUR_S, KNOWN_FOR_S, Count, Limit, settled
from tests.store.entries import accepted, opened

CALLER = Count("tries", "caller", "canary-301234567", Limit(3, HOUR_S))
ACCOUNT = Count("tries", "account", "4471", Limit(5, HOUR_S), known="4471 me", instead=Limit(2, HOUR_S))
OTHER = replace(CALLER, subject="another")


@pytest.fixture
def count(store, journal):
    """
    Counts at a given second since 1970; what is spent, by whose it is and in how many seconds it works again.
    """
    with closing(database_for_writing(store, BUSY_TIMEOUT_MS)) as database:

        def counted(*counts, at=1000.0):
            rows = rows_of([accepted(2, 1, counts=counts)], Seal())

            def work(connection):
                its = Counters(connection, [rows], Seal(), now=at)
                spent = its.take(rows)
                its.write(connection)
                return [(each.whose, each.in_s) for each in spent.spent] if spent else []

            return database.transact(work)

        yield counted


def test_no_more_than_the_limit_fits_in_a_window(count):
    """And it says in how many seconds there is room again; another's count is another's."""
    assert [count(CALLER, at=1000.0 + n) for n in range(3)] == [[], [], []]
    assert count(CALLER, at=1100.5) == [("caller", 3500)]
    assert count(OTHER, at=1100.5) == []


def test_a_window_is_over_by_itself(count):
    """A counter that nobody drives any more locks nobody out."""
    for _ in range(3):
        count(CALLER, at=1000.0)
    assert count(CALLER, at=1000.0 + HOUR_S - 1) == [("caller", 1)]
    assert count(CALLER, at=1000.0 + HOUR_S) == []


def test_each_window_has_a_counter_of_its_own(count):
    """Who tries a little in each of the short ones is stopped by the longer, and by nothing else."""
    days = replace(CALLER, limit=Limit(5, 9 * HOUR_S))
    hours = (0, 0, 0, 1, 1, 2)
    told = [count(CALLER, days, at=1000.0 + hour * HOUR_S) for hour in hours]
    assert told == [[]] * 5 + [[("caller", 7 * 3600)]]
    assert count(CALLER, days, at=1000.0 + 9 * HOUR_S) == []


def test_what_does_not_fit_under_one_key_is_counted_under_none(count):
    """Who is refused has not used up anybody else's."""
    for _ in range(3):
        count(CALLER)
    for _ in range(9):
        assert count(CALLER, ACCOUNT) == [("caller", 3600)]
    assert [count(ACCOUNT) for _ in range(5)] == [[]] * 5
    assert count(ACCOUNT) == [("account", 3600)]


def test_what_is_given_back_is_not_counted(count):
    """And no more than was taken: there is never more than the limit."""
    for _ in range(9):
        assert count(CALLER) == []
        count(*settled((CALLER,)))
    for _ in range(3):
        count(*settled((CALLER,)))
    assert [count(CALLER) for _ in range(4)] == [[], [], [], [("caller", 3600)]]


def test_a_right_proof_begins_the_account_anew_and_not_the_caller(count):
    """Whoever proves their own account in between guesses no more for it."""
    stranger = replace(ACCOUNT, known="4471 stranger")
    for _ in range(2):
        count(CALLER, stranger)
    count(CALLER, ACCOUNT)
    count(*settled((CALLER, ACCOUNT), proved=True))
    assert [count(stranger) for _ in range(5)] == [[]] * 5
    assert [count(CALLER) for _ in range(2)] == [[], [("caller", 3600)]]


def test_who_errs_and_then_proves_it_is_no_guesser(count):
    """Their failures at that account are taken back, those at another are not."""
    mine, another = replace(CALLER, known="4471 me"), replace(CALLER, known="5520 me")
    for _ in range(4):
        assert [count(mine), count(mine)] == [[], []]
        count(*settled((mine,), proved=True))
    assert [count(another), count(mine)] == [[], []]
    count(*settled((mine,), proved=True))
    assert [count(another), count(another), count(another)] == [[], [], [("caller", 3600)]]


def test_who_is_known_may_err_as_often_as_they_prove_it(count):
    """Their own count begins anew with each right proof, as the account's does."""
    count(*settled((ACCOUNT,), proved=True))
    for _ in range(5):
        assert [count(ACCOUNT), count(ACCOUNT)] == [[], []]
        count(*settled((ACCOUNT,), proved=True))


def test_failures_of_an_earlier_window_are_not_taken_off_this_one(count):
    """They are over with it."""
    mine, another = replace(CALLER, known="4471 me"), replace(CALLER, known="5520 me")
    count(mine, at=1000.0)
    count(mine, at=1001.0)
    for _ in range(2):
        assert count(another, at=1000.0 + HOUR_S) == []
    count(mine, at=1001.0 + HOUR_S)
    count(*settled((mine,), proved=True), at=1001.0 + HOUR_S)
    assert [count(another, at=1002.0 + HOUR_S) for _ in range(2)] == [[], [("caller", 3598)]]


def test_strangers_do_not_lock_out_who_is_known_for_an_account(count):
    """They have a count of their own, as strict as a caller's, until they were not seen for a long time."""
    count(*settled((ACCOUNT,), proved=True))
    stranger = replace(ACCOUNT, known="4471 stranger")
    for _ in range(5):
        assert count(stranger) == []
    assert count(stranger) == [("account", 3600)]
    assert [count(ACCOUNT) for _ in range(3)] == [[], [], [("known", 3600)]]
    late = 1000.0 + KNOWN_FOR_S + 1
    for _ in range(5):
        assert count(stranger, at=late) == []
    assert count(ACCOUNT, at=late) == [("account", 3600)]


@pytest.mark.parametrize("calls", [2, 10, 50])
async def test_calls_that_race_for_the_last_never_get_more(store, journal, calls):
    """From two writers at once; everybody else is told so, and nothing of theirs is written."""
    with open_journal(store) as other:
        writers = [journal, other]
        names = [f"c{n}" for n in range(calls)]
        for n, name in enumerate(names):
            await writers[n % 2].append([opened(name)])
        at_once = (
            writers[n % 2].append([accepted(2, 1, name, counts=(CALLER, ACCOUNT))]) for n, name in enumerate(names)
        )
        answers = await asyncio.gather(*at_once, return_exceptions=True)
        won = [name for name, answer in zip(names, answers, strict=True) if answer is None]
        assert len(won) == min(3, calls)
        assert all(isinstance(answer, QuotaSpent) for answer in answers if answer is not None)
        assert [name for name in names if len(journal.records(name)) == 2] == won


async def test_nobody_reads_of_a_counter_whose_it_is(journal, tmp_path):
    """Its key is a hash under the store's own key: what another store counts of the same caller tells nothing."""
    keys = []
    with open_journal(str(tmp_path / "other.sqlite")) as other:
        for its in (journal, other):
            await its.append([opened("c1", counts=(CALLER,))])
            (row,) = await its.read(lambda connection: connection.execute(tables.counters.select()).all())
            assert (row.quota, row.whose, row.count) == ("tries", "caller", 1)
            keys.append(bytes(row.key))
    assert keys[0] != keys[1]
    assert not any(b"canary" in key or b"301234567" in key for key in keys)


async def test_counters_that_are_over_go(store, journal, count):
    """Those that are not stay."""
    count(CALLER, at=1000.0)
    count(OTHER, at=3000.0)
    with closing(database_for_writing(store, BUSY_TIMEOUT_MS)) as database:
        assert database.transact(lambda connection: tidy(connection, 1000.0 + HOUR_S)) == 1
        assert database.transact(lambda connection: tidy(connection, 1000.0 + HOUR_S)) == 0
    rows = await journal.read(lambda connection: connection.execute(tables.counters.select()).all())
    assert [(row.whose, row.count, row.until) for row in rows] == [("caller", 1, 3000.0 + HOUR_S)]

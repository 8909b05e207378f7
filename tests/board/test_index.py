"""Every question of an index against the record itself; and an index that was kept against one that is built anew."""

import asyncio
import tempfile
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from interlock.app.board.index import Filters, building, open_index
from interlock.app.store import BUSY_TIMEOUT_MS, open_journal
from interlock.app.store.following import follow
from interlock.app.store.removing import TABLES
from interlock.app.store.upkeep import open_upkeep
from tests.board import plain
from tests.board.lived import FLOWS, TIMES, VERSIONS, filters, many
from tests.store.entries import accepted, opened


def built(store, at):
    """An index of a record, like it."""
    index = open_index(store, at)
    for _ in index.build():
        pass
    assert index.state().whole
    return index


async def written(journal, calls):
    """All that happens in these calls."""
    for call in calls:
        await journal.append([entry for portion in call.left for entry in portion])


def same_as_record(index, reader, wanted, since, version):
    """Whether every answer is the record's own."""
    calls = plain.every(reader)
    fit = [its for its in calls if its.fits(wanted)]
    assert [plain.listed(its) for its in index.calls(wanted)] == [its.as_listed() for its in fit]
    assert index.count(wanted) == len(fit)
    assert index.bars(wanted, "hour") == plain.bars(calls, wanted, timedelta(hours=1))
    assert index.bars(wanted, "day") == plain.bars(calls, wanted, timedelta(days=1))
    for flow in FLOWS:
        some = [its for its in calls if its.fits(Filters(flow=flow, version=version, since=since))]
        assert index.edges(flow, since, version) == plain.edges(some)
        assert index.guards(flow, since, version) == plain.guards(some)
        assert index.ends(flow, since, version) == plain.ends(some)


def all_answers(index):
    """Everything an index can be asked without filters."""
    kinds = ("flow", "ended", "place", "asked", "refused_by", "reason", "trouble")
    sums = [(index.edges(flow), index.guards(flow), index.ends(flow)) for flow in FLOWS]
    return index.calls(Filters(), limit=1000), sums, [index.known(what) for what in kinds], index.bars(Filters(), "day")


@given(calls=many(), questions=st.lists(filters(), min_size=8, max_size=12), since=st.none() | TIMES, data=st.data())
@settings(max_examples=15, deadline=None)
def test_every_answer_is_the_records_own(calls, questions, since, data):
    """Whatever is asked together."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        journal = stack.enter_context(open_journal(folder / "calls.sqlite"))
        asyncio.run(written(journal, calls))
        index = stack.enter_context(closing(built(folder / "calls.sqlite", folder / "index.sqlite")))
        for wanted in questions:
            same_as_record(index, journal, wanted, since, data.draw(st.sampled_from((None, *VERSIONS))))


@given(calls=many(most=6), data=st.data())
@settings(max_examples=15, deadline=None)
def test_an_index_that_was_kept_is_one_that_is_built_anew(calls, data):
    """Told by a follower that looks now and then, or not told and compared; erased and removed calls, too."""

    async def lives(store, journal, index, upkeep):
        follower = follow(store)
        left = [call for call in calls for _ in call.left]
        for call in data.draw(st.permutations(left)):
            await journal.append(call.left.pop(0))
            if data.draw(st.booleans()):
                index.take(await follower.look())
            if data.draw(st.integers(0, 5)) == 0:
                list(index.build())
        over = [call.call_id for call in calls if journal.call(call.call_id).ended_at]
        list(upkeep.erase(data.draw(st.lists(st.sampled_from(over), unique=True)) if over else [], "asked for"))
        for call_id in data.draw(st.lists(st.sampled_from(over), unique=True)) if over else []:
            for table in TABLES:
                its = delete(table).where(table.c.call_id == call_id)
                await journal.transact(lambda connection, its=its: connection.execute(its))
        await follower.aclose()

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        store = folder / "calls.sqlite"
        journal = stack.enter_context(open_journal(store))
        upkeep = stack.enter_context(open_upkeep(store, "", BUSY_TIMEOUT_MS))
        kept = stack.enter_context(closing(open_index(store, folder / "kept.sqlite")))
        asyncio.run(lives(store, journal, kept, upkeep))
        list(kept.build())
        anew = stack.enter_context(closing(built(store, folder / "anew.sqlite")))
        assert all_answers(kept) == all_answers(anew)
        same_as_record(kept, journal, Filters(), None, None)


async def test_calls_of_the_same_microsecond_are_all_listed_page_by_page(tmp_path):
    """None is skipped at a page's end."""
    store = tmp_path / "calls.sqlite"
    with open_journal(store) as journal, closing(open_index(store, tmp_path / "index.sqlite")) as index:
        for number in range(100):
            await journal.append([opened(f"c{number}")])
        list(index.build())
        found, before = [], None
        while page := index.calls(Filters(), before, limit=7):
            found += page
            before = page[-1].n
        assert sorted(its.call_id for its in found) == sorted(f"c{number}" for number in range(100))
        assert [its.n for its in found] == sorted((its.n for its in found), reverse=True)


async def test_a_call_longer_than_a_batch_is_counted_whole(tmp_path, monkeypatch):
    """In several steps, each line once."""
    monkeypatch.setattr(building, "LINES_AT_ONCE", 3)
    store = tmp_path / "calls.sqlite"
    audit = {"event": "route", "before": ["triage"], "after": ["billing"], "guards": []}
    with open_journal(store) as journal:
        for call_id in ("a", "b", "c"):
            lines = [accepted(seq, seq, call_id, audit=audit) for seq in range(2, 12)]
            await journal.append([opened(call_id), *lines])
        with closing(built(store, tmp_path / "index.sqlite")) as index:
            assert [(its.accepted, its.complete) for its in index.calls(Filters())] == [(10, True)] * 3
            assert [its.taken for its in index.edges("support")] == [30]

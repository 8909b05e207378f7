"""Following a record, in either database: where calls are, and each line once, whoever wrote it."""

import asyncio
import random
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, update

from interlock.app.offline.clock import ManualClock
from interlock.app.store import BUSY_TIMEOUT_MS, open_journal, sight, tables
from interlock.app.store.following import AGAIN_S, FILE_EVERY_S, LOOK_AT_LEAST_S, RESTS, Follower, follow, place_of
from interlock.app.store.lease import acquire, release
from interlock.app.store.removing import TABLES
from interlock.app.store.upkeep import open_upkeep
from tests.store.entries import accepted, ended, opened


def whole(call_id, *, since_s=0.0, ends=True):
    """A call of three lines that happens now."""
    at = datetime.now(UTC) - timedelta(seconds=since_s)
    lines = [opened(call_id, at=at), accepted(2, 1, call_id, at=at), ended(3, call_id, at=at)]
    return lines if ends else lines[:2]


def told(*looks):
    """The lines of looks, in the order they were told in."""
    return [(line.call_id, line.seq) for look in looks for line in look.lines]


@pytest.fixture
async def follower(store, journal):
    """
    One that has looked once.
    """
    follower = follow(store)
    await follower.look()
    yield follower
    await follower.aclose()


@contextmanager
def upkeep(store):
    with open_upkeep(store, "", BUSY_TIMEOUT_MS) as opened_for_it:
        yield opened_for_it


async def test_who_begins_to_follow_learns_where_calls_are_and_no_line(store, journal):
    """What was before is the record's to tell."""
    await journal.append(whole("live", ends=False))
    await journal.append(whole("over"))
    follower = follow(store)
    look = await follower.look()
    assert (look.first, look.lines, look.away, list(look.calls)) == (True, (), "", ["live"])
    call = look.calls["live"]
    assert (call.flow, call.version, call.state, call.last_seq, call.driven) == ("support", 1, "triage", 2, True)
    assert told(await follower.look()) == []
    await follower.aclose()


async def test_lines_of_two_writers_are_told_once_each_and_a_calls_own_in_order(store, journal, follower):
    """As they were written, whoever wrote them."""
    looks = []
    with open_journal(store) as other:
        for number in range(4):
            await journal.append([opened(f"a{number}"), accepted(2, 1, f"a{number}")])
            await other.append([opened(f"b{number}")])
            looks.append(await follower.look())
            await other.append([accepted(2, 1, f"b{number}", audit={"event": "asked"})])
        looks += [await follower.look(), await follower.look()]
    assert Counter(told(*looks)) == Counter((f"{w}{n}", seq) for w in "ab" for n in range(4) for seq in (1, 2))
    assert [its for its in told(*looks) if its[0] == "a0"] == [("a0", 1), ("a0", 2)]
    line = next(line for look in looks for line in look.lines if (line.call_id, line.seq) == ("b0", 2))
    assert (line.flow, line.version, line.kind, line.audit) == ("support", 1, "transition.accepted", {"event": "asked"})


async def test_a_call_that_begins_and_ends_between_two_looks_is_told_whole(journal, follower):
    """And once, however often one looks afterwards."""
    await journal.append(whole("short"))
    looks = [await follower.look() for _ in range(3)]
    assert told(*looks) == [("short", 1), ("short", 2), ("short", 3)]
    assert (looks[0].calls, looks[0].moved["short"].why) == ({}, "caller_left")


async def test_a_writer_whose_clock_is_a_little_late_loses_nothing(journal, follower):
    """Its calls end before the last look, by their own account."""
    await journal.append(whole("late", since_s=sight.MARGIN_S / 2))
    assert told(await follower.look()) == [("late", 1), ("late", 2), ("late", 3)]


async def test_a_call_that_is_followed_is_told_to_its_end_whatever_its_writers_clock_says(journal, follower):
    """Years ago, as it is here."""
    await journal.append([opened()])
    first = await follower.look()
    await journal.append([accepted(2, 1), ended(3)])
    last = await follower.look()
    assert told(first, last) == [("c1", 1), ("c1", 2), ("c1", 3)]
    assert (list(first.calls), list(last.calls), last.moved["c1"].ended is not None) == (["c1"], [], True)


async def test_a_clock_that_is_set_back_tells_nothing_anew(store, journal, monkeypatch):
    """Not what was over before anybody followed, nor what was told; and what is followed is told on."""
    now = sight.now_of
    await journal.append([*whole("before")])
    monkeypatch.setattr(sight, "now_of", lambda connection: now(connection) + 3600)
    follower = follow(store)
    await follower.look()
    await journal.append(whole("told", ends=False))
    looks = [await follower.look()]
    monkeypatch.setattr(sight, "now_of", now)
    await journal.append([ended(3, "told")])
    looks += [await follower.look() for _ in range(3)]
    assert told(*looks) == [("told", 1), ("told", 2), ("told", 3)]
    await follower.aclose()


async def test_no_line_of_a_call_is_told_before_an_earlier_one(journal, follower):
    """Not when its writer's clock jumps back; lines of several calls come by time."""
    now = datetime.now(UTC)
    await journal.append([opened("jumps", at=now), accepted(2, 1, "jumps", at=now - timedelta(hours=1))])
    await journal.append([opened("between", at=now - timedelta(minutes=1))])
    assert told(await follower.look()) == [("between", 1), ("jumps", 1), ("jumps", 2)]


async def test_a_long_record_is_told_in_several_looks(journal, follower, monkeypatch):
    """Each line once, also of calls that ended meanwhile; whoever has more to tell does not rest."""
    monkeypatch.setattr(sight, "MOST_LINES", 4)
    for name in ("a", "b", "c"):
        await journal.append([replace(line, at=line.at - timedelta(days=9)) for line in whole(name, ends=False)])
    looks = [await follower.look()]
    for name in ("a", "b", "c"):
        await journal.append([ended(3, name)])
    looks += [await follower.look() for _ in range(4)]
    assert looks[0].more
    assert Counter(told(*looks)) == Counter((name, seq) for name in "abc" for seq in (1, 2, 3))


async def test_a_call_is_erased_while_somebody_looks_at_it(store, journal, follower):
    """It is over long since; to others nothing is told of it."""
    await journal.append([replace(line, private={"words": "hello"}) for line in whole("seen", since_s=9999)])
    await journal.append([replace(line, private={"words": "hello"}) for line in whole("unseen", since_s=9999)])
    follower.too = {"seen"}
    assert told(await follower.look()) == []
    with upkeep(store) as its:
        assert len(list(its.erase(["seen", "unseen"], "asked for"))) == 2
    look = await follower.look()
    assert [(line.call_id, line.seq, line.kind) for line in look.lines] == [("seen", 4, "private.erased")]


async def test_a_call_that_is_removed_is_gone(journal, follower):
    """Of one that was under way one hears it; of one that was over there is nothing to hear."""
    await journal.append(whole("live", ends=False))
    await journal.append(whole("over"))
    await follower.look()
    for table in TABLES:
        await journal.transact(lambda c, table=table: c.execute(delete(table).where(table.c.call_id != "")))
    look = await follower.look()
    assert (look.lines, look.calls, look.gone) == ((), {}, frozenset({"live"}))


async def test_rewriting_the_files_tells_nothing_twice_and_hides_nothing(store, journal, follower):
    """VACUUM moves every row."""
    await journal.append(whole("a", ends=False))
    await journal.append(whole("b"))
    looks = [await follower.look()]
    with upkeep(store) as its:
        its.compact()
    looks.append(await follower.look())
    await journal.append([ended(3, "a")])
    looks.append(await follower.look())
    assert Counter(told(*looks)) == Counter((name, seq) for name in "ab" for seq in (1, 2, 3))


async def test_a_call_nobody_drives_is_told_as_such_though_nothing_was_written_in_it(journal, follower):
    """Its driver let go of it; another takes it over."""
    await journal.append(whole("c", ends=False))
    await follower.look()
    await journal.transact(lambda connection: release(connection, "c", 1))
    left = await follower.look()
    await journal.transact(lambda connection: acquire(connection, "c", "another"))
    taken = await follower.look()
    assert (left.calls["c"].driven, taken.calls["c"].driven, left.lines + taken.lines) == (False, True, ())


async def test_a_record_that_is_away_is_said_so_and_what_was_written_meanwhile_is_told(tmp_path):
    """Also of a call that began and ended meanwhile; and it is tried again after a second."""
    path, elsewhere = tmp_path / "calls.sqlite", tmp_path / "moved.sqlite"
    with open_journal(path) as journal:
        await journal.append(whole("a", ends=False))
    follower = follow(path)
    await follower.look()
    path.rename(elsewhere)
    at_first, away = await follower.look(), await follower.look()
    assert f"the store {path} cannot be read now" in at_first.away
    assert "does not exist" in away.away
    assert (away.calls, follower.rest_s) == ({}, AGAIN_S)
    with open_journal(elsewhere) as journal:
        await journal.append([ended(3, "a")])
        await journal.append(whole("b"))
    elsewhere.rename(path)
    back = await follower.look()
    assert (back.away, Counter(told(back))) == ("", Counter([("a", 3), ("b", 1), ("b", 2), ("b", 3)]))
    await follower.aclose()


@pytest.mark.slow
async def test_a_server_that_is_away_loses_nothing(postgres):
    """It is stopped, started again, and written to."""
    url = postgres.fresh()
    with open_journal(url) as journal:
        await journal.append(whole("a", ends=False))
    follower = follow(url)
    await follower.look()
    with postgres.down():
        away = await follower.look()
    with open_journal(url) as journal:
        await journal.append([ended(3, "a")])
        await journal.append(whole("b"))
    back = await follower.look()
    assert (away.lines, back.away) == ((), "")
    assert "cannot be used" in away.away or "cannot be read" in away.away
    assert Counter(told(back)) == Counter([("a", 3), ("b", 1), ("b", 2), ("b", 3)])
    await follower.aclose()


async def test_a_record_of_another_revision_is_away_in_words(tmp_path):
    """Somebody upgraded it under us."""
    path = tmp_path / "calls.sqlite"
    with open_journal(path) as journal:
        await journal.transact(lambda c: c.execute(update(tables.revisions).values(version_num="9999")))
    follower = follow(path)
    assert "revision 9999" in (await follower.look()).away
    await follower.aclose()


class Spent:
    """Time as looks take it: `step` each time it is asked."""

    def __init__(self, step):
        self.now, self.step = 0.0, step

    def __call__(self):
        self.now += self.step
        return self.now


@pytest.mark.parametrize(("takes_s", "rests_s"), [(0.0, FILE_EVERY_S), (0.02, 0.02 * RESTS), (1.5, 1.5 * RESTS)])
async def test_a_follower_rests_six_times_as_long_as_its_last_look_took(tmp_path, takes_s, rests_s):
    """And never shorter than the time between two looks at a file."""
    path = tmp_path / "calls.sqlite"
    open_journal(path).close()
    follower = Follower(place_of(path), ManualClock(), Spent(takes_s))
    await follower.look()
    assert follower.rest_s == pytest.approx(rests_s)
    await follower.aclose()


async def test_nothing_is_read_while_nothing_moves_but_once_a_second(tmp_path):
    """A lease that runs out is no write: whoever waits for one still looks now and then."""
    path, clock, time = tmp_path / "calls.sqlite", ManualClock(), Spent(0.0)
    with open_journal(path) as journal:
        follower = Follower(place_of(path), clock, time)
        looks = follower.looks()
        assert (await anext(looks)).first
        second = asyncio.ensure_future(anext(looks))
        for _ in range(30):
            await moved_on(clock, FILE_EVERY_S)
        assert not second.done()
        time.now += LOOK_AT_LEAST_S
        while not second.done():
            await moved_on(clock, FILE_EVERY_S)
        third = asyncio.ensure_future(anext(looks))
        await journal.append(whole("a"))
        while not third.done():
            await moved_on(clock, FILE_EVERY_S)
        assert told(second.result(), third.result()) == [("a", 1), ("a", 2), ("a", 3)]
    await looks.aclose()
    await follower.aclose()


async def moved_on(clock, seconds):
    """Let whoever waits for a thread go on, then move the clock."""
    await asyncio.to_thread(lambda: None)
    await asyncio.sleep(0)
    clock.advance(seconds)


async def test_any_history_is_told_once_however_often_one_looks(store, journal, follower):
    """Calls begin, go on and end by chance, and one looks by chance."""
    chance, written, looks = random.Random(11), [], []
    lengths: dict[str, int] = {}
    for number in range(120):
        call_id = chance.choice([f"n{number}", *lengths])
        at = datetime.now(UTC) - timedelta(seconds=chance.randint(0, 5))
        if call_id not in lengths:
            lengths[call_id] = 1
            await journal.append([opened(call_id, at=at)])
        else:
            lengths[call_id] += 1
            seq, over = lengths[call_id], chance.random() < 0.4
            await journal.append([(ended(seq, call_id, at=at) if over else accepted(seq, seq, call_id, at=at))])
            if over:
                del lengths[call_id]
            written.append((call_id, seq))
        if chance.random() < 0.3:
            looks.append(await follower.look())
    looks.append(await follower.look())
    found = told(*looks)
    assert len(found) == len(set(found)) == 120
    assert set(written) <= set(found)
    for call_id in {its for its, _ in found}:
        assert [seq for its, seq in found if its == call_id] == sorted(seq for its, seq in found if its == call_id)

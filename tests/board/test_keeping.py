"""An index kept while a board runs: built at once, told what a follower sees, compared each minute, and closed."""

import asyncio
from contextlib import asynccontextmanager, closing, suppress

from interlock.app.board.index import Filters, Keeping, open_index
from interlock.app.board.index import keeping as keeping_module
from interlock.app.board.index.keeping import CATCH_UP_EVERY_S, COMPARE_EVERY_S
from interlock.app.offline.clock import ManualClock
from interlock.app.store import StoreError, open_journal
from interlock.app.store.following import follow
from tests.store.entries import accepted, ended, opened


async def until(true, clock=None):
    """Let threads work, and the clock go on, until something is so."""
    while not true():
        await asyncio.to_thread(lambda: None)
        await asyncio.sleep(0)
        if clock is not None:
            clock.advance(CATCH_UP_EVERY_S)


@asynccontextmanager
async def kept(index, clock):
    """What keeps an index, at work."""
    keeping = Keeping(index, clock)
    task = asyncio.ensure_future(keeping.run())
    yield keeping
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await keeping.aclose()


async def test_an_index_is_built_and_then_told_what_is_new(tmp_path):
    """Without anybody waiting for it; what a follower missed is counted when it is read."""
    store, clock = tmp_path / "calls.sqlite", ManualClock()
    with open_journal(store) as journal, closing(open_index(store, tmp_path / "index.sqlite")) as index:
        await journal.append([opened("a"), accepted(2, 1, "a")])
        async with kept(index, clock) as keeping:
            await until(lambda: index.state().whole)
            follower = follow(store)
            await follower.look()
            await journal.append([accepted(3, 2, "a")])
            keeping.take(await follower.look())
            await until(lambda: index.calls(Filters())[0].accepted == 2)
            await journal.append([accepted(4, 3, "a")])
            await follower.look()  # nobody is told of this one
            await journal.append([accepted(5, 4, "a")])
            keeping.take(await follower.look())
            await until(lambda: index.calls(Filters())[0].accepted == 4, clock)
            assert keeping.trouble == ""
            await follower.aclose()


async def test_what_nobody_told_is_found_within_the_minute(tmp_path):
    """By comparing."""
    store, clock = tmp_path / "calls.sqlite", ManualClock()
    with open_journal(store) as journal, closing(open_index(store, tmp_path / "index.sqlite")) as index:
        await journal.append([opened("a")])
        async with kept(index, clock):
            await until(lambda: index.state().whole)
            await journal.append([opened("b")])
            begun = clock.now()
            await until(lambda: index.count(Filters()) == 2, clock)
            assert (clock.now() - begun).total_seconds() >= COMPARE_EVERY_S / 2


async def test_a_record_that_is_away_is_trouble_and_no_end(tmp_path):
    """It says so, and goes on when the record is back."""
    store, away, clock = tmp_path / "calls.sqlite", tmp_path / "away.sqlite", ManualClock()
    with open_journal(store) as journal:
        await journal.append([opened("a")])
    with closing(open_index(store, tmp_path / "index.sqlite")) as index:
        store.rename(away)
        async with kept(index, clock) as keeping:
            await until(lambda: "cannot be read now" in keeping.trouble)
            away.rename(store)
            await until(lambda: index.state().whole and not keeping.trouble, clock)
            assert index.count(Filters()) == 1


async def test_an_index_that_could_not_be_built_is_tried_again_at_once(tmp_path, monkeypatch):
    """Not with the next comparison: until then nothing would be found."""
    monkeypatch.setattr(keeping_module, "COMPARE_EVERY_S", 1e9)
    store, clock = tmp_path / "calls.sqlite", ManualClock()
    with open_journal(store) as journal, closing(open_index(store, tmp_path / "index.sqlite")) as index:
        await journal.append([opened("a")])
        builds, build = [], index.build

        def once_in_vain():
            builds.append(clock.now())
            if len(builds) == 1:
                yield index.state()
                raise StoreError("the index is locked")
            yield from build()

        monkeypatch.setattr(index, "build", once_in_vain)
        async with kept(index, clock):
            await until(lambda: index.state().whole, clock)
        assert len(builds) == 2


async def test_what_was_written_before_a_follower_looked_first_is_found_at_once(tmp_path, monkeypatch):
    """After the index was compared, and before anybody tells of it."""
    monkeypatch.setattr(keeping_module, "COMPARE_EVERY_S", 1e9)
    store, clock = tmp_path / "calls.sqlite", ManualClock()
    with open_journal(store) as journal, closing(open_index(store, tmp_path / "index.sqlite")) as index:
        async with kept(index, clock) as keeping:
            await until(lambda: index.state().whole)
            await journal.append([opened("between"), ended(2, "between")])
            follower = follow(store)
            keeping.take(await follower.look())
            await until(lambda: index.count(Filters()) == 1, clock)
            await follower.aclose()

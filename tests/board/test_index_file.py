"""The index's file: thrown away at any time, written by several at once, its owner's alone, with nothing personal."""

import shutil
import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete

from interlock.app.board.index import Filters, KeptIndex, building, open_index
from interlock.app.board.index.shelf import IndexUnusable
from interlock.app.board.index.where import FORM, index_of
from interlock.app.store import BUSY_TIMEOUT_MS, StoreError, open_journal
from interlock.app.store.following import follow
from interlock.app.store.opening import database_for_reading
from interlock.app.store.removing import TABLES
from interlock.app.store.upkeep import open_upkeep
from tests.store.entries import accepted, ended, opened
from tests.store.personal import Place

AUDIT = {"event": "route", "before": ["triage"], "after": ["billing"], "guards": [{"name": "verified", "held": True}]}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """
    The user's cache folder.
    """
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def store(tmp_path):
    """
    A record's place.
    """
    return tmp_path / "calls.sqlite"


async def record(store, *call_ids):
    """Calls of three lines."""
    with open_journal(store) as journal:
        for call_id in call_ids:
            await journal.append([opened(call_id), accepted(2, 1, call_id, audit=AUDIT), ended(3, call_id)])


def taken(index):
    """How often the one way there is was taken, by the sums and by the list."""
    return sum(its.taken for its in index.edges("support")), sum(its.accepted for its in index.calls(Filters()))


async def test_an_index_that_is_deleted_while_it_is_used_is_made_anew(store):
    """Whoever asks has an empty one until it is built again; nobody asks the file that is gone."""
    await record(store, "a", "b")
    with closing(open_index(store)) as index:
        list(index.build())
        assert taken(index) == (2, 2)
        shutil.rmtree(index_of(store).parent)
        assert taken(index) == (0, 0)
        assert not index.state().whole
        list(index.build())
        assert (taken(index), index.state().whole) == ((2, 2), True)


@pytest.mark.parametrize("spoilt", ["not a database", "another form", "no table"])
async def test_an_index_of_no_use_is_made_anew(store, spoilt):
    """It may be another program's, or broken by a disk."""
    await record(store, "a")
    with closing(open_index(store)) as index:
        list(index.build())
    path = index_of(store)
    if spoilt == "not a database":
        path.write_bytes(b"something else" * 1000)
    else:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"PRAGMA user_version={FORM + 1}" if spoilt == "another form" else "DROP TABLE marks")
    with closing(open_index(store)) as index:
        list(index.build())
        index.count(Filters(asked=("route",)))  # finds what is broken only by looking at it
        list(index.build())
        assert (taken(index), index.count(Filters(asked=("route",)))) == ((1, 1), 1)


async def test_several_that_build_the_same_index_count_each_line_once(store, monkeypatch):
    """Each has a connection of its own, as processes have."""
    monkeypatch.setattr(building, "CALLS_AT_ONCE", 3)
    await record(store, *(f"c{number}" for number in range(40)))
    indexes = [open_index(store) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(lambda its=its: list(its.build())) for its in indexes]:
            done.result()
    for index in indexes:
        assert taken(index) == (40, 40)
        index.close()


async def test_a_record_that_was_put_back_from_a_copy_is_counted_anew(store, tmp_path):
    """Its calls are shorter than they were, or as long with another end, or not there."""
    await record(store, "same")
    with open_journal(store) as journal:
        await journal.append([opened("shorter"), accepted(2, 1, "shorter", audit=AUDIT)])
        await journal.append([opened("other")])
    shutil.copy(store, tmp_path / "copy.sqlite")
    await record(store, "gone")
    with open_journal(store) as journal:
        await journal.append([accepted(3, 2, "shorter", audit=AUDIT), accepted(4, 3, "shorter", audit=AUDIT)])
        await journal.append([accepted(2, 1, "other", audit=AUDIT | {"event": "elsewhere"})])
    with closing(open_index(store)) as index:
        list(index.build())
        assert taken(index) == (6, 6)
        shutil.copy(tmp_path / "copy.sqlite", store)
        with open_journal(store) as journal:
            await journal.append([accepted(2, 1, "other", audit=AUDIT)])
        list(index.build())
        assert taken(index) == (3, 3)
        assert {its.call_id: its.accepted for its in index.calls(Filters())} == {"same": 1, "shorter": 1, "other": 1}
        assert list(index.known("asked")) == ["route"]


async def test_nothing_that_is_personal_is_in_the_index(tmp_path):
    """Neither facts nor arguments, words or rooms: of a call that is full of them, nothing in any of its files."""
    place = Place(str(tmp_path / "calls.sqlite"))
    with place.journal() as journal:
        await place.record(journal, "c1", name="Zoë Canary")
    with closing(open_index(place.store)) as index:
        list(index.build())
        assert index.count(Filters()) == 1
        folder = index_of(place.store).parent
        everything = b"".join(each.read_bytes() for each in folder.iterdir())
    assert b"c1" in everything
    assert {piece for piece in place.said["c1"] if piece in everything} == set()


async def test_the_index_is_its_owners_alone(store):
    """The file, what SQLite keeps beside it, and the folder."""
    await record(store, "a")
    with closing(open_index(store)) as index:
        list(index.build())
        folder = index_of(store).parent
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}


@pytest.mark.parametrize(
    ("url", "begins"),
    [
        ("postgresql://anna:s3cret@db.example:5432/calls", "calls-"),
        ("postgresql://anna:s3cret@db.example/s3cret@host", "calls-"),
        ("/home/anna/s3cret folder/calls.sqlite", "calls-"),
        ("/data/Zoë s3cret.sqlite", "calls-"),
    ],
)
def test_an_index_is_named_after_its_record_and_tells_no_secret(url, begins, cache):
    """Of a URL the database's name, of a path the file's, where they are plain."""
    path = index_of(url)
    assert path.parent == cache / "interlock" / "index"
    assert path.name.startswith(begins)
    assert "s3cret" not in path.name


def test_each_record_has_an_index_of_its_own_whatever_its_password(tmp_path):
    """Of the same name in another folder, on another host, in another database."""
    places = [str(tmp_path / "a" / "calls.sqlite"), str(tmp_path / "b" / "calls.sqlite")]
    places += [f"postgresql://anna:one@{host}/{name}" for host in ("a", "b") for name in ("calls", "more")]
    assert len({index_of(place) for place in places}) == len(places)
    assert index_of("postgresql://anna:one@a/calls") == index_of("postgres://bert:two@a:5432/calls")


async def test_an_index_that_cannot_be_made_is_said_in_a_line(store, cache):
    """What is wrong, and what to do about it."""
    await record(store, "a")
    cache.write_text("no folder")
    with (
        closing(open_index(store)) as index,
        pytest.raises(IndexUnusable, match=r"cannot be made .* set XDG_CACHE_HOME elsewhere"),
    ):
        index.state()


async def test_a_record_that_goes_away_leaves_the_index_as_it_is(store, tmp_path):
    """What was counted is answered; building says what is wrong, and goes on when the record is back."""
    await record(store, "a")
    with closing(KeptIndex(tmp_path / "i.sqlite", database_for_reading(store, BUSY_TIMEOUT_MS))) as index:
        list(index.build())
        store.rename(tmp_path / "elsewhere.sqlite")
        with pytest.raises(StoreError, match="cannot be read now"):
            list(index.build())
        assert taken(index) == (1, 1)
        (tmp_path / "elsewhere.sqlite").rename(store)
        await record(store, "b")
        list(index.build())
        assert taken(index) == (2, 2)


@pytest.mark.slow
async def test_an_index_of_a_server_is_built_followed_and_compared_as_of_a_file(postgres, tmp_path):
    """By an account that may only read; erased and removed calls, too."""
    url = postgres.fresh()
    await record(url, "Zoë", "a", "b", "B")
    with closing(open_index(url)) as index:
        list(index.build())
        assert (taken(index), index.state().whole) == ((4, 4), True)
        follower = follow(url)
        await follower.look()
        with open_journal(url) as journal:
            at = datetime.now(UTC)
            await journal.append([opened("live", at=at, private={"x": "y"})])
            index.take(await follower.look())
            await journal.append([accepted(2, 1, "live", at=at, audit=AUDIT)])
            index.take(await follower.look())
            assert (taken(index), index.calls(Filters(), limit=1)[0].complete) == ((5, 5), True)
            await journal.append([ended(3, "live", at=at)])
            with open_upkeep(url, "", BUSY_TIMEOUT_MS) as upkeep:
                list(upkeep.erase(["live"], "asked for"))
            for table in TABLES:
                its = delete(table).where(table.c.call_id == "a")
                await journal.transact(lambda connection, its=its: connection.execute(its))
        list(index.build())
        assert (taken(index), index.count(Filters(erased=True))) == ((4, 4), 1)
        assert {its.call_id for its in index.calls(Filters())} == {"Zoë", "b", "B", "live"}
        await follower.aclose()


async def test_many_that_make_the_same_file_at_once_all_have_it(store):
    """Nobody is told that it is locked."""
    await record(store, "a")
    for _ in range(5):
        shutil.rmtree(index_of(store).parent, ignore_errors=True)
        indexes = [open_index(store) for _ in range(6)]
        with ThreadPoolExecutor(6) as pool:
            assert [its.calls for its in pool.map(lambda its: its.state(), indexes)] == [0] * 6
        for index in indexes:
            index.close()

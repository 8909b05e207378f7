"""Where a copy of the record may go, and when one may be put back: never over a record that is in use, or half."""

import asyncio
import gzip
import os
import resource
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from interlock.app.private import in_one_step
from interlock.app.store import REVISION, StoreError, open_journal, open_reader
from interlock.app.store.commitment_key import NAME
from interlock.app.store.copying import back_up, put_in_place
from interlock.app.store.elsewhere import require_elsewhere
from interlock.app.store.log import lacks_log
from tests.app.test_backup import live, store
from tests.app.test_cli import _clean_surroundings, interlock
from tests.app.test_earlier_record import KEPT
from tests.store.entries import accepted, ended, opened

__all__ = ["_clean_surroundings", "interlock", "live", "store"]
BUSY_MS = 50


def _linked(path: Path, name: str) -> Path:
    path.with_name(name).symlink_to(path)
    return path.with_name(name)


def _hard(path: Path, name: str) -> Path:
    os.link(path, path.with_name(name))
    return path.with_name(name)


PLACES = {
    "itself": lambda path: path,
    "by another way": lambda path: path.parent / "." / "there" / ".." / path.name,
    "by a link": lambda path: _linked(path, "link"),
    "by a hard link": lambda path: _hard(path, "hard"),
    "its log": lambda path: path.with_name(f"{path.name}-wal"),
    "its log by a link": lambda path: _linked(path.with_name(f"{path.name}-wal"), "log"),
    "its index": lambda path: path.with_name(f"{path.name}-shm"),
    "its journal, which is not there": lambda path: path.with_name(f"{path.name}-journal"),
    "its journal, in other letters": lambda path: path.with_name(f"{path.name.upper()}-JOURNAL"),
}


@pytest.mark.parametrize("where", PLACES)
@pytest.mark.parametrize("command", [("store", "backup", "--replace"), ("audit", "export", "--all", "--out")])
async def test_nothing_is_written_over_the_record(live, store, tmp_path, where, command):
    """
    Nor over a file that SQLite keeps beside it, however that is named: the record goes on, and is whole.
    """
    (tmp_path / "there").mkdir()
    out = PLACES[where](tmp_path / "calls.sqlite")
    code, _, complaint = store(*command, out)
    assert (code, len(complaint)) == (2, 1)
    assert f"{out} is " in complaint[0]
    await live.append([ended(3)])
    live.close()
    with open_reader(tmp_path / "calls.sqlite") as reader:
        assert [its.seq for its in reader.records("c1")] == [1, 2, 3]


@pytest.mark.parametrize("command", [("store", "backup", "--replace"), ("audit", "export", "--all", "--out")])
async def test_nothing_is_written_over_another_database_in_use(live, store, tmp_path, command):
    """
    One with a log beside it: whoever has it open would go on in a file that nobody finds.
    """
    with closing(sqlite3.connect(tmp_path / "other.sqlite")) as other:
        other.execute("PRAGMA journal_mode=WAL")
        other.execute("CREATE TABLE t (x)")
        code, _, complaint = store(*command, tmp_path / "other.sqlite")
    assert code == 2
    assert "other.sqlite is a database that may be in use: other.sqlite-wal is beside it" in complaint[0]


def test_nothing_is_written_among_the_checkpoints(tmp_path):
    """
    What stands there is read as checkpoints.
    """
    (tmp_path / "signed").mkdir()
    with pytest.raises(StoreError, match="is in the folder of the checkpoints"):
        require_elsewhere(tmp_path / "signed" / "a.jsonl", tmp_path / "calls.sqlite", tmp_path / "signed")


async def test_a_copy_of_an_older_record_says_what_brings_it_along(store, tmp_path):
    """
    Of that file, whatever the store is; then it is put in place.
    """
    copy = tmp_path / "an older.sqlite"
    copy.write_bytes(gzip.decompress(KEPT.read_bytes()))
    code, _, complaint = store("store", "restore", copy)
    command = f"INTERLOCK_STORE='{copy}' interlock store upgrade"
    assert code == 2
    assert f"the copy {copy} has revision 0001, expected {REVISION}: run {command}, and restore it" in complaint[0]
    assert store("store", "upgrade", of=copy.name)[0] == 0
    assert store("store", "restore", copy)[0] == 0
    assert store("audit", "verify")[0] == 0


async def test_a_record_behind_a_link_is_whole(live, store, tmp_path):
    """
    Its log is beside the file itself.
    """
    link = _linked(tmp_path / "calls.sqlite", "link.sqlite")
    assert not lacks_log(link)
    assert store("store", "backup", tmp_path / "copy.sqlite", of="link.sqlite")[0] == 0


@contextmanager
def _no_room(most_bytes: int):
    """
    No file of this process may grow beyond that.
    """
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def _written(path: Path, name: str, size: int = 0) -> Path:
    with open_journal(path) as journal:
        private = {"facts": {"caller_name": name, "said": "x" * size}}
        await journal.append([opened(), accepted(2, 1, private=private), ended(3)])
    return path


async def test_where_there_is_no_room_nothing_is_lost(tmp_path):
    """
    The copy that was there, and the record that was there, are what they were; nothing half stays beside them.
    """
    old = await _written(tmp_path / "old.sqlite", "Anna")
    new = await _written(tmp_path / "new.sqlite", "Bert", 400_000)
    back_up(old, tmp_path / "copy.sqlite", BUSY_MS)
    back_up(new, tmp_path / "large.sqlite", BUSY_MS)
    before = (tmp_path / "copy.sqlite").read_bytes()
    with _no_room(200_000), pytest.raises(StoreError, match="cannot be written or read"):
        back_up(new, tmp_path / "copy.sqlite", BUSY_MS, replace=True)
    with _no_room(200_000), pytest.raises(StoreError, match="cannot be written or read"):
        put_in_place(tmp_path / "large.sqlite", old, BUSY_MS, replace=True)
    with _no_room(200_000), pytest.raises(StoreError, match="cannot be written or read"):
        put_in_place(tmp_path / "large.sqlite", tmp_path / "none.sqlite", BUSY_MS)
    assert (tmp_path / "copy.sqlite").read_bytes() == before
    with open_reader(old) as reader:
        assert reader.private("c1")[2]["facts"]["caller_name"] == "Anna"
    assert not [*tmp_path.glob("none*"), *tmp_path.glob(".*.part*")]


async def test_a_record_that_is_no_database_any_more_is_replaced(store, tmp_path):
    """
    That is what a copy is kept for; a log that was left of it does not get into the copy.
    """
    await _written(tmp_path / "good.sqlite", "Anna")
    copy, bad = tmp_path / "copy.sqlite", tmp_path / "calls.sqlite"
    assert store("store", "backup", copy, of="good.sqlite")[0] == 0
    bad.write_bytes(b"no database" * 1000)
    bad.with_name("calls.sqlite-wal").write_bytes(b"of something else")
    code, said, complaint = store("store", "restore", copy, "--replace")
    assert (code, complaint) == (0, []), said
    with open_reader(bad) as reader:
        assert reader.private("c1")[2]["facts"]["caller_name"] == "Anna"
    assert not bad.with_name("calls.sqlite-wal").exists()


async def test_a_record_is_not_replaced_under_a_worker_without_a_call(store, tmp_path):
    """
    It would go on with the key of the record before, and everything it writes would look tampered with.
    """
    await _written(tmp_path / "good.sqlite", "Anna")
    copy = tmp_path / "copy.sqlite"
    assert store("store", "backup", copy, of="good.sqlite")[0] == 0
    with open_journal(tmp_path / "calls.sqlite") as idle:
        code, _, complaint = store("store", "restore", copy, "--replace")
        assert code == 2
        assert "is open in another process" in complaint[0]
        await idle.append([opened("c2"), ended(2, "c2")])
    assert store("audit", "verify")[0] == 0
    assert store("store", "restore", copy, "--replace")[0] == 0
    with open_reader(tmp_path / "calls.sqlite") as reader:
        assert reader.ids() == ["c1"]


IDLE = """
import sys
from interlock.app.store import open_journal
with open_journal(sys.argv[1]):
    print("idle", flush=True)
    sys.stdin.read()
"""


@pytest.mark.slow
def test_a_worker_that_was_killed_holds_nobody_up(store, tmp_path):
    """
    What a process holds is let go of with it.
    """
    asyncio.run(_written(tmp_path / "calls.sqlite", "Anna"))
    copy = tmp_path / "copy.sqlite"
    assert store("store", "backup", copy)[0] == 0
    idle = [sys.executable, "-c", IDLE, tmp_path / "calls.sqlite"]
    with subprocess.Popen(idle, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout.readline() == "idle\n"
        assert "is open in another process" in store("store", "restore", copy, "--replace")[2][0]
        worker.kill()
        worker.wait()
    assert store("store", "restore", copy, "--replace")[0] == 0


async def test_a_worker_that_begins_afterwards_has_the_keys_of_the_copy(store, tmp_path):
    """
    What it writes fits, and what was there does, too.
    """
    await _written(tmp_path / "calls.sqlite", "Anna")
    await _written(tmp_path / "other.sqlite", "Bert")
    copy = tmp_path / "copy.sqlite"
    assert store("store", "backup", copy, of="other.sqlite")[0] == 0
    assert store("store", "restore", copy, "--replace", of="calls.sqlite")[0] == 0
    with open_journal(tmp_path / "calls.sqlite") as journal:
        await journal.append([opened("c2"), accepted(2, 1, "c2", private={"args": {"n": 1}}), ended(3, "c2")])
    code, said, _ = store("audit", "verify")
    assert code == 0, said
    assert _key_of(tmp_path / "calls.sqlite") == _key_of(tmp_path / "other.sqlite")


def _key_of(path: Path) -> bytes:
    with closing(sqlite3.connect(path)) as base:
        return base.execute("SELECT value FROM secrets WHERE name = ?", (NAME,)).fetchone()[0]


def test_a_demonstration_is_not_written_over_the_record(interlock, tmp_path):
    """
    Nothing is said before that is known.
    """
    (tmp_path / "out").mkdir()
    asyncio.run(_written(tmp_path / "out" / "support.txt", "Anna"))
    code, _, complaint = interlock("demo", "support", "--out", "out", INTERLOCK_STORE=tmp_path / "out" / "support.txt")
    assert (code, complaint[0].partition(",")[0]) == (2, "out/support.txt is the record itself")


def test_what_a_killed_process_left_is_in_nobodys_way(tmp_path):
    """
    The next process may have its number.
    """
    out = tmp_path / "copy.sqlite"
    out.with_name(f".{out.name}.{os.getpid()}.part").write_text("half")
    with in_one_step(out) as part:
        assert part.read_bytes() == b""
        part.write_bytes(b"whole")
    assert [each.name for each in tmp_path.iterdir()] == [out.name]
    assert (out.read_bytes(), out.stat().st_mode & 0o777) == (b"whole", 0o600)

"""`interlock store backup` and `restore`: a whole copy while calls run, and back again only what verifies."""

import re
import shutil
import sqlite3
from pathlib import Path

import pytest

from interlock.app.store import open_journal, open_reader
from interlock.app.store.log import lacks_log
from tests.app.test_cli import _clean_surroundings, interlock
from tests.store.entries import accepted, ended, opened

__all__ = ["_clean_surroundings", "interlock"]


@pytest.fixture
async def live(tmp_path: Path):
    """
    A record that is being written, of a call that goes on.
    """
    with open_journal(tmp_path / "calls.sqlite") as journal:
        await journal.append([opened(), accepted(2, 1, private={"facts": {"caller_name": "Anna"}})])
        yield journal


@pytest.fixture
def store(interlock, tmp_path: Path):
    """
    The command, on that record or another of the folder.
    """
    return lambda *args, of="calls.sqlite": interlock(*map(str, args), INTERLOCK_STORE=str(tmp_path / of))


async def test_a_copy_is_whole_while_calls_go_on_and_can_be_put_back(live, store, tmp_path):
    """
    It needs no other file, only its owner may read it, and what came later is not in it.
    """
    copy = tmp_path / "copy.sqlite"
    assert store("store", "backup", copy)[0] == 0
    await live.append([ended(3)])
    assert copy.stat().st_mode & 0o777 == 0o600
    assert not list(tmp_path.glob("copy.sqlite-*"))
    code, said, _ = store("store", "restore", copy, of="other.sqlite")
    assert (code, said.splitlines()[-1]) == (0, f"{tmp_path / 'other.sqlite'} is what {copy} holds.")
    with open_reader(tmp_path / "other.sqlite") as reader:
        assert [its.seq for its in reader.records("c1")] == [1, 2]
        assert reader.private("c1")[2]["facts"] == {"caller_name": "Anna"}


async def test_nothing_is_overwritten_without_being_told(live, store, tmp_path):
    """
    Neither a copy nor a record; and no record while somebody has it open.
    """
    copy = tmp_path / "copy.sqlite"
    assert store("store", "backup", copy)[0] == 0
    for args, of in (("backup", copy), "calls.sqlite"), (("restore", copy), "calls.sqlite"):
        code, _, complaint = store("store", *args, of=of)
        assert code == 2
        assert "is there already" in complaint[0]
    assert store("store", "backup", copy, "--replace")[0] == 0
    code, _, complaint = store("store", "restore", copy, "--replace")
    assert code == 2
    assert "calls.sqlite is open in another process: nothing was overwritten" in complaint[0]
    code, _, complaint = store("store", "restore", tmp_path / "calls.sqlite", "--replace")
    assert code == 2
    assert "is the record itself, expected a copy" in complaint[0]


async def test_a_copy_that_lacks_its_log_is_recognised(live, store, tmp_path):
    """
    By whoever verifies it, lists its calls or would put it in place; the record itself is not accused, open or closed.
    """
    bare = tmp_path / "bare.sqlite"
    shutil.copy(tmp_path / "calls.sqlite", bare)
    code, said, _ = store("audit", "verify", of="bare.sqlite")
    assert code == 1
    assert "the store was copied without its log" in said
    shutil.copy(tmp_path / "calls.sqlite", bare)
    for leftover in tmp_path.glob("bare.sqlite-*"):
        leftover.unlink()
    assert "the store was copied without its log" in " ".join(store("audit", "list", of="bare.sqlite")[2])
    code, _, complaint = store("store", "restore", bare, of="other.sqlite")
    assert code == 2
    assert "is a copy without its log" in complaint[0]
    assert not (tmp_path / "other.sqlite").exists()
    assert store("audit", "verify")[0] == 0
    live.close()
    assert not lacks_log(tmp_path / "calls.sqlite")
    assert store("audit", "verify")[0] == 0


async def test_a_copy_that_does_not_verify_is_not_put_in_place(live, store, tmp_path):
    """
    The finding is shown, and nothing was changed.
    """
    copy = tmp_path / "copy.sqlite"
    assert store("store", "backup", copy)[0] == 0
    with sqlite3.connect(copy) as base:
        base.execute("UPDATE private SET data = '{}'")
    base.close()
    code, said, _ = store("store", "restore", copy, of="other.sqlite")
    assert code == 1
    assert "call c1: what record 2 kept apart was changed" in said
    assert not (tmp_path / "other.sqlite").exists()


def test_a_record_in_postgresql_is_copied_by_its_own_tools(interlock, tmp_path):
    """
    Which they are is said.
    """
    code, _, complaint = interlock(
        "store", "backup", str(tmp_path / "copy"), INTERLOCK_STORE="postgresql://127.0.0.1:1/calls"
    )
    assert code == 2
    assert "pg_dump copies it while calls run" in complaint[0]


def test_the_commands_are_listed_as_one_needs_them(interlock):
    """
    What a record begins with, what is done day by day, what is seldom.
    """
    listed = re.findall(r"^│ ([a-z][a-z-]+) ", interlock("store", "--help")[1], re.MULTILINE)
    assert listed == ["key", "checkpoint-key", "upgrade", "backup", "restore", "prune", "compact", "rotate-key"]

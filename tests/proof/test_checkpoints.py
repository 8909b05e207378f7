"""Signing: when, by how many at once, and what becomes of calls when nothing can be signed."""

import asyncio
import json
import shutil
import subprocess
import sys
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from interlock.app.calls.journal import journal_of
from interlock.app.proof import ProofError
from interlock.app.proof.checkpoint import is_signed, read_checkpoint
from interlock.app.proof.folder import append, statements_of
from interlock.app.proof.keys import new_key
from interlock.app.proof.signing import Checkpoints
from interlock.app.proof.stored import Stored
from interlock.app.proof.verifying import Verification
from interlock.app.settings import Settings, SettingsError
from interlock.app.store import BUSY_TIMEOUT_MS, StoreJournal, open_journal
from interlock.app.store.database import Database
from interlock.app.store.ends import End
from interlock.app.store.fitting import fit_of
from interlock.app.store.kept import records_of
from interlock.app.store.opening import database_for_reading
from interlock.app.store.upkeep import open_upkeep
from tests.proof.world import FOR_GOOD_S, World
from tests.store.entries import accepted, ended, opened

AT = "2026-03-02T09:30:00.000000+00:00"


def end(length: int, records: int, *, over: bool = False) -> End:
    """Where a call ends."""
    return End(length, bytes(32), records, AT, over)


@pytest.fixture
def signing(tmp_path: Path):
    """
    Who signs every 3 records or 5 seconds, on a clock of its own; nobody has written anything.
    """
    made = Checkpoints(tmp_path, new_key(), 5.0, 3, monotonic=lambda: 100.0)
    yield made
    made.close()


def test_a_call_is_signed_after_so_many_records_or_seconds_and_at_its_end(signing: Checkpoints) -> None:
    """
    Whichever comes first, counted from the first record that is not signed.
    """
    signing.wrote({"slow": end(1, 1)})
    assert signing.due(100.0) == (set(), 5.0)
    assert signing.due(105.0)[0] == {"slow"}
    signing.wrote({"slow": end(2, 1)})
    assert signing.due(104.0) == (set(), 1.0)


@pytest.mark.parametrize("written", [end(3, 3), end(2, 1, over=True)], ids=["many records", "the end"])
def test_it_is_signed_in_one_line(tmp_path: Path, written: End) -> None:
    """
    With how long the record is, and what it ends in.
    """
    key, told = new_key(), threading.Event()
    made = Checkpoints(tmp_path, key, FOR_GOOD_S, 3, now=lambda: (told.set(), datetime.now(UTC))[1])
    made.wrote({"c1": written})
    assert told.wait(10)
    made.close()
    ((_, line),) = statements_of(tmp_path)
    its = read_checkpoint(line)
    assert (its.call_id, its.length, its.head, its.written_at) == ("c1", written.length, written.head, AT)
    assert is_signed(line, {key.public.name: key.public})
    assert not is_signed(line, {key.public.name: new_key().public})
    assert not is_signed(line.replace('"c1"', '"c2"'), {key.public.name: key.public})
    assert is_signed(json.dumps(json.loads(line), indent=1), {key.public.name: key.public})
    twice = f'{line[:-1]},"checkpoint":{json.dumps({**json.loads(line)["checkpoint"], "length": 9})}}}'
    assert not is_signed(twice, {key.public.name: key.public})


async def test_a_folder_that_fails_is_logged_and_no_append_fails(tmp_path: Path) -> None:
    """
    The record goes on; what could not be signed is signed once the folder is there again.
    """
    world, tried = World(str(tmp_path / "calls.sqlite"), tmp_path / "checkpoints"), threading.Event()

    def now() -> datetime:
        if not tried.is_set():
            shutil.rmtree(world.folder)
        else:
            world.folder.mkdir()
        tried.set()
        return datetime.now(UTC)

    with structlog.testing.capture_logs() as logs:
        checkpoints = Checkpoints(world.folder, world.key, FOR_GOOD_S, 1, now=now)
        with open_journal(world.store, checkpoints=checkpoints) as journal:
            await journal.append([opened()])
            assert tried.wait(10)
            await journal.append([opened("c2")])
    assert [(each["event"], each["why"]) for each in logs] == [("checkpoint.failed", "No such file or directory")]
    found, sums = world.verified(signed=True)
    assert (found, sums.records, sums.unsigned) == ([], 2, 0)


async def test_a_record_is_verified_while_it_is_written(tmp_path: Path) -> None:
    """
    What was written since a page was read is no finding, nor what was signed since.
    """
    world, found = World(str(tmp_path / "calls.sqlite"), tmp_path / "checkpoints"), []

    async def write(journal: StoreJournal, number: int) -> None:
        call_id = f"c{number % 7}-{number}"
        await journal.append([opened(call_id)])
        for seq in range(2, 12):
            await journal.append([accepted(seq, seq - 1, call_id)])

    with world.journal(every_records=2) as journal:
        await journal.append([opened("first"), ended(2, "first")])
        world.sign()
        writing = asyncio.gather(*(write(journal, number) for number in range(12)))
        while not writing.done():
            found += (await asyncio.to_thread(world.verified, signed=True))[0]
    assert found == []
    assert world.verified(signed=True)[1].records == 12 * 11 + 2


async def test_a_process_that_ends_without_signing_leaves_a_clean_record(world: World) -> None:
    """
    What it wrote last counts as unsigned until somebody writes the call again.
    """
    with open_journal(world.store) as journal:
        await journal.append([opened("three"), accepted(2, 1, "three")])
    assert (world.verified(signed=True)[0], world.verified(signed=True)[1].unsigned) == ([], 2)
    with world.journal() as journal:
        await journal.append([ended(3, "three")])
    assert (world.verified(signed=True)[0], world.verified(signed=True)[1].unsigned) == ([], 0)


@pytest.mark.parametrize("key", [None, new_key().public.text], ids=["none", "a public one"])
def test_a_folder_without_a_key_that_signs_is_refused(tmp_path: Path, key: str | None) -> None:
    """
    At the start, and the store is not made.
    """
    given = Settings(store=str(tmp_path / "calls.sqlite"), checkpoints=tmp_path / "checkpoints", checkpoint_key=key)
    with pytest.raises(SettingsError, match=r"INTERLOCK_CHECKPOINT_KEY is (missing|a public key)"):
        journal_of(given)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    """
    By its name.
    """
    (tmp_path / "checkpoints").touch()
    with pytest.raises(ProofError, match=r"INTERLOCK_CHECKPOINTS is .*, which cannot be written"):
        Checkpoints(tmp_path / "checkpoints", new_key(), 5.0, 100)


def test_lines_of_several_writers_are_never_mixed(tmp_path: Path) -> None:
    """
    A line that was torn by a loss of power stays alone.
    """
    (tmp_path / "d.checkpoints.jsonl").write_text('{"half')

    def write(number: int) -> None:
        for line in range(10):
            append(tmp_path, "d", [json.dumps([number, line, "x" * 500])] * 3)

    threads = [threading.Thread(target=write, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    half, *lines = [line for _, line in statements_of(tmp_path)]
    assert half == '{"half'
    written = sorted((number, line) for number in range(4) for line in range(10) for _ in range(3))
    assert sorted(tuple(json.loads(line)[:2]) for line in lines) == written


async def test_an_erased_call_verifies_and_its_last_line_is_signed(tmp_path: Path) -> None:
    """
    What was personal is not in the chain.
    """
    world = World(str(tmp_path / "calls.sqlite"), tmp_path / "checkpoints")
    with world.journal() as journal:
        told = accepted(2, 1, private={"facts": {"name": "Ann"}})
        await journal.append([opened(), told, ended(3)])
    with open_upkeep(world.store, "", BUSY_TIMEOUT_MS, Checkpoints(world.folder, world.key, FOR_GOOD_S, 9)) as store:
        assert [its.entries for its in store.erase(["c1"], "asked for")] == [1]
    for signed in (True, False):
        found, sums = world.verified(signed=signed)
        assert (found, sums.records) == ([], 4)
    assert world.verified(signed=True)[1].unsigned == 0


@pytest.mark.slow
def test_several_processes_sign_into_one_folder(tmp_path: Path) -> None:
    """
    All lines are whole, and the record that they wrote together is clean.
    """
    world = World(str(tmp_path / "calls.sqlite"), tmp_path / "checkpoints")
    command = [sys.executable, "-m", "tests.proof.signer", world.store, str(world.folder), world.key.text]
    children = [subprocess.Popen([*command, f"c{number}"]) for number in range(3)]
    assert [child.wait(60) for child in children] == [0, 0, 0]
    found, sums = world.verified(signed=True)
    assert found == []
    assert (sums.calls, sums.records, sums.unsigned, sums.unreadable) == (3, 120, 0, 0)
    assert sums.checkpoints >= 3


async def test_a_call_that_goes_on_between_two_looks_is_compared_as_it_is_then(tmp_path: Path) -> None:
    """
    What is kept apart of it is newer than the records that were read: those are read again, with it.
    """
    store = tmp_path / "calls.sqlite"
    with open_journal(store) as journal, closing(database_for_reading(store, BUSY_TIMEOUT_MS)) as database:
        await journal.append([opened()])
        before = database.read(lambda connection: records_of(connection, "c1"))
        await journal.append([accepted(2, 1, private={"args": {"n": 1}})])
        stored = Stored(database)
        its = stored.kept({"c1": before})["c1"]
        assert (len(its.records), fit_of(its, stored.seal).misfits) == (2, [])


class Stalls:
    """
    A database that gives no answer in time, so many times; then it does.
    """

    def __init__(self, database: Database, times: int) -> None:
        self._database, self._left = database, times
        self.dialect = database.dialect

    def read(self, work):
        """Answer, if it is time."""
        self._left -= 1
        if self._left >= 0:
            raise TimeoutError
        return self._database.read(work)


@pytest.mark.parametrize(("times", "found"), [(2, 2), (3, None)])
def test_a_database_that_was_slow_for_a_moment_is_asked_again(world: World, times: int, found: int | None) -> None:
    """
    A verification that ran for an hour does not end for that; nobody is asked for ever.
    """
    with closing(database_for_reading(world.store, BUSY_TIMEOUT_MS)) as database:
        its = Verification(Stored(Stalls(database, times)), None)
        if found is None:
            with pytest.raises(ProofError, match="cannot be read \\(TimeoutError\\)"):
                list(its.findings())
        else:
            assert (list(its.findings()), its.sums.calls) == ([], found)

"""The journal: all or none, durable on return, one bad append never another's problem, and nothing lost."""

import asyncio
import os
import shutil
import sqlite3
import tempfile
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from agents.journal import Entry, JournalDown
from app.store import SCHEMA_VERSION, Record, StoreError, open_journal, open_reader
from machines.base import Snapshot

AT = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)


def position(epoch, state="triage"):
    return Snapshot("Support", 1, ("live", state), {"before": ("triage",)}, epoch)


def opened(call_id="c1", **changes):
    return replace(Entry(call_id, "support", 1, "call.opened", AT, 0, snapshot=position(0)), **changes)


def accepted(seq, epoch, call_id="c1", **changes):
    entry = Entry(call_id, "support", seq, "transition.accepted", AT, epoch, {"event": "e"}, snapshot=position(epoch))
    return replace(entry, **changes)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "deep" / "calls.sqlite"


@pytest.fixture
def journal(file):
    with open_journal(file) as journal:
        yield journal


@contextmanager
def locked(file):
    """Another connection holds the write lock: the writer waits with its first group, and what comes later queues."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


async def together(journal, file, *appends):
    """The outcomes of appends handed over while the writer cannot write: at most two groups."""
    with locked(file):
        tasks = [asyncio.ensure_future(journal.append(a)) for a in appends]
        await asyncio.sleep(0)
    return await asyncio.gather(*tasks, return_exceptions=True)


async def test_what_was_appended_is_read_back_as_it_was(journal):
    """Record, private part and snapshot, each in its place."""
    private = {"args": {"name": "Zoë \ud83d"}}
    await journal.append([opened(), accepted(2, 1, private=private)])
    assert journal.records("c1") == [
        Record("c1", 1, "call.opened", AT, 0, {}),
        Record("c1", 2, "transition.accepted", AT, 1, {"event": "e"}),
    ]
    assert journal.private("c1") == {2: private}
    assert journal.snapshot("c1") == position(1)


async def test_times_are_kept_in_utc(journal):
    """Whatever zone they came in."""
    await journal.append([opened(at=AT.astimezone(timezone(timedelta(hours=5))))])
    assert journal.records("c1")[0].at.utcoffset() == timedelta(0)
    assert journal.records("c1")[0].at == AT


async def test_a_call_knows_its_flow_its_chart_and_its_end(journal):
    """What a list of calls shows."""
    end = Entry("c1", "support", 3, "call.ended", AT + timedelta(minutes=2), 1, {"reason": "caller_left"})
    await journal.append([opened(), accepted(2, 1)])
    await journal.append([end])
    call = journal.call("c1")
    assert (call.flow, call.machine, call.machine_version, call.epoch) == ("support", "Support", 1, 1)
    assert (call.started_at, call.ended_at, call.end_reason) == (AT, AT + timedelta(minutes=2), "caller_left")
    assert (call.accepted, call.refused) == (1, 0)


async def test_calls_come_newest_first_and_no_more_than_asked_for(journal):
    """The latest call is the one people ask about."""
    for number in range(3):
        await journal.append([opened(f"c{number}", at=AT + timedelta(minutes=number))])
    assert [c.call_id for c in journal.calls(2)] == ["c2", "c1"]


async def test_an_append_is_written_whole_or_not_at_all(journal):
    """The second entry is a repetition, so the first is not there either, nor its snapshot."""
    await journal.append([opened(), accepted(2, 1)])
    with pytest.raises(JournalDown, match="written before"):
        await journal.append([accepted(3, 2), accepted(2, 3)])
    assert [r.seq for r in journal.records("c1")] == [1, 2]
    assert journal.snapshot("c1") == position(1)


async def test_a_repeated_sequence_number_is_refused(journal):
    """Two writers cannot both have had the second word."""
    await journal.append([opened()])
    await journal.append([accepted(2, 0, snapshot=None)])
    with pytest.raises(JournalDown, match="written before"):
        await journal.append([accepted(2, 0, snapshot=None)])


async def test_a_stale_writer_cannot_move_a_call_back(journal):
    """A snapshot of an earlier epoch is refused; one of the same epoch is not."""
    await journal.append([opened(), accepted(2, 5)])
    with pytest.raises(JournalDown, match="stale"):
        await journal.append([accepted(3, 4)])
    assert journal.snapshot("c1").epoch == 5
    await journal.append([accepted(3, 5)])


async def test_a_call_is_opened_first_and_once(journal):
    """Neither a record without its call nor a second beginning."""
    with pytest.raises(JournalDown, match="never opened"):
        await journal.append([accepted(1, 1)])
    with pytest.raises(JournalDown, match="never opened"):
        await journal.append([accepted(1, 0, snapshot=None)])
    await journal.append([opened()])
    with pytest.raises(JournalDown):
        await journal.append([opened(seq=2)])


@pytest.mark.parametrize(
    "bad",
    [
        {"audit": {"x": float("nan")}},
        {"audit": {"x": object()}},
        {"private": {"x": {1, 2}}},
        {"at": datetime(2026, 3, 2)},
        {"epoch": 2**70, "snapshot": None},
        {"kind": "\ud800"},
    ],
)
async def test_what_cannot_be_written_is_refused_without_its_values_and_the_journal_lives_on(journal, bad):
    """Not JSON, no zone, a number or a text no database holds."""
    await journal.append([opened()])
    with pytest.raises(JournalDown) as raised:
        await journal.append([replace(accepted(2, 1, private={"c": "canary"}), **bad)])
    assert "canary" not in str(raised.value)
    await journal.append([accepted(2, 1)])


async def test_nothing_to_append_is_nothing(journal):
    """No entries, no transaction, no error."""
    await journal.append([])
    assert journal.calls() == []


async def test_one_bad_append_in_a_group_fails_alone(journal, file):
    """Strangers in the same transaction do not pay for it."""
    appends = [opened("a")], [opened("b")], [opened("a")], [accepted(9, 0, "nobody")], [opened("c")]
    outcome = await together(journal, file, *appends)
    assert [type(o) for o in outcome] == [type(None), type(None), JournalDown, JournalDown, type(None)]
    assert {c.call_id for c in journal.calls()} == {"a", "b", "c"}


async def test_what_waits_together_is_written_together(journal, file):
    """Twenty appends, one transaction, but for those that were first."""
    commits = []
    event.listen(journal._engine, "commit", commits.append)
    await together(journal, file, *([opened(f"c{i}")] for i in range(20)))
    assert len(commits) <= 2
    assert len(journal.calls()) == 20


async def test_appends_of_one_call_keep_their_order_within_a_group(journal, file):
    """First come, first written: the last snapshot is the last one appended."""
    await journal.append([opened()])
    outcome = await together(journal, file, *([accepted(n + 1, n)] for n in range(1, 30)))
    assert outcome == [None] * 29
    assert journal.snapshot("c1").epoch == 29


async def test_a_hundred_callers_at_once_are_all_written(journal):
    """Each call whole and in order."""

    async def call(name):
        await journal.append([opened(name)])
        for seq in range(2, 12):
            await journal.append([accepted(seq, seq - 1, name)])

    await asyncio.gather(*(call(f"c{i}") for i in range(100)))
    assert all([r.seq for r in journal.records(f"c{i}")] == list(range(1, 12)) for i in range(100))


async def test_a_cancelled_append_harms_nobody(journal, file):
    """Its caller is gone, the entry may be there, and strangers in its group are answered (faults 25, 34)."""
    with locked(file):
        first, lost, stranger = (asyncio.ensure_future(journal.append([opened(c)])) for c in ("c1", "c2", "c3"))
        await asyncio.sleep(0)
        lost.cancel()
        with pytest.raises(asyncio.CancelledError):
            await lost
    async with asyncio.timeout(10):
        assert await asyncio.gather(first, stranger) == [None, None]
    await journal.append([accepted(2, 1)])
    assert {c.call_id for c in journal.calls()} == {"c1", "c2", "c3"}


def test_a_loop_that_closed_before_the_answer_harms_nobody(journal, file):
    """What waited is written all the same, and another loop can go on."""

    async def leave_one_waiting():
        waiting.append(asyncio.ensure_future(journal.append([accepted(2, 1)])))
        await asyncio.sleep(0)

    waiting = []
    asyncio.run(journal.append([opened()]))
    with locked(file):
        asyncio.run(leave_one_waiting())
    asyncio.run(journal.append([accepted(3, 2)]))
    assert waiting[0].cancelled()
    assert [r.seq for r in journal.records("c1")] == [1, 2, 3]


async def test_closing_writes_what_waits_and_refuses_what_comes_after(file):
    """Nothing that was handed over is lost; nothing is taken that would be."""
    journal = open_journal(file)
    await journal.append([opened()])
    waiting = [asyncio.ensure_future(journal.append([accepted(n, n - 1)])) for n in range(2, 50)]
    await asyncio.sleep(0)
    journal.close()
    journal.close()
    assert not journal._thread.is_alive()
    assert await asyncio.gather(*waiting) == [None] * 48
    with pytest.raises(JournalDown, match="closed"):
        await journal.append([accepted(50, 49)])
    with open_reader(file) as reader:
        assert len(reader.records("c1")) == 49


async def test_every_commit_reaches_the_disk(journal):
    """Write-ahead log, and an fsync at each commit."""
    with journal._engine.connect() as connection:
        settings = [connection.exec_driver_sql(f"PRAGMA {p}").scalar_one() for p in ("journal_mode", "synchronous")]
    assert settings == ["wal", 2]


async def test_a_copy_made_in_the_middle_of_a_call_holds_every_answered_append(journal, file, tmp_path):
    """What kill -9 leaves behind: the file and its log, as they are (fault 30)."""
    await journal.append([opened()])
    for seq in range(2, 12):
        await journal.append([accepted(seq, seq - 1)])
    copy = copied(file, tmp_path)
    with open_reader(copy) as reader:
        assert len(reader.records("c1")) == 11


async def test_a_torn_last_record_is_gone_and_those_before_it_are_not(journal, file, tmp_path):
    """Half a commit is no commit (fault 28), and the journal opens and goes on."""
    await journal.append([opened()])
    for seq in range(2, 12):
        await journal.append([accepted(seq, seq - 1)])
    copy = copied(file, tmp_path)
    tear(f"{copy}-wal")
    with open_journal(copy) as again:
        assert [r.seq for r in again.records("c1")] == list(range(1, 11))
        assert again.snapshot("c1").epoch == 9
        await again.append([accepted(11, 10)])


def tear(log):
    os.truncate(log, os.path.getsize(log) - 100)


def copied(file, tmp_path):
    copy = tmp_path / "copy.sqlite"
    shutil.copy(file, copy)
    shutil.copy(f"{file}-wal", f"{copy}-wal")
    return copy


async def test_a_full_disk_fails_the_append_and_later_ones_work(journal):
    """The caller is told, nothing is half there (fault 23)."""
    await journal.append([opened()])
    with journal._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")
    with pytest.raises(JournalDown, match="full"):
        await journal.append([accepted(2, 1, audit={"much": "x" * 100_000})])
    with journal._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=100000")
    await journal.append([accepted(2, 1)])
    assert len(journal.records("c1")) == 2


async def test_a_database_locked_by_another_process_fails_the_append_and_later_ones_work(file, monkeypatch):
    """After waiting for it as long as we said (fault 27)."""
    monkeypatch.setattr("app.store.BUSY_TIMEOUT_MS", 10)
    with open_journal(file) as journal:
        await journal.append([opened()])
        with locked(file), pytest.raises(JournalDown, match="locked"):
            await journal.append([accepted(2, 1)])
        await journal.append([accepted(2, 1)])


async def test_a_group_waits_for_a_locked_database_once(file, monkeypatch):
    """Not once for each of the callers in it."""
    monkeypatch.setattr("app.store.BUSY_TIMEOUT_MS", 100)
    with open_journal(file) as journal:
        attempts = []
        event.listen(journal._engine, "rollback", attempts.append)
        with locked(file):
            appends = (journal.append([opened(f"c{i}")]) for i in range(20))
            outcome = await asyncio.gather(*appends, return_exceptions=True)
    assert {type(o) for o in outcome} == {JournalDown}
    assert len({id(o) for o in outcome}) == 20
    assert len(attempts) < 20


async def test_a_record_that_became_read_only_fails_the_append_and_later_ones_work(journal):
    """SQLite's own refusal (fault 29)."""
    await journal.append([opened()])
    with journal._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
    with pytest.raises(JournalDown, match="readonly"):
        await journal.append([accepted(2, 1)])
    with journal._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only=OFF")
    await journal.append([accepted(2, 1)])


async def test_reading_never_waits_for_a_writer(journal, file):
    """An auditor looks on while a transaction is open, and sees what was committed."""
    await journal.append([opened()])
    other = sqlite3.connect(file)
    other.execute("BEGIN IMMEDIATE")
    other.execute("UPDATE calls SET epoch = 9")
    with open_reader(file) as reader:
        assert reader.call("c1").epoch == 0
    other.rollback()
    other.close()


def test_a_reader_cannot_write(file):
    """Read-only is SQLite's word, not our intention."""
    open_journal(file).close()
    delete = "DELETE FROM calls"
    with open_reader(file) as reader, reader._reads.connect() as raw, pytest.raises(OperationalError, match="readonly"):
        raw.exec_driver_sql(delete)


def test_a_new_record_is_its_owners_alone(file):
    """It holds callers' data."""
    open_journal(file).close()
    assert file.stat().st_mode & 0o077 == 0


async def test_a_url_and_a_path_open_the_same_record(file):
    """`sqlite:///` with an absolute path has four slashes."""
    with open_journal(f"sqlite:///{file}") as journal:
        await journal.append([opened()])
    with open_reader(file) as reader:
        assert reader.call("c1")


def test_an_unknown_call_is_nothing(file):
    """No error, just nothing there."""
    with open_journal(file) as journal:
        assert (journal.call("x"), journal.snapshot("x"), journal.records("x"), journal.private("x")) == (
            None,
            None,
            [],
            {},
        )


@pytest.mark.parametrize("opener", [open_journal, open_reader])
@pytest.mark.parametrize(
    ("store", "says"),
    [
        ("postgresql://u:canary@h/d", "PostgreSQL URL, which is not there yet"),
        ("postgresql+psycopg://u:canary@h/d", "PostgreSQL URL, which is not there yet"),
        ("mysql://u:canary@h/d", "is a mysql URL, expected a path or sqlite"),
        ("://canary", "no URL that can be read"),
        (":memory:", "in memory, expected a file"),
        ("sqlite://", "in memory, expected a file"),
        ("", "in memory, expected a file"),
    ],
)
def test_a_store_that_is_no_sqlite_file_is_refused_in_one_line(opener, store, says):
    """What was found, what was expected, and no password."""
    with pytest.raises(StoreError, match=says) as raised:
        opener(store)
    assert "canary" not in str(raised.value)
    assert "\n" not in str(raised.value)


def spoiled(file, sql):
    raw = sqlite3.connect(file)
    raw.executescript(sql)
    raw.close()


@pytest.mark.parametrize("opener", [open_journal, open_reader])
def test_a_file_that_is_not_a_database_is_named_and_left_alone(tmp_path, opener):
    """A slip of the pen must not cost somebody their notes."""
    file = tmp_path / "notes.txt"
    file.write_text("these are notes " * 20)
    with pytest.raises(StoreError, match=r"notes\.txt is not a database"):
        opener(file)
    assert file.read_text() == "these are notes " * 20


@pytest.mark.parametrize("opener", [open_journal, open_reader])
def test_somebody_elses_database_is_refused(tmp_path, opener):
    """Tables we do not know, or our version number without our tables."""
    for number, sql in enumerate(("CREATE TABLE songs (x)", f"PRAGMA user_version={SCHEMA_VERSION}")):
        file = tmp_path / f"{number}.sqlite"
        spoiled(file, sql)
        with pytest.raises(StoreError, match="database of something else"):
            opener(file)


@pytest.mark.parametrize("opener", [open_journal, open_reader])
def test_a_newer_schema_is_refused(file, opener):
    """An old program must not write what a newer one has to read."""
    open_journal(file).close()
    spoiled(file, f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    with pytest.raises(StoreError, match=f"schema version {SCHEMA_VERSION + 1}, expected at most {SCHEMA_VERSION}"):
        opener(file)


@pytest.mark.parametrize("opener", [open_journal, open_reader])
def test_a_folder_is_no_store(tmp_path, opener):
    """Named as what it is."""
    with pytest.raises(StoreError, match="is a folder, expected"):
        opener(tmp_path)


def test_reading_a_record_that_is_not_there_makes_none(tmp_path):
    """Reading leaves no empty file behind."""
    with pytest.raises(StoreError, match="does not exist"):
        open_reader(tmp_path / "none.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_holds_no_record_to_read(tmp_path):
    """But a journal may begin in it."""
    file = tmp_path / "empty.sqlite"
    file.touch()
    with pytest.raises(StoreError, match="empty database"):
        open_reader(file)
    open_journal(file).close()
    open_reader(file).close()


def test_a_parent_that_is_a_file_is_named(tmp_path):
    """No folder can be made there."""
    (tmp_path / "notes").write_text("x")
    with pytest.raises(StoreError, match="cannot be made"):
        open_journal(tmp_path / "notes" / "calls.sqlite")


@contextmanager
def as_nobody():
    """Permissions hold for everybody but root; the test suite may run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def public_folder():
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


async def test_a_read_only_record_is_read_and_not_written(public_folder):
    """On a read-only disk an auditor still gets an answer, a worker a clear no."""
    file = public_folder / "calls.sqlite"
    with open_journal(file) as journal:
        await journal.append([opened()])
    file.chmod(0o444)
    public_folder.chmod(0o555)
    with as_nobody():
        with pytest.raises(StoreError, match="read-only, expected a writable file in a writable folder"):
            open_journal(file)
        with open_reader(file) as reader:
            assert reader.call("c1")
        with pytest.raises(StoreError, match="cannot be made"):
            open_journal(public_folder / "other" / "calls.sqlite")

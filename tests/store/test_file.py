"""What is a SQLite file's own: its log, its locks, its permissions, and files that are not ours."""

import asyncio
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from interlock.agents.call.journal import JournalDown
from interlock.app.store import StoreError, open_journal, open_reader
from interlock.app.store.log import lacks_log
from tests.store.entries import accepted, opened


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


async def test_every_commit_reaches_the_disk(journal):
    """Write-ahead log, and an fsync at each commit."""
    with journal._database.writes.connect() as connection:
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
    with journal._database.writes.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1")
    with pytest.raises(JournalDown, match="full"):
        await journal.append([accepted(2, 1, audit={"much": "x" * 100_000})])
    with journal._database.writes.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=100000")
    await journal.append([accepted(2, 1)])
    assert len(journal.records("c1")) == 2


async def test_a_database_locked_by_another_process_fails_the_append_and_later_ones_work(file, monkeypatch):
    """After waiting for it as long as we said (fault 27)."""
    monkeypatch.setattr("interlock.app.store.BUSY_TIMEOUT_MS", 10)
    with open_journal(file) as journal:
        await journal.append([opened()])
        with locked(file), pytest.raises(JournalDown, match="locked"):
            await journal.append([accepted(2, 1)])
        await journal.append([accepted(2, 1)])


async def test_a_group_waits_for_a_locked_database_once(file, monkeypatch):
    """Not once for each of the callers in it."""
    monkeypatch.setattr("interlock.app.store.BUSY_TIMEOUT_MS", 100)
    with open_journal(file) as journal:
        attempts = []
        event.listen(journal._database.writes, "rollback", attempts.append)
        with locked(file):
            appends = (journal.append([opened(f"c{i}")]) for i in range(20))
            outcome = await asyncio.gather(*appends, return_exceptions=True)
    assert {type(o) for o in outcome} == {JournalDown}
    assert len({id(o) for o in outcome}) == 20
    assert len(attempts) < 20


async def test_a_record_that_became_read_only_fails_the_append_and_later_ones_work(journal):
    """SQLite's own refusal (fault 29)."""
    await journal.append([opened()])
    with journal._database.writes.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
    with pytest.raises(JournalDown, match="readonly"):
        await journal.append([accepted(2, 1)])
    with journal._database.writes.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only=OFF")
    await journal.append([accepted(2, 1)])


def test_a_reader_cannot_write(file):
    """Read-only is SQLite's word, not our intention."""
    open_journal(file).close()
    delete = "DELETE FROM calls"
    with (
        open_reader(file) as reader,
        reader._database.reads.connect() as raw,
        pytest.raises(OperationalError, match="readonly"),
    ):
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


@pytest.mark.parametrize("opener", [open_journal, open_reader])
@pytest.mark.parametrize(
    ("store", "says"),
    [
        ("postgresql://u:canary@127.0.0.1:1/d", "postgresql://127.0.0.1/d cannot be used"),
        ("postgresql+psycopg://u:canary@127.0.0.1:1/d", "postgresql://127.0.0.1/d cannot be used"),
        ("mysql://u:canary@h/d", "is a mysql URL, expected a path, sqlite"),
        ("://canary", "no URL that can be read"),
        (":memory:", "in memory, expected a file"),
        ("sqlite://", "in memory, expected a file"),
        ("", "in memory, expected a file"),
    ],
)
def test_a_store_that_cannot_be_used_is_refused_in_one_line(opener, store, says):
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
    """Tables we do not know, or a table of revisions that is not ours."""
    for number, sql in enumerate(("CREATE TABLE songs (x)", "CREATE TABLE alembic_version (version_num TEXT)")):
        file = tmp_path / f"{number}.sqlite"
        spoiled(file, sql)
        with pytest.raises(StoreError, match="database of something else"):
            opener(file)


@pytest.mark.parametrize("opener", [open_journal, open_reader])
def test_a_record_without_a_chain_is_refused(tmp_path, opener):
    """Nothing could be said about whether it was changed."""
    file = tmp_path / "old.sqlite"
    spoiled(file, "CREATE TABLE calls (x); CREATE TABLE records (x); CREATE TABLE private (x)")
    with pytest.raises(StoreError, match="chained no records"):
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


def test_asking_for_the_log_leaves_other_readers_their_locks(tmp_path):
    """
    Of the same process: else the next writer that leaves takes the log away from under them.
    """
    path = tmp_path / "calls.sqlite"
    open_journal(path).close()
    writes = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA user_version=1'); c.close()"
    with closing(sqlite3.connect(path)) as reader:
        reader.execute("SELECT count(*) FROM calls").fetchone()
        assert not lacks_log(path)
        subprocess.run([sys.executable, "-c", writes, str(path)], check=True)
        assert path.with_name("calls.sqlite-wal").exists()

"""`interlock store upgrade`: the migrations make what the program writes to, and no other revision is touched."""

import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from interlock.app import command
from interlock.app.store import BUSY_TIMEOUT_MS, REVISION, StoreError, open_journal, open_reader
from interlock.app.store.opening import database_for_writing
from interlock.app.store.place import shown
from interlock.app.store.tables import metadata
from interlock.app.store.upgrading import upgrade
from tests.store.entries import opened, spoil

OPENERS = pytest.mark.parametrize("opener", [open_journal, open_reader])


@pytest.fixture
def empty(backend: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """
    A setting of INTERLOCK_STORE where nothing is yet.
    """
    if backend == "sqlite":
        return str(tmp_path / "deep" / "calls.sqlite")
    return str(request.getfixturevalue("postgres").fresh(empty=True))


@pytest.fixture
def interlock(monkeypatch, capfd):
    """
    Runs the command; gives its exit code, what it showed and its complaints, each in one line.
    """

    def run(store, *args):
        monkeypatch.setenv("INTERLOCK_STORE", store)
        monkeypatch.setattr(sys, "argv", ["interlock", *args])
        with pytest.raises(SystemExit) as ended:
            command.main()
        out, err = capfd.readouterr()
        return ended.value.code, " ".join(out.split()), " ".join(err.split())

    return run


async def test_an_empty_store_gets_its_tables_and_a_current_one_is_left_alone(empty, interlock):
    """What is recorded stays, however often it is run."""
    assert interlock(empty, "store", "upgrade") == (0, f"{shown(empty)} went from nothing to revision {REVISION}", "")
    with open_journal(empty) as journal:
        await journal.append([opened()])
    assert interlock(empty, "store", "upgrade") == (0, f"{shown(empty)} is at revision {REVISION} already", "")
    with open_reader(empty) as reader:
        assert len(reader.records("c1")) == 1


def test_the_migrations_make_the_tables_the_program_writes_to(empty):
    """Alembic finds no difference, in columns, types, keys or indexes."""
    upgrade(empty, BUSY_TIMEOUT_MS)
    database = database_for_writing(empty, BUSY_TIMEOUT_MS)
    found = database.read(lambda connection: compare_metadata(MigrationContext.configure(connection), metadata))
    database.close()
    assert found == []


@pytest.mark.slow
@OPENERS
def test_an_empty_database_is_no_record(postgres, opener):
    """A server's administrator makes the tables, not whichever worker comes first."""
    with pytest.raises(StoreError, match="is an empty database, expected a record of calls: interlock store upgrade"):
        opener(postgres.fresh(empty=True))


@OPENERS
def test_another_revision_is_refused(store, opener):
    """An old program must not write what a newer one has to read."""
    open_journal(store).close()
    spoil(store, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=f"has revision 9999, expected {REVISION}: stop its workers, then run"):
        opener(store)


def test_a_newer_store_is_not_brought_down(store, interlock):
    """The program is what has to be updated."""
    open_journal(store).close()
    spoil(store, "UPDATE alembic_version SET version_num = '9999'")
    code, _, err = interlock(store, "store", "upgrade")
    assert code == 2
    assert f"has revision 9999, expected at most {REVISION}: update interlock" in err


def test_somebody_elses_tables_are_left_alone(empty, interlock):
    """Also where they have the names of ours."""
    upgrade(empty, BUSY_TIMEOUT_MS)
    spoil(empty, "DELETE FROM alembic_version")
    code, _, err = interlock(empty, "store", "upgrade")
    assert code == 2
    assert "has tables of these names that are not ours, expected an empty database" in err


def test_no_command_shows_a_password(interlock):
    """Nobody answers at that address."""
    code, _, err = interlock("postgresql://user:canary@127.0.0.1:1/calls", "store", "upgrade")
    assert code == 2
    assert "the store postgresql://127.0.0.1/calls cannot be upgraded" in err
    assert "canary" not in err

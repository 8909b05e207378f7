"""`interlock audit list` asks SQLite itself; what it says is what the record's own reader says, or it asks that one."""

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from interlock.app.audit import list_calls
from interlock.app.audit.latest import latest_calls
from interlock.app.store import BUSY_TIMEOUT_MS, REVISION, open_journal, open_reader
from interlock.app.store.migrations import versions as versions_folder
from interlock.app.store.upkeep import open_upkeep
from tests.store.entries import accepted, ended, opened, spoil

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path):
    """
    A record of calls: under way, over, with refusals, erased; two begun in the same moment.
    """
    path = str(tmp_path / "calls.sqlite")
    with open_journal(path) as journal:
        await journal.append([opened("b", at=AT), accepted(2, 1, "b", private={"words": "hello"}), ended(3, "b")])
        await journal.append([opened("a", at=AT), accepted(2, 0, "a", kind="transition.refused", snapshot=None)])
        await journal.append([opened("c", at=AT + timedelta(seconds=1.0004))])
        await journal.append([opened("never moved", at=AT - timedelta(days=1), snapshot=None)])
    with open_upkeep(path, "", BUSY_TIMEOUT_MS) as upkeep:
        list(upkeep.erase(["b"], "asked for"))
    return path


async def test_it_says_what_the_records_reader_says(store):
    """Call by call, in the same order, however many are wanted."""
    with open_reader(store) as reader:
        for limit in (1, 2, 50):
            assert latest_calls(store, limit) == list_calls(reader, limit)
        assert [(its.call_id, its.erased, its.refused) for its in list_calls(reader)][:3] == [
            ("c", False, 0),
            ("a", False, 1),
            ("b", True, 0),
        ]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE alembic_version SET version_num = '9999'",
        "UPDATE calls SET snapshot = 'no JSON' WHERE call_id = 'a'",
        "UPDATE calls SET snapshot = '{\"configuration\": []}' WHERE call_id = 'a'",
        "UPDATE calls SET started_at = 'yesterday' WHERE call_id = 'a'",
        "DROP TABLE alembic_version",
    ],
)
async def test_what_is_unusual_is_left_to_the_records_reader(store, statement):
    """Which says what is wrong, or makes the best of it."""
    spoil(store, statement)
    assert latest_calls(store, 50) is None


@pytest.mark.parametrize(
    "place", ["", "postgresql://localhost/calls", "sqlite:///calls.sqlite", "/nowhere/calls.sqlite"]
)
def test_what_is_no_file_by_its_path_is_left_to_it_too(place):
    """It names what it expects."""
    assert latest_calls(place, 50) is None


def test_the_newest_revision_is_the_one_that_is_written():
    """By the files that make the tables, and by the tables."""
    versions = Path(versions_folder.__file__).parent
    assert max(path.name[1:5] for path in versions.glob("r*.py")) == REVISION


def test_listing_calls_loads_nothing_that_writes_or_decides(store):
    """It would be waited for."""
    code = (
        "import json, sys; from interlock.app.cli.main import app;"
        "app(['audit', 'list', '--json'], standalone_mode=False);"
        "print(json.dumps(sorted({its.partition('.')[0] for its in sys.modules})), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"INTERLOCK_STORE": store, "PATH": "", "HOME": "/nowhere"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert [its["call_id"] for its in json.loads(done.stdout)] == ["c", "a", "b", "never moved"]
    assert set(json.loads(done.stderr)) & {"sqlalchemy", "statemachine", "asyncpg", "structlog", "livekit"} == set()

"""A record from before anything was told, asked or agreed to, as an earlier engine wrote it: it stays good.

`earlier_record.sqlite.gz` holds seven call scripts of six flows, as that engine played them. Whoever is in them was
made up.
"""

import gzip
import logging
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from interlock.app import command
from interlock.app.store import BUSY_TIMEOUT_MS, open_reader
from interlock.app.store.upgrading import upgrade
from tests.store.forging import chained_anew, forge

KEPT = Path(__file__).parent / "earlier_record.sqlite.gz"
CALLS = 7
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def earlier(tmp_path: Path) -> Path:
    """
    A store with these calls, brought to today's tables as `interlock store upgrade` does it.
    """
    path = tmp_path / "calls.sqlite"
    path.write_bytes(gzip.decompress(KEPT.read_bytes()))
    upgrade(str(path), BUSY_TIMEOUT_MS)
    return path


@pytest.fixture
def audit(earlier: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """
    Runs `interlock audit` on that store; gives its exit code and all it showed. The logs are as before afterwards.
    """
    for name in [n for n in os.environ if n.startswith("INTERLOCK_") and n != "INTERLOCK_PROJECT"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("INTERLOCK_STORE", str(earlier))
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def run(*args: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["interlock", "audit", *args])
        with pytest.raises(SystemExit) as ended:
            command.main()
        return int(ended.value.code or 0), " ".join("".join(capfd.readouterr()).split())

    yield run
    root.handlers[:], root.level = handlers, level


def test_it_verifies(audit: Run) -> None:
    """
    Every record of every call; what nobody can vouch for is said.
    """
    code, shown = audit("verify")
    assert (code, f"{CALLS} calls verified. Nothing was changed" in shown) == (0, True)
    assert "277 records are from before anything kept apart was covered: whether facts, arguments" in shown


def test_what_is_done_to_it_since_the_upgrade_is_told(audit: Run, earlier: Path) -> None:
    """
    By the tags that the upgrade gave its calls; without the key, as where it is sealed, none is made to fit.
    """
    with open_reader(earlier) as record:
        call_id = record.ids()[0]
    change = text("UPDATE records SET audit = replace(audit, 'accepted', 'refused') WHERE seq > 3")
    forge(str(earlier), lambda connection: connection.execute(change))
    forge(str(earlier), lambda connection: chained_anew(connection, call_id))
    code, shown = audit("verify", call_id)
    assert (code, "its tag is not what its records give" in shown) == (1, True)
    code, shown = audit("replay", call_id)
    assert (code, "not replayable: its tag is not what its records give" in shown) == (2, True)


def test_every_verdict_is_the_same_today(audit: Run) -> None:
    """
    What was agreed to by a model's argument then is judged as it was, and no line is missed that nobody noted.
    """
    code, shown = audit("replay", "--all")
    assert (code, f"of {CALLS} calls judged" in shown, "None differs." in shown) == (0, True, True)
    assert "60 verdicts are from before what they stood on was covered: whether it was that cannot be told." in shown


def test_it_is_told_why(audit: Run, earlier: Path) -> None:
    """
    Of each call, from its first verdict to its end.
    """
    with open_reader(earlier) as record:
        calls = {call.call_id: call.snapshot.state for call in record.calls()}
    for call_id, state in calls.items():
        code, shown = audit("why", call_id)
        assert (code, f"to {state}." in shown) == (0, True), shown

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

from interlock.app import command
from interlock.app.store import BUSY_TIMEOUT_MS, open_reader
from interlock.app.store.upgrading import upgrade

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
    Every record of every call.
    """
    code, shown = audit("verify")
    assert (code, f"{CALLS} calls verified. Nothing was changed" in shown) == (0, True)


def test_every_verdict_is_the_same_today(audit: Run) -> None:
    """
    What was agreed to by a model's argument then is judged as it was, and no line is missed that nobody noted.
    """
    code, shown = audit("replay", "--all")
    assert (code, f"of {CALLS} calls judged" in shown, "None differs." in shown) == (0, True, True)


def test_it_is_told_why(audit: Run, earlier: Path) -> None:
    """
    Of each call, from its first verdict to its end.
    """
    with open_reader(earlier) as record:
        calls = {call.call_id: call.snapshot.state for call in record.calls()}
    for call_id, state in calls.items():
        code, shown = audit("why", call_id)
        assert (code, f"to {state}." in shown) == (0, True), shown

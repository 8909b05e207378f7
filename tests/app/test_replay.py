"""What `replay` sees: nothing in an honest record, and each thing that was changed in another."""

import json
import sqlite3
from pathlib import Path

import pytest

from agents.support import SUPPORT
from interlock.agents.call.call import Call
from interlock.agents.call.draft import DraftEntry
from interlock.app.offline.clock import ManualClock
from interlock.app.replay import replay
from interlock.app.store import open_journal, open_reader
from machines.support import Support, SupportFacts

CALL = "call-replayed"
CANARY = "Kanarienvogel"


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    """
    The record of a short call: refused, learned, accepted, refused again with arguments.
    """
    path = tmp_path / "calls.sqlite"
    journal = open_journal(path)
    call = Call(SUPPORT, call_id=CALL, journal=journal, clock=ManualClock())
    await call.record(DraftEntry("call.opened", snapshot=call.snapshot))
    await call.propose("begin_triage")
    await call.claim(caller_name=CANARY, issue_category="technical")
    await call.propose("begin_triage", tool_call_id="an id of no form: äöü")
    await call.propose("route_to_technical")
    await call.propose("escalate", by="operator")
    await call.propose("book_callback", {"phone": CANARY, "time": "2026-03-07T10:00"})
    await call.propose("\ud800 no such step")
    await call.propose("return_to_desk")
    journal.close()
    return path


def again(path: Path) -> list[tuple[int, str]]:
    with open_reader(path) as reader:
        differences = replay(reader, CALL, Support, SupportFacts)
    assert CANARY not in " ".join(map(str, differences))
    return [(d.seq, d.what) for d in differences]


def forge(path: Path, table: str, column: str, seq: int, **changed: object) -> None:
    """Change some keys of one row's JSON, as nobody should."""
    db = sqlite3.connect(path)
    (text,) = db.execute(f"SELECT {column} FROM {table} WHERE seq = ?", (seq,)).fetchone()
    data = json.loads(text)
    for key, value in changed.items():
        inner = data.get(key)
        data[key] = {**inner, **value} if isinstance(inner, dict) and isinstance(value, dict) else value
    forged = json.dumps(data)
    stored = forged if isinstance(text, str) else forged.encode()
    db.execute(f"UPDATE {table} SET {column} = ? WHERE seq = ?", (stored, seq))
    db.commit()
    db.close()


def seqs(path: Path, kind: str = "transition.accepted") -> list[int]:
    with open_reader(path) as reader:
        return [r.seq for r in reader.records(CALL) if r.kind == kind]


def test_an_honest_record_replays_to_the_same_verdicts(path: Path) -> None:
    """Strange names, times and history states included."""
    assert len(seqs(path)) == 4
    assert len(seqs(path, "transition.refused")) == 3
    assert again(path) == []


def test_a_verdict_turned_around_is_found(path: Path) -> None:
    """A refusal that the record calls an acceptance."""
    refused = seqs(path, "transition.refused")[0]
    forge(path, "records", "audit", refused, kind="accepted", refused_by="")
    assert again(path) == [(refused, "kind"), (refused, "refused_by")]


def test_a_guards_result_changed_afterwards_is_found(path: Path) -> None:
    """In the audit part; what was known still says otherwise."""
    refused = seqs(path, "transition.refused")[0]
    held = [{"name": "caller_named", "held": True, "reason": "", "error": ""}]
    forge(path, "records", "audit", refused, guards=held)
    assert again(path) == [(refused, "guards")]


def test_facts_changed_afterwards_are_found(path: Path) -> None:
    """An accepted step that those facts would not have allowed."""
    first = seqs(path)[0]
    forge(path, "private", "data", first, facts={"caller_name": None})
    found = again(path)
    assert (first, "kind") in found
    assert (first, "refused_by") in found


def test_a_history_changed_afterwards_is_found(path: Path) -> None:
    """Where a call would return to is part of where it stands."""
    last = seqs(path)[-1]
    forge(path, "private", "data", last, before={"history": {"before": ["billing"]}})
    assert (last, "begins") in again(path)
    assert (last, "after") in again(path)
    assert (0, "snapshot") in again(path)


def test_a_verdict_that_is_missing_is_found(path: Path) -> None:
    """The next one begins where nobody left the call."""
    second = seqs(path)[1]
    db = sqlite3.connect(path)
    db.execute("DELETE FROM private WHERE seq = ?", (second,))
    db.execute("DELETE FROM records WHERE seq = ?", (second,))
    db.commit()
    db.close()
    assert again(path) == [(seqs(path)[1], "begins")]


def test_a_verdict_without_its_private_part_is_found(path: Path) -> None:
    """It cannot be judged again."""
    refused = seqs(path, "transition.refused")[1]
    db = sqlite3.connect(path)
    db.execute("DELETE FROM private WHERE seq = ?", (refused,))
    db.commit()
    db.close()
    assert again(path) == [(refused, "private")]


def test_a_record_of_another_version_of_the_chart_is_named(path: Path) -> None:
    """No verdict of another chart is judged by this one."""
    for seq in seqs(path):
        forge(path, "private", "data", seq, before={"version": 0})
    assert {(seq, "verdict") for seq in seqs(path)} <= set(again(path))


def test_a_snapshot_ahead_of_the_verdicts_is_found(path: Path) -> None:
    """The journal's last word on where the call stands must follow from what was decided."""
    db = sqlite3.connect(path)
    (text,) = db.execute("SELECT snapshot FROM calls").fetchone()
    db.execute("UPDATE calls SET snapshot = ?", (json.dumps({**json.loads(text), "configuration": ["closed"]}),))
    db.commit()
    db.close()
    assert again(path) == [(0, "snapshot")]


def test_a_call_the_record_does_not_have_is_named(path: Path) -> None:
    """In one line."""
    with open_reader(path) as reader, pytest.raises(LookupError, match="has no call 'nobody'"):
        replay(reader, "nobody", Support, SupportFacts)

"""The commands that erase: what they ask, what they refuse, what they say, and that a real call leaves nothing."""

import io
import json
import sqlite3
import sys

import pytest

from interlock.agents.call.journal import Entry
from interlock.app.project import FLOWS
from interlock.app.store import open_journal, open_reader
from interlock.app.store.sealing import new_key
from interlock.machines.base import Snapshot
from tests.app.test_cli import ROOT, _clean_surroundings, interlock
from tests.store.personal import AT

pytestmark = pytest.mark.slow  # commands and servers as processes of their own

__all__ = ["_clean_surroundings", "interlock"]

PHONE = "+4930123456"


class Terminal(io.StringIO):
    """Somebody who types."""

    def isatty(self):
        return True


async def two_calls(store, key=""):
    """One caller's that ended, and one that another caller is in."""
    at = Snapshot("Support", 1, ("live", "triage"), {}, 0)
    with open_journal(store, key) as journal:
        for call_id, facts in (("ended", {"caller_phone": PHONE}), ("live", {"caller_identity": "sip_anna"})):
            opened = Entry(call_id, "support", 1, "call.opened", AT, 0, snapshot=at)
            await journal.append(
                [opened, Entry(call_id, "support", 2, "facts.established", AT, 0, {}, {"facts": facts})]
            )
        await journal.append([Entry("ended", "support", 3, "call.ended", AT, 0, {"reason": "done"})])


@pytest.fixture
async def store(tmp_path):
    """
    A record of two calls.
    """
    await two_calls(tmp_path / "calls.sqlite")
    return tmp_path / "calls.sqlite"


def live(store):
    """Somebody drives it now."""
    with sqlite3.connect(store) as db:
        db.execute("UPDATE calls SET lease_until = (julianday('now') - 2440587.5) * 86400.0 + 2.9")
    db.close()


def on_disk(store):
    """Every byte of the record's files."""
    return b"".join(path.read_bytes() for path in store.parent.glob(store.name + "*"))


def test_what_was_erased_is_said_listed_and_gone(interlock, store):
    """
    By call: no key, no question with --yes; the call stays in the list and says so.
    """
    assert PHONE.encode() in on_disk(store)
    code, out, said = interlock("audit", "erase", "ended", "--yes", INTERLOCK_STORE=store)
    assert (code, said) == (0, [])
    assert out.splitlines()[0] == "ended: 1 entries erased"
    assert "Nothing that was erased is left" in out
    assert PHONE.encode() not in on_disk(store)
    assert "personal data erased" in interlock("audit", "show", "ended")[1]
    assert [c["erased"] for c in json.loads(interlock("audit", "list", "--json")[1])] == [True, False]
    assert interlock("audit", "erase", "ended", "--yes")[:2] == (
        0,
        "ended: nothing was left to erase\n" + out[out.index("No") :],
    )


async def test_the_record_still_verifies_against_its_checkpoints(interlock, tmp_path, store):
    """
    The line that says so is signed, so that nobody can cut it off again unseen.
    """
    key = interlock("store", "checkpoint-key")[1].split()[1]
    signed = {"INTERLOCK_STORE": store, "INTERLOCK_CHECKPOINTS": tmp_path / "proof", "INTERLOCK_CHECKPOINT_KEY": key}
    assert interlock("audit", "erase", "ended", "--yes", **signed)[0] == 0
    assert interlock("audit", "verify")[0] == 0
    with sqlite3.connect(store) as db:
        before = "SELECT hash FROM records WHERE call_id = 'ended' AND seq = 3"
        db.execute(f"UPDATE calls SET last_seq = 3, head = ({before}) WHERE call_id = 'ended'")
        db.execute("DELETE FROM records WHERE call_id = 'ended' AND seq = 4")
    db.close()
    assert interlock("audit", "verify")[0] == 1


def test_a_callers_calls_are_found_by_phone(interlock, store):
    """
    As people write numbers, over sealed data too.
    """
    code, out, _ = interlock("audit", "erase", "--caller", "+49 30 123 456", "--yes", "--json", INTERLOCK_STORE=store)
    assert code == 0
    assert json.loads(out) == {"calls": [{"call_id": "ended", "entries": 1, "live": False}], "left_in_files": ""}


def test_a_caller_nobody_knows_is_said(interlock, store):
    """
    It may be a slip of the finger, so it is no success.
    """
    code, out, _ = interlock("audit", "erase", "--caller", "+49301", "--yes", INTERLOCK_STORE=store)
    assert (code, out) == (1, "No call in the record is this caller's.\n")


def test_a_live_call_is_refused_by_name(interlock, store):
    """
    The others are erased all the same.
    """
    live(store)
    code, out, said = interlock("audit", "erase", "live", "ended", "--yes", INTERLOCK_STORE=store)
    assert code == 1
    assert said == ["live is live, so nothing of it was erased: try again when it has ended"]
    assert out.startswith("ended: 1 entries erased")
    with open_reader(store) as record:
        assert record.private("live")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ([], "neither CALL nor --caller"),
        (["ended", "--caller", "x"], "both CALL and --caller"),
        (["ended", "none", "--yes"], "there is no call none in the record, so nothing was erased"),
        (["--caller", " ", "--yes"], "--caller is empty"),
        (["ended"], "nobody can be asked here, so nothing was erased: say --yes"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_erases_nothing(interlock, store, monkeypatch, args, says):
    """
    Nothing at all, also not of the calls that are there.
    """
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    code, _, said = interlock("audit", "erase", *args, INTERLOCK_STORE=store)
    assert code == 2
    assert says in said[0]
    with open_reader(store) as record:
        assert record.private("ended")


@pytest.mark.parametrize(
    ("answer", "code", "kept"), [("y\n", 0, False), ("n\n", 2, True), ("\n", 2, True), ("", 2, True)]
)
def test_on_a_terminal_it_is_asked_first(interlock, store, monkeypatch, answer, code, kept):
    """
    No is the default, and Ctrl-D is no.
    """
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    found, _, said = interlock("audit", "erase", "ended", INTERLOCK_STORE=store)
    assert found == code
    assert said[0].startswith("Erase what is personal in ended? It cannot be brought back.")
    with open_reader(store) as record:
        assert bool(record.private("ended")) is kept


def test_no_record_is_made_to_erase_from(interlock, tmp_path):
    """
    A wrong path is said.
    """
    code, _, said = interlock("audit", "erase", "x", "--yes", INTERLOCK_STORE=tmp_path / "none.sqlite")
    assert code == 2
    assert "does not exist" in said[0]
    assert not (tmp_path / "none.sqlite").exists()


def test_what_cannot_be_compacted_now_is_said(interlock, store, monkeypatch):
    """
    What was erased stays so, and the command to finish with is named.
    """
    monkeypatch.setattr("interlock.app.store.compacting.WAIT_S", 0.001)
    reader = sqlite3.connect(store, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM private").fetchall()
    code, out, _ = interlock("audit", "erase", "ended", "--yes", INTERLOCK_STORE=store)
    assert code == 1
    assert "somebody has been using the file" in out
    assert "run interlock store compact" in out
    assert interlock("store", "compact")[0] == 1
    reader.close()
    assert interlock("store", "compact")[0] == 0
    assert PHONE.encode() not in on_disk(store)


def test_pruning_asks_for_an_age(interlock, store):
    """
    From the setting or on the line; without either nothing is too old.
    """
    code, _, said = interlock("store", "prune", INTERLOCK_STORE=store)
    assert (code, said[0][:24]) == (2, "INTERLOCK_RETENTION_DAYS")
    code, out, _ = interlock("store", "prune", "--dry-run", INTERLOCK_RETENTION_DAYS=1)
    assert (code, out) == (0, "1 entries of 1 calls would be erased.\n")
    assert interlock("store", "prune", "--older-than", "9999w")[:2] == (0, "0 entries of 0 calls erased.\n")
    code, out, _ = interlock("store", "prune", "--json")
    assert (code, json.loads(out)) == (0, {"calls": 1, "entries": 1, "erased": True, "left_in_files": ""})
    assert PHONE.encode() not in on_disk(store)
    assert interlock("store", "prune", INTERLOCK_RETENTION_DAYS=0)[0] == 2


async def test_a_key_is_changed_in_three_steps(interlock, tmp_path):
    """
    Both keys, the command, the new one; the old one is of no use then, and a wrong one is said. The values are the two
    calls' and the store's own key.
    """
    old, new, store = new_key(), new_key(), tmp_path / "calls.sqlite"
    await two_calls(store, old)
    assert interlock("store", "rotate-key", INTERLOCK_STORE=store)[2][0].startswith("INTERLOCK_STORE_KEY is not set")
    code, out, _ = interlock("store", "rotate-key", INTERLOCK_STORE_KEY=f"{new},{old}")
    assert (code, out.splitlines()[0]) == (0, "3 of 3 values sealed anew.")
    assert interlock("audit", "erase", "--caller", PHONE, "--yes", INTERLOCK_STORE_KEY=old)[0] == 2
    assert interlock("audit", "erase", "--caller", PHONE, "--yes", INTERLOCK_STORE_KEY=new)[0] == 0
    code, _, said = interlock("audit", "list", INTERLOCK_STORE_KEY=f"{new},{old[:-5]}")
    assert code == 2
    assert said[0].startswith("INTERLOCK_STORE_KEY is something else (not shown), expected 32 bytes in base64")


@pytest.mark.parametrize(
    "flow", [name if name == "support" else pytest.param(name, marks=pytest.mark.slow) for name in sorted(FLOWS)]
)
def test_a_whole_call_leaves_nothing_personal(interlock, tmp_path, flow):
    """
    Of a real call of each flow, with its conversation: no personal fact and no sentence of the caller's.
    """
    script = ROOT / "tests" / "calls" / flow / "good_call.yaml"
    store = tmp_path / "calls.sqlite"
    interlock("chat", flow, "--script", script, INTERLOCK_STORE=store)
    with open_reader(store) as record:
        (call,) = record.calls()
        rows = record.private(call.call_id).values()
    told = set(values(rows, FLOWS[flow].facts.pii()))
    assert told
    assert {value for value in told if value.encode() in on_disk(store)} == told
    assert interlock("audit", "erase", call.call_id, "--yes")[0] == 0
    assert {value for value in told if value.encode() in on_disk(store)} == set()
    code, out, _ = interlock("audit", "replay", call.call_id)
    assert code == 2
    assert "not replayable" in out
    assert "erased" in out


def values(rows, names):
    """What personal facts were, where no time and no hash looks like it."""
    for row in rows:
        for name, value in row.get("facts", {}).items():
            if name in names and isinstance(value, str) and len(value) > 4 and not value.isdigit() and value.isascii():
                yield json.dumps(value)[1:-1]

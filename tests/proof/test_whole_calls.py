"""`interlock store prune --whole-calls`: what is removed on purpose is noted and signed; nothing else is excused."""

import json
from pathlib import Path

import pytest

from interlock.app.proof.keys import new_key
from interlock.app.proof.pruned import read_pruned, sign_removals
from tests.app.test_cli import _clean_surroundings, interlock
from tests.proof.test_bundle import settings
from tests.proof.world import World
from tests.store.entries import opened

__all__ = ["_clean_surroundings", "interlock"]

GONE = ["DELETE FROM records WHERE call_id = 'one'", "DELETE FROM calls WHERE call_id = 'one'"]
SAID = "call one: the call is gone: it had 6 records when its checkpoint of "


@pytest.fixture
def prune(interlock, world: World):
    """
    The command with a worker's settings.
    """
    return lambda *args, **env: interlock("store", "prune", "--whole-calls", *args, **{**settings(world), **env})


@pytest.fixture
def verify(interlock, world: World):
    """
    The same of a verification.
    """
    return lambda *args: interlock("audit", "verify", *args, **settings(world))


def test_what_was_removed_on_purpose_is_not_missed(prune, verify, world: World) -> None:
    """
    The note beside the checkpoints says so, of all calls and of one that is named.
    """
    code, said, _ = prune("--older-than", "1d")
    assert (code, said.splitlines()[0]) == (0, "2 calls with 10 records removed.")
    assert world.look() == {}
    assert verify() == (
        0,
        "0 records of 0 calls verified, beside 2 checkpoints. Nothing was changed that can be told.\n"
        "2 calls more were removed on purpose, as is signed.\n",
        [],
    )
    assert verify("one")[0] == 0
    assert json.loads(verify("--json")[1])["sums"]["pruned"] == 2


def test_without_a_note_it_is_reported_as_gone(prune, verify) -> None:
    """
    As the help says: a removal that nobody signed looks like any other.
    """
    assert prune("--older-than", "1d", INTERLOCK_CHECKPOINTS="", INTERLOCK_CHECKPOINT_KEY="")[0] == 0
    code, said, _ = verify()
    assert code == 1
    assert SAID in said


NOT_EXCUSED = {
    "no note": lambda world, end: None,
    "another key": lambda world, end: sign_removals(world.folder, new_key(), {"one": end}),
    "another call": lambda world, end: sign_removals(world.folder, world.key, {"two": end}),
    "another end": lambda world, end: sign_removals(world.folder, world.key, {"one": (end[0], bytes(32))}),
    "an earlier end": lambda world, end: sign_removals(world.folder, world.key, {"one": (end[0] - 1, end[1])}),
}


@pytest.mark.parametrize("way", NOT_EXCUSED)
def test_a_call_that_is_gone_is_excused_by_its_own_note_only(world: World, way: str) -> None:
    """
    Signed with a key that was given, of this call, and of no less than its checkpoints know.
    """
    last = world.look()["one"].rows[-1]
    NOT_EXCUSED[way](world, (last.seq, last.hash))
    world.sql(*GONE)
    ((call_id, said),) = world.told(signed=True)
    assert f"call {call_id}: {said}".startswith(SAID)


def test_a_note_that_was_overwritten_is_counted_and_excuses_nothing(prune, verify, world: World) -> None:
    """
    Half a line says nothing.
    """
    prune("--older-than", "1d")
    noted = next(path for path in sorted(world.folder.iterdir()) if "pruned" in path.read_text())
    lines = noted.read_text().splitlines()
    noted.write_text("".join(f"{line[:60] if 'pruned' in line else line}\n" for line in lines))
    code, said, _ = verify()
    assert code == 1
    assert "call one: the call is gone" in said
    assert "2 lines among the checkpoints cannot be read" in said


def test_a_note_of_a_call_that_is_still_there_changes_nothing(world: World) -> None:
    """
    The command was broken off between the two; whatever is done to the call afterwards is told.
    """
    last = world.look()["one"].rows[-1]
    sign_removals(world.folder, world.key, {"one": (last.seq, last.hash)})
    assert world.told(signed=True) == []
    world.sql("DELETE FROM records WHERE call_id = 'one' AND seq = 3")
    assert world.told(signed=True) == [("one", "record 3 is missing")]


def test_what_does_not_verify_stays_and_is_named(prune, world: World) -> None:
    """
    It is evidence; the others are removed.
    """
    world.sql("UPDATE records SET audit = '{}' WHERE call_id = 'one' AND seq = 4")
    code, said, _ = prune("--older-than", "1d")
    assert code == 1
    assert said.splitlines()[:2] == [
        "1 calls with 4 records removed.",
        "call one does not verify, so it stays: see interlock audit verify",
    ]
    assert list(world.look()) == ["one"]


async def test_a_call_that_has_not_ended_stays(prune, world: World) -> None:
    """
    Though its row says so: its end must be on record.
    """
    with world.journal() as journal:
        await journal.append([opened("three")])
    world.sql("UPDATE calls SET ended_at = '2026-03-02T09:30:00.000000+00:00' WHERE call_id = 'three'")
    code, said, _ = prune("--older-than", "1d", "--json")
    assert (code, json.loads(said)["calls"]) == (0, 2)
    assert list(world.look()) == ["three"]


def test_nothing_is_removed_that_cannot_be_noted(prune, verify, world: World, monkeypatch) -> None:
    """
    The disk of the checkpoints is full.
    """

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("interlock.app.proof.pruned.append", full)
    code, _, complaints = prune("--older-than", "1d")
    assert code == 2
    assert "cannot be written (No space left on device): what has no note there was not removed" in complaints[0]
    assert len(world.look()) == 2
    assert verify()[0] == 0


def test_counting_removes_nothing(prune, world: World) -> None:
    """
    And notes nothing.
    """
    assert prune("--older-than", "1d", "--dry-run")[:2] == (0, "2 calls with 10 records would be removed.\n")
    assert len(world.look()) == 2
    assert "pruned" not in "".join(path.read_text() for path in world.folder.iterdir())
    assert prune("--older-than", "9999w")[:2] == (0, "0 calls with 0 records removed.\n")


def test_the_age_must_be_said(prune, world: World) -> None:
    """
    How long audit records are kept is another matter than personal data.
    """
    code, _, complaints = prune(INTERLOCK_RETENTION_DAYS="1")
    assert code == 2
    assert complaints == ["--whole-calls without --older-than, expected the age: how long audit records are to be kept"]
    assert len(world.look()) == 2


@pytest.mark.slow
def test_a_bundle_made_afterwards_verifies_by_itself(interlock, prune, world: World, tmp_path: Path) -> None:
    """
    The notes go with the checkpoints.
    """
    world.sql("UPDATE calls SET ended_at = NULL WHERE call_id = 'two'")
    assert prune("--older-than", "1d")[0] == 0
    out = tmp_path / "bundle.zip"
    assert interlock("audit", "export", "--all", "--out", out, **settings(world))[0] == 0
    code, said, _ = interlock("audit", "verify", "--bundle", out, "--public-key", world.key.public.text)
    assert code == 0
    assert "1 call more was removed on purpose, as is signed." in said


@pytest.mark.parametrize("line", ["", "[]", '{"pruned": 1}', '{"pruned": {"call_id": 1}}'])
def test_what_is_no_note_is_not_read_as_one(line: str) -> None:
    """
    Whatever stands in the folder.
    """
    with pytest.raises(ValueError, match="no note"):
        read_pruned(line)

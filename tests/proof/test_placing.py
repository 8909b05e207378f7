"""A call's row moved behind its chain's back: told without checkpoints too, in a line of its own."""

import json

import pytest

from interlock.app.proof import stored
from tests.proof.world import World

MOVED = {
    "another epoch": (
        """UPDATE calls SET snapshot = replace(snapshot, '"epoch":4', '"epoch":2') WHERE call_id = 'one'""",
        "its row says epoch 2, record 5 says epoch 4",
    ),
    "the row's own epoch": (
        "UPDATE calls SET epoch = 9 WHERE call_id = 'one'",
        "its row says epoch 9, record 5 says epoch 4",
    ),
    "no snapshot": (
        "UPDATE calls SET snapshot = NULL WHERE call_id = 'one'",
        "its row has no snapshot that can be read, record 5 has one",
    ),
    "no text": (
        "UPDATE calls SET snapshot = x'ff00' WHERE call_id = 'one'",
        "its row has no snapshot that can be read, record 5 has one",
    ),
}


@pytest.mark.parametrize("way", MOVED)
def test_a_row_that_was_moved_is_told(world: World, way: str) -> None:
    """
    With the record that says otherwise; nothing is said of the other call.
    """
    statement, expected = MOVED[way]
    world.sql(statement)
    told = [("one", f"the call was moved: {expected}")]
    assert world.told(signed=True) == told
    assert world.told(signed=False) == told


@pytest.mark.parametrize("rows", [1, 2, 100])
def test_it_is_told_wherever_a_page_of_records_ends(world: World, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """
    What a call was opened with may be on an earlier page than where it stands.
    """
    monkeypatch.setattr(stored, "ROWS_PAGE", rows)
    assert world.told(signed=False) == []
    world.sql(MOVED["another epoch"][0])
    assert [call_id for call_id, _ in world.told(signed=False)] == ["one"]


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (("configuration", ["live", "person"]), "its row says state person, record {} says state {}"),
        (("version", 2), "its row says version 2, record {} says version 1"),
    ],
)
def test_a_snapshot_made_up_is_told_by_what_the_chain_says(tmp_path, way: tuple[str, object], said: str) -> None:
    """
    Where the call stands by its last accepted verdict, and what it was opened on.
    """
    world = World(str(tmp_path / "calls.sqlite"), tmp_path / "checkpoints").write(calls=1)
    its = world.image["c0"]
    last = next(row for row in reversed(its.rows) if row.kind == "transition.accepted")
    snapshot = json.loads(its.about["snapshot"])
    its.about["snapshot"] = json.dumps(snapshot | {way[0]: way[1]})
    world.put(world.image)
    expected = said.format(last.seq, json.loads(last.audit)["after"][-1])
    assert world.told(signed=False) == [("c0", f"the call was moved: {expected}")]


def test_a_chain_that_is_broken_is_told_and_not_where_it_stands(world: World) -> None:
    """
    What a record says that was tampered with proves nothing about the row.
    """
    world.sql("UPDATE records SET epoch = 9 WHERE call_id = 'one' AND seq = 5")
    assert [said.partition(",")[0] for _, said in world.told(signed=False)] == ["record 5 was changed"]

"""What only checkpoints tell: a record that was made to fit, cut, gone, rewritten or put back; and forged ones."""

import re
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from interlock.app.store import open_journal
from interlock.app.store.chain import START, canonical, link, record_bytes
from tests.proof.world import World
from tests.store.entries import AT, accepted, ended, opened

ONE = "call_id = 'one'"
FITTED_CUT = [
    f"DELETE FROM records WHERE {ONE} AND seq > 4",
    f"UPDATE calls SET last_seq = 4, head = (SELECT hash FROM records WHERE {ONE} AND seq = 4) WHERE {ONE}",
    f"""UPDATE calls SET epoch = 3, snapshot = replace(snapshot, '"epoch":4', '"epoch":3') WHERE {ONE}""",
    f"UPDATE calls SET ended_at = NULL, end_reason = NULL WHERE {ONE}",
]
GONE = [f"DELETE FROM records WHERE {ONE}", f"DELETE FROM calls WHERE {ONE}"]
NEEDS_CHECKPOINTS = {
    "the end cut off": (FITTED_CUT, "records 5 to 6 are missing at the end, as was signed at *"),
    "the call gone": (GONE, "the call is gone: it had 6 records when its checkpoint of * was signed"),
}


@pytest.mark.parametrize("way", NEEDS_CHECKPOINTS)
def test_what_was_made_to_fit_is_told_with_checkpoints_only(world: World, way: str) -> None:
    """
    Whoever may write the store may cut it where a record ends, and no hash in it says so.
    """
    statements, expected = NEEDS_CHECKPOINTS[way]
    world.sql(*statements)
    if way == "the end cut off":
        world.tagged("one")
    assert world.told(signed=False) == []
    ((call_id, said),) = world.told(signed=True)
    assert call_id == "one"
    assert re.match(re.escape(expected).replace(r"\*", r"[^ ]+"), said)


def rewrite(world: World, call_id: str, seq: int) -> None:
    """Change what a record says, then every hash from there on, and the row."""
    head, last = START, 0
    for row in world.look()[call_id].rows:
        audit = canonical({"event": "never"}) if row.seq == seq else row.audit
        head, last = link(head, record_bytes(call_id, row.seq, row.kind, row.at, row.epoch, audit, row.covers)), row.seq
        world.sql(
            f"UPDATE records SET audit = '{audit}', hash = x'{head.hex()}'"
            f" WHERE call_id = '{call_id}' AND seq = {row.seq}"
        )
    world.sql(f"UPDATE calls SET head = x'{head.hex()}', last_seq = {last} WHERE call_id = '{call_id}'")
    world.tagged(call_id)


def test_records_rewritten_with_their_hashes_are_told_with_checkpoints_only(world: World) -> None:
    """
    Every hash fits; what was signed is not among them.
    """
    rewrite(world, "one", 3)
    assert world.told(signed=False) == []
    ((call_id, said),) = world.told(signed=True)
    assert call_id == "one"
    assert said.startswith("records 1 to 6 were rewritten, with the hashes: what was signed at ")


async def test_a_store_put_back_whole_is_told_with_checkpoints_only(world: World) -> None:
    """
    Call by call what is missing, and that all of it is missing since one moment.
    """
    shutil.copy(world.store, f"{world.store}.before")
    with world.journal() as journal:
        for call_id, length in (("one", 6), ("two", 4)):
            await journal.append([accepted(length + 1, length, call_id), ended(length + 2, call_id)])
    assert world.told(signed=True) == []
    shutil.copy(f"{world.store}.before", world.store)
    assert world.told(signed=False) == []
    *calls, (whose, said) = world.told(signed=True)
    assert [call_id for call_id, _ in calls] == ["one", "two"]
    assert all("are missing at the end, as was signed at" in words for _, words in calls)
    assert whose is None
    assert said.startswith("the whole store was rolled back: nothing of what 2 calls wrote from ")


def test_one_call_put_back_is_no_rollback_of_the_whole_store(world: World) -> None:
    """
    That is said of calls only if those who wrote at the same time lost it as well.
    """
    world.sql(*FITTED_CUT)
    assert [call_id for call_id, _ in world.told(signed=True)] == ["one"]


def test_only_the_calls_that_are_named_are_verified(world: World) -> None:
    """
    What was done to another is not their matter.
    """
    world.sql(*FITTED_CUT)
    assert world.verified(signed=True, calls=["two"])[0] == []
    assert len(world.verified(signed=True, calls=["two", "one"])[0]) == 1


async def test_what_came_after_the_last_checkpoint_is_said_not_to_be_signed(world: World) -> None:
    """
    Its driver may have written it a moment ago: it counts as unsigned.
    """
    with open_journal(world.store) as journal:
        await journal.append([accepted(7, 6, "one", at=datetime.now(UTC))])
    found, sums = world.verified(signed=True)
    assert found == []
    assert (sums.unsigned, sums.open_ended) == (1, 1)


async def test_what_was_added_after_the_end_long_ago_is_told_with_checkpoints_only(world: World) -> None:
    """
    Somebody who may write the store can go on where a call ended; nobody who signs would have left that unsigned.
    """
    with open_journal(world.store) as journal:
        await journal.append([accepted(7, 6, "one")])
    assert world.told(signed=False) == []
    assert world.told(signed=True) == [("one", "record 7 came after the call's end, and was never signed")]


async def test_a_call_that_was_made_up_is_told_with_checkpoints_only(world: World) -> None:
    """
    Its end would have been signed at once; one from before there were checkpoints is not accused.
    """
    with open_journal(world.store) as journal:
        await journal.append([opened("three"), ended(2, "three")])
        old = AT - timedelta(days=1)
        await journal.append([opened("older", at=old), ended(2, "older", at=old)])
    assert world.told(signed=False) == []
    ((call_id, said),) = world.told(signed=True)
    assert (call_id, said.partition(":")[0]) == ("three", "its end was never signed")


@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_a_forged_checkpoint_is_named_by_its_place(world: World, first: bool) -> None:
    """
    One signed with another key neither proves nor hides anything, wherever it stands.
    """
    rewrite(world, "one", 3)
    file = next(world.folder.iterdir())
    forger = World(world.store, world.folder.with_name("forged"))
    forger.sign()
    lines = [file.read_text(), next(forger.folder.iterdir()).read_text()]
    file.write_text("".join(reversed(lines) if first else lines))
    forged, rewritten = (words for call_id, words in world.told(signed=True) if call_id == "one")
    assert re.fullmatch(rf"the checkpoint {file.name}:\d is not signed with a key that was given", forged)
    assert rewritten.startswith("records 1 to 6 were rewritten, with the hashes")


def test_checkpoints_that_cannot_be_read_are_counted(world: World) -> None:
    """
    Half a line is what a machine leaves that loses power; it hides nothing.
    """
    file = next(world.folder.iterdir())
    whole = file.read_text()
    file.write_text(whole[:40] + "\n" + whole + "[1]\n")
    found, sums = world.verified(signed=True)
    assert (found, sums.unreadable, sums.checkpoints) == ([], 2, 2)

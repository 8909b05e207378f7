"""Each kind of tampering that hashes alone tell, done by plain SQL: it is told so with checkpoints, too."""

from pathlib import Path

import pytest

from interlock.app.proof import stored
from tests.proof.world import World
from tests.store.entries import accepted, opened

ONE = "call_id = 'one'"
GAP = "UPDATE records SET seq = -seq WHERE call_id = 'one' AND seq {}"
CLOSED = "UPDATE records SET seq = -seq {} WHERE call_id = 'one' AND seq < 0"
COPIED = (
    "INSERT INTO records SELECT call_id, {}, kind, at, {}, audit, {}, covers FROM records"
    " WHERE call_id = 'one' AND seq = {}"
)
DOUBT = "record {} was changed, or record {} was together with its hash"

TOLD_BY_HASHES = {
    "a field": ([f"UPDATE records SET audit = '{{}}' WHERE {ONE} AND seq = 4"], [DOUBT.format(4, 3)]),
    "a time": ([f"UPDATE records SET at = replace(at, '09', '08') WHERE {ONE} AND seq = 2"], [DOUBT.format(2, 1)]),
    "the first": ([f"UPDATE records SET epoch = 9 WHERE {ONE} AND seq = 1"], ["record 1 was changed"]),
    "a hash": ([f"UPDATE records SET hash = x'00' WHERE {ONE} AND seq = 3"], ["record 3: its hash was changed"]),
    "a type": ([f"UPDATE records SET audit = x'ff00' WHERE {ONE} AND seq = 5"], [DOUBT.format(5, 4)]),
    "a half": ([f"UPDATE records SET audit = CAST(x'ff00' AS TEXT) WHERE {ONE} AND seq = 5"], [DOUBT.format(5, 4)]),
    "two fields": (
        [f"UPDATE records SET kind = 'x' WHERE {ONE} AND seq IN (2, 5)"],
        [DOUBT.format(2, 1), DOUBT.format(5, 4)],
    ),
    "two swapped": (
        [f"UPDATE records SET seq = seq - 7 WHERE {ONE} AND seq IN (2, 5)", CLOSED.format("")],
        ["records 2 and 5 were swapped"],
    ),
    "the last swapped": (
        [f"UPDATE records SET seq = seq - 11 WHERE {ONE} AND seq IN (5, 6)", CLOSED.format("")],
        ["records 5 and 6 were swapped"],
    ),
    "what two say swapped": (
        [
            f"CREATE TEMP TABLE was AS SELECT seq, covers FROM records WHERE {ONE}",
            f"UPDATE records SET audit = '{{\"event\":\"e' || (7 - seq) || '\"}}', epoch = 6 - seq,"
            f" covers = (SELECT covers FROM was WHERE was.seq = 7 - records.seq)"
            f" WHERE {ONE} AND seq IN (2, 5)",
        ],
        ["records 2 and 5 were swapped"],
    ),
    "one moved to the end": (
        [
            f"UPDATE records SET seq = -9 WHERE {ONE} AND seq = 3",
            GAP.format("> 3"),
            CLOSED.format("- 1 - (seq = -9) * 2"),
        ],
        ["record 3 stands as number 6"],
    ),
    "one dropped": ([f"DELETE FROM records WHERE {ONE} AND seq = 3"], ["record 3 is missing"]),
    "two dropped, the rest renumbered": (
        [f"DELETE FROM records WHERE {ONE} AND seq IN (2, 3)", GAP.format("> 3"), CLOSED.format("- 2")],
        ["records 2 to 3 are missing"],
    ),
    "one repeated at the end": (
        [COPIED.format(7, "epoch", "hash", 3)],
        ["record 7 is record 3 once more"],
    ),
    "one repeated in between": (
        [
            GAP.format("> 4"),
            CLOSED.format("+ 1"),
            COPIED.format(5, "epoch", "hash", 2),
        ],
        ["record 5 is record 2 once more"],
    ),
    "one repeated in the place of another": (
        [
            f"DELETE FROM records WHERE {ONE} AND seq = 4",
            COPIED.format(4, "epoch", "hash", 2),
        ],
        ["record 4 is record 2 once more", DOUBT.format(5, 4)],
    ),
    "one inserted": (
        [
            GAP.format("> 2"),
            CLOSED.format("+ 1"),
            COPIED.format(3, 7, "x'11'", 2),
        ],
        ["record 3 was inserted"],
    ),
    "one inserted at the end": (
        [COPIED.format(7, 9, "x'11'", 6)],
        ["record 7 was inserted"],
    ),
    "the end cut off": (
        [f"DELETE FROM records WHERE {ONE} AND seq > 4"],
        ["records 5 to 6 are missing at the end, as its row says"],
    ),
    "emptied": ([f"DELETE FROM records WHERE {ONE}"], ["all 6 records are missing, as its row says"]),
    "the row gone": (
        [f"DELETE FROM calls WHERE {ONE}"],
        ["the call's own row is gone, 6 records of it are there"],
    ),
    "the row's length": (
        [f"UPDATE calls SET last_seq = 9 WHERE {ONE}"],
        ["the call's row says 9 records, and gives the hash of record 6"],
    ),
    "the row's hash": (
        [f"UPDATE calls SET head = x'00' WHERE {ONE}"],
        ["the call's row gives another hash for record 6"],
    ),
}


@pytest.mark.parametrize("way", TOLD_BY_HASHES)
def test_what_hashes_alone_tell_is_told_in_the_same_words_with_checkpoints(world: World, way: str) -> None:
    """
    Which record it was, and of which call; nothing is said of the other call.
    """
    statements, expected = TOLD_BY_HASHES[way]
    world.sql(*statements)
    told = [("one", said) for said in expected]
    assert world.told(signed=True) == told
    assert world.told(signed=False) == told


def test_a_row_that_says_there_never_was_a_record_is_told_without_checkpoints_too(world: World) -> None:
    """
    A call begins with its first record, so no row is there without one.
    """
    world.sql(f"DELETE FROM records WHERE {ONE}", f"UPDATE calls SET last_seq = 0, head = zeroblob(32) WHERE {ONE}")
    ((_, bare),), ((_, signed),) = world.told(signed=False), world.told(signed=True)
    assert bare == "all records are missing, its row says that there never were any: no call has none"
    assert signed.startswith("all 6 records are missing, as was signed at ")


async def test_what_is_hashed_cannot_be_moved_between_columns(world: World) -> None:
    """
    The bytes are the same, and read otherwise: a time that is no time is told.
    """
    with world.journal() as journal:
        await journal.append([opened("three"), accepted(2, 1, "three", audit={"a": "p", "audit": {}})])
    moved = """UPDATE records SET at = at || '","audit":{"a":"p', audit = '{}}' WHERE call_id = 'three' AND seq = 2"""
    world.sql(moved)
    assert world.told(signed=True) == world.told(signed=False) == [("three", DOUBT.format(2, 1))]


@pytest.mark.parametrize("rows", [1, 2, 3, 100])
def test_records_are_read_page_by_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    """
    Whatever falls where: clean is clean, and records of a call that has no row are found before, between and behind.
    """
    monkeypatch.setattr(stored, "ROWS_PAGE", rows)
    monkeypatch.setattr(stored, "CALLS_PAGE", 2)
    world = World(str(tmp_path / "calls.sqlite"), tmp_path / "checkpoints").write(calls=6)
    total = sum(len(its.rows) for its in world.image.values())
    for signed in (True, False):
        found, sums = world.verified(signed=signed)
        assert (found, sums.calls, sums.records) == ([], 6, total)
    world.sql("DELETE FROM calls WHERE call_id IN ('c0', 'c3', 'c5')")
    told = world.told(signed=False)
    assert sorted(call_id for call_id, _ in told) == ["c0", "c3", "c5"]
    assert all(said.startswith("the call's own row is gone, ") for _, said in told)


def test_a_record_that_nobody_tampered_with_is_clean(world: World) -> None:
    """
    With checkpoints and without; the sums say how much there was.
    """
    for signed in (True, False):
        found, sums = world.verified(signed=signed)
        assert found == []
        assert (sums.calls, sums.records, sums.checkpoints) == (2, 10, 2 * signed)
        assert sums.unsigned == (0 if signed else 10)

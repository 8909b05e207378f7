"""The tables themselves: what somebody put there that works behind the program's back is told."""

import pytest

from tests.proof.world import World
from tests.store.entries import ended, opened, spoil

SQLITE = {
    "a trigger": (
        "CREATE TRIGGER evil AFTER INSERT ON private BEGIN DELETE FROM private WHERE seq = new.seq; END",
        "the database has a trigger evil that is not ours",
    ),
    "a view": ("CREATE VIEW all_calls AS SELECT * FROM calls", "the database has a view all_calls that is not ours"),
    "a column": ("ALTER TABLE calls ADD COLUMN note TEXT", "a column calls.note more"),
    "a table": ("CREATE TABLE copies (data BLOB)", "a table copies more"),
    "an index": ("CREATE INDEX fast ON records (kind)", "an index fast more"),
    "no index": ("DROP INDEX calls_by_lease", "the index calls_by_lease is missing"),
}
POSTGRES = {
    "a trigger": (
        "CREATE FUNCTION evil() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER evil BEFORE INSERT ON private FOR EACH ROW EXECUTE FUNCTION evil()",
        "the database has a trigger evil that is not ours",
    ),
    "a rule": (
        "CREATE RULE evil AS ON DELETE TO records DO INSTEAD NOTHING",
        "the database has a rule evil that is not ours",
    ),
    "a policy": (
        "CREATE POLICY evil ON calls USING (false)",
        "the database has a policy evil that is not ours",
    ),
    "a type": ("ALTER TABLE records ALTER COLUMN epoch TYPE bigint", "the type of records.epoch was changed"),
    "a null": ("ALTER TABLE records ALTER COLUMN hash DROP NOT NULL", "the nullable of records.hash was changed"),
}


@pytest.mark.parametrize("way", SQLITE)
def test_a_changed_schema_is_told(world: World, way: str) -> None:
    """
    With checkpoints and without: no hash has to tell it.
    """
    statement, said = SQLITE[way]
    world.sql(statement)
    for signed in (True, False):
        ((call_id, found),) = world.told(signed=signed)
        assert call_id is None
        assert found.endswith(said)


@pytest.mark.slow
@pytest.mark.parametrize("way", POSTGRES)
async def test_so_it_is_in_postgresql(postgres, tmp_path, way: str) -> None:
    """
    Triggers, rules, policies and columns.
    """
    *statements, said = POSTGRES[way]
    world = World(postgres.fresh(), tmp_path / "checkpoints")
    with world.journal() as journal:
        await journal.append([opened("one"), ended(2, "one")])
    assert world.told(signed=False) == []
    spoil(world.store, *statements)
    assert [found for _, found in world.told(signed=False) if found.endswith(said)]

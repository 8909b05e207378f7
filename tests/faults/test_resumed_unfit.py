"""Taking over a call whose record is not what was written: nothing of it is believed, and a person is got."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from agents.support import SUPPORT
from interlock.app.project import FLOWS, project
from tests.faults.dying import Life, standing_still
from tests.faults.lives import CALL_ID, World
from tests.faults.scenes import SCENES, ask

pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")

TAMPERED = {
    "an argument": "UPDATE private SET data = CAST(replace(data, '\"amount_cents\":', '\"amount_cents\":1') AS BLOB)",
    "a fact": "UPDATE private SET data = CAST(replace(data, '4471', '4472') AS BLOB)",
    "what was known gone": "DELETE FROM private",
    "words put into a mouth": "UPDATE turns SET data = CAST(replace(data, 'e', 'a') AS BLOB)",
    "words taken away": "DELETE FROM turns WHERE n = 1",
    "words made up": "INSERT INTO turns SELECT call_id, 99, data, salt FROM turns WHERE n = 1",
    "words that are none": "UPDATE turns SET data = x'ff'",
    "facts that are none": "UPDATE private SET data = x'5b5d'",
    "where it stood before": "UPDATE calls SET snapshot = json_set(snapshot, '$.history.x', json('[\"live\"]'))",
    "where it stands": "UPDATE calls SET snapshot = replace(snapshot, 'billing', 'technical')",
    "a snapshot that is none": "UPDATE calls SET snapshot = '{'",
    "its flow": "UPDATE calls SET flow = 'intake'",
    "a flow there is not": "UPDATE calls SET flow = 'nowhere'",
    "its beginning": "UPDATE calls SET started_at = '2020-01-01T00:00:00.000000+00:00'",
    "a verdict": "UPDATE records SET audit = replace(audit, 'accepted', 'refused') WHERE kind = 'transition.accepted'",
    "a record that is none": "UPDATE records SET audit = '{}' WHERE seq = 3",
    "what a record covers": "UPDATE records SET covers = '{}' WHERE seq = 3",
    "a record gone": "DELETE FROM records WHERE seq = (SELECT max(seq) - 1 FROM records)",
}


def sql(store, statement):
    """Do it behind everybody's back; what keeps tables together is off, as whoever does this would have it."""
    with closing(sqlite3.connect(store)) as base, base:
        base.execute("PRAGMA foreign_keys=OFF")
        assert base.execute(statement).rowcount, "nothing was changed"


def taken_over(tmp_path, scene, flow, statement, look):
    """A process dies at rest, somebody writes to the store, and the next one takes the call over."""

    async def run():
        with standing_still() as elsewhere:
            systems = project().served[scene.flow].systems(":memory:")
            world = World(tmp_path / "calls.sqlite", flow, systems, elsewhere)
            first = await world.process(Life())
            await scene.begin(first)
            if scene is SCENES["support refund"]:
                first.life.last_of = "before orders.refund"
                assert await first.until_dead(ask(first, scene.event))
            await first.bury()
            sql(world.store, statement)
            second = await world.process(Life())
            await second.typed.start()
            await second.typed.rest()
            await look(second, world)
            await second.bury()

    asyncio.run(run())


def believed(facts, scene):
    """What of that which was known once is known again."""
    fresh, known = type(facts)(), {**scene.claimed, **scene.established}
    return [name for name, was in known.items() if getattr(facts, name) == was != getattr(fresh, name)]


@pytest.mark.parametrize("way", TAMPERED)
def test_what_does_not_fit_is_not_gone_on_from_and_a_person_is_got(tmp_path, way):
    """
    No effect is begun again, no word of the record is believed, the caller hears something, and the record says why.
    """

    async def look(second, world):
        assert second.typed.call.state == "person"
        assert second.typed.said
        assert believed(second.typed.call.facts, SCENES["support refund"]) == []
        assert (await world.services.orders.find("4471", "1042")).paid_cents == 3990
        with closing(sqlite3.connect(world.store)) as base:
            (audit,) = base.execute("SELECT audit FROM records WHERE kind = 'call.resumed'").fetchone()
        assert "the record is not what was written: " in audit

    taken_over(tmp_path, SCENES["support refund"], SUPPORT, TAMPERED[way], look)


ONE_OF_EACH = {scene.flow: name for name, scene in SCENES.items()}


@pytest.mark.parametrize("flow", sorted(ONE_OF_EACH))
def test_so_it_is_in_every_flow(tmp_path, flow):
    """
    The caller of any flow gets a person where what was known of them was written anew.
    """

    async def look(second, world):
        call = second.typed.call
        assert second.typed.said
        kinds = [(r.kind, r.audit.get("event")) for r in second.journal.records(CALL_ID)]
        since = kinds[kinds.index(("call.resumed", None)) :]
        assert ("transition.accepted", "escalate") in since
        assert believed(call.facts, SCENES[ONE_OF_EACH[flow]]) == []

    changed = 'UPDATE private SET data = CAST(replace(data, \'"facts":{\', \'"facts":{"x":1,\') AS BLOB)'
    taken_over(tmp_path, SCENES[ONE_OF_EACH[flow]], FLOWS[flow], changed, look)

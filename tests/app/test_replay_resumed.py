"""Replaying a call that was taken over: it went on where it stood, or begins anew and the record says why."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any

import pytest

from agents.support import SUPPORT
from interlock.app.project import project
from interlock.app.replay import replay
from tests.faults import lives
from tests.faults.dying import Life, standing_still
from tests.faults.lives import CALL_ID, World
from tests.faults.scenes import SCENES

pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


@dataclass
class Altered:
    """A record in which a new driver is said to have gone on elsewhere."""

    real: Any

    def records(self, call_id):
        return self.real.records(call_id)

    def snapshot(self, call_id):
        return self.real.snapshot(call_id)

    def private(self, call_id):
        (seq,) = [record.seq for record in self.records(call_id) if record.kind == "call.resumed"]
        private = self.real.private(call_id)
        after = {**private[seq]["after"], "configuration": ["live", "person"]}
        return {**private, seq: {**private[seq], "after": after}}


def taken_over(store, look):
    """Have a call taken over, and look at what its record says."""

    async def run():
        with standing_still() as elsewhere:
            world = World(store, SUPPORT, project().served["support"].systems(":memory:"), elsewhere)
            first = await world.process(Life())
            await SCENES["support refund"].begin(first)
            await first.bury()
            second = await world.process(Life())
            await second.typed.start()
            look(second)
            await second.bury()

    asyncio.run(run())


def test_where_a_new_driver_goes_on_is_replayed(tmp_path):
    """
    From where the last one stood; anything else is a difference, and so is what follows from it.
    """

    def look(its):
        assert replay(its.journal, CALL_ID, SUPPORT.machine, SUPPORT.facts) == []
        (resumed,) = [record.seq for record in its.journal.records(CALL_ID) if record.kind == "call.resumed"]
        found = replay(Altered(its.journal), CALL_ID, SUPPORT.machine, SUPPORT.facts)
        assert [(each.seq, each.what) for each in found] == [(resumed, "snapshot"), (0, "snapshot")]

    taken_over(tmp_path / "calls.sqlite", look)


def test_a_call_that_begins_anew_is_replayed(tmp_path, monkeypatch):
    """
    One transition later, at the beginning: the record says why, and then that a person was asked for.
    """
    read_resume_state = lives.read_resume_state

    async def lost(*given):
        return replace(await read_resume_state(*given), lost="nobody knows any more")

    monkeypatch.setattr(lives, "read_resume_state", lost)

    def look(its):
        assert (its.typed.call.state, its.typed.call.epoch) == ("person", 4)
        assert replay(its.journal, CALL_ID, SUPPORT.machine, SUPPORT.facts) == []

    taken_over(tmp_path / "calls.sqlite", look)

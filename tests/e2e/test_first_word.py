"""How long a caller waits for the first word, over a real server, when the opening is sound already."""

import asyncio
from statistics import median
from typing import Any

import pytest

from agents.support.desks import Reception
from interlock.app.livekit_server import Server
from interlock.app.store import open_reader
from tests.e2e.caller import Caller
from tests.e2e.room import Room
from tests.e2e.tones import loudness
from tests.e2e.warm import warm_worker
from tests.standins.ears import ScriptedEars

pytestmark = [pytest.mark.e2e, pytest.mark.alone]

CALLS = 20
COMES_S = 60.0
LOUD = 300.0
BOUND_MS = 1500
"""The aim is 300 ms in the middle and 500 ms for 19 of 20; a busy machine is given more before the test fails."""


async def test_the_first_word_comes_at_once(livekit: Server, new_room, tmp_path, capsys) -> None:
    """
    Twenty calls, one after the other: from the agent in the room to the first sound of its opening.
    """
    heard: list[float] = []
    dispatched: list[float] = []
    async with warm_worker(livekit, tmp_path, brain=None, ears=ScriptedEars()) as ours:
        ours.voice.log.clear()
        for _ in range(CALLS):
            room: Room = new_room()
            async with room.caller() as caller:
                asked = caller.now
                await room.dispatch("interlock")
                await caller.until(lambda c=caller: _first_sound(c) is not None, "the first word", COMES_S)
                sound, joined = _first_sound(caller), caller.happened("joined")[0].at
                assert sound is not None
                heard.append(1000 * (sound - joined))
                dispatched.append(1000 * (sound - asked))
            await asyncio.sleep(0.5)  # the next process warms up meanwhile, as between callers
        spoken = [each.what["text"] for each in ours.voice.log.of("speak")]
        assert await ours.worker.stop() == 0, ours.worker.lines[-10:]
    with open_reader(ours.worker.store) as record:
        entries = [entry for call in record.calls() for entry in record.records(call.call_id)]
    lines = [entry.audit for entry in entries if entry.kind == "call.first_word"]
    with capsys.disabled():
        _table(
            {
                "joined, as heard": heard,
                "joined, on record": [line["joined_ms"] for line in lines],
                "dispatched, as heard": dispatched,
                "dispatched, on record": [line["dispatched_ms"] for line in lines],
            }
        )
    assert len(lines) == CALLS
    assert Reception.OPENING not in " ".join(spoken)
    assert _p95(heard) < BOUND_MS


def _first_sound(caller: Caller) -> float | None:
    parts = (part for parts in caller.heard.values() for part in parts)
    return next((part.at for part in parts if loudness(part.sound) > LOUD), None)


def _p95(values: list[Any]) -> float:
    return float(sorted(values)[max(0, round(0.95 * len(values)) - 1)])


def _table(rows: dict[str, list[Any]]) -> None:
    print(f"\n{'to the first word, in ms':<26}{'p50':>7}{'p95':>7}{'worst':>7}  of {CALLS}")
    for name, values in rows.items():
        print(f"{name:<26}{median(values):>7.0f}{_p95(values):>7.0f}{max(values):>7.0f}")

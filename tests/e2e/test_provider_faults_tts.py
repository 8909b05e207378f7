"""The voice fails, in each of seven ways, in a call over WebRTC: something else is heard, and the call goes on."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from interlock.app.livekit_server import Server
from interlock.app.store import open_reader
from tests.e2e.caller import Caller
from tests.e2e.room import Room
from tests.e2e.utterances import Recordings
from tests.e2e.warm import VOICES, Warm, warm_worker
from tests.long import here_or_long
from tests.standins.faults import Fault
from tests.standins.rules import Rule, by_rules

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

HEARD_WITHIN_S = 5.0
MEASURED = here_or_long((Fault.SILENT,), tuple(Fault))
"""The faults whose answer is timed, with nothing beside them: the one that takes longest, or all."""
FAULTS = [pytest.param(fault, marks=pytest.mark.alone) if fault in MEASURED else fault for fault in Fault]
NAME = "01-name"
ANSWER = "It is good to hear from you, Anna, and I have all the time in the world. What can I do for you?"
BRAIN = by_rules([Rule("Anna", ANSWER)])
COMES_S = 60.0
SAYINGS = 5


@dataclass(frozen=True)
class Stage:
    """
    One worker with its lines made, and the providers it calls.
    """

    ours: Warm
    server: Server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(livekit: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """
    All cases are calls to the same worker.
    """
    ears = Recordings({"Hello my name is Anna Kowalski.": NAME})
    async with warm_worker(livekit, tmp_path_factory.mktemp("voice"), brain=BRAIN, ears=ears) as ours:
        yield Stage(ours, livekit)
        assert await ours.worker.stop() == 0, ours.worker.lines[-10:]


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_voice_that_fails_is_stood_in_for(stage: Stage, fault: Fault) -> None:
    """
    A kept line is heard in the desk's own voice, and the next answer is spoken once the provider is well.
    """
    voice = stage.ours.voice
    async with _call(stage) as (caller, agent):
        await voice.fail(fault)
        try:
            if fault in (Fault.RATE_LIMITED, Fault.SERVER_ERROR):
                voice.hang_up()
            before = _failures(stage)
            waited = await _says_name_until(lambda: _failures(stage) > before, caller, agent)
        finally:
            await voice.heal()
        spoken = len(voice.log.of("closed"))
        await _says_name_until(lambda: len(voice.log.of("closed")) > spoken, caller, agent)
    record = _record(stage)
    failed = [audit for kind, audit in record if kind == "provider.failed" and audit["kind"] == "tts"]
    assert fault not in MEASURED or waited < HEARD_WITHIN_S, (waited, failed)
    assert [its["recoverable"] for its in failed] == [False]
    assert ("provider.fell_back", {"kind": "tts", "to": "cached line"}) in record


async def test_a_voice_that_stays_dead_leads_to_a_person(stage: Stage) -> None:
    """
    The third turn in a row is answered by the person's desk, whose opening is sound already.
    """
    async with _call(stage) as (caller, agent):
        await stage.ours.voice.fail(Fault.REFUSED)
        try:
            await _says_name_until(lambda: _told(caller, "A colleague"), caller, agent)
        finally:
            await stage.ours.voice.heal()
    assert ("transition.accepted", "escalate") in [(kind, audit.get("event")) for kind, audit in _record(stage)]


@asynccontextmanager
async def _call(stage: Stage) -> AsyncIterator[tuple[Caller, str]]:
    """
    A caller who was greeted, and the agent's name.
    """
    room = Room(stage.server)
    async with room.caller() as caller:
        await room.dispatch("interlock")
        await caller.until(lambda: caller.happened("joined"), "joined by an agent", COMES_S)
        await caller.until(lambda: _told(caller, "your name"), "greeted", COMES_S)
        await caller.until(lambda: _listens(caller), "listened to", COMES_S)
        yield caller, caller.happened("joined")[0].who


async def _says_name_until(true: Callable[[], bool], caller: Caller, agent: str) -> float:
    """
    Seconds from the end of the caller's words to the next sound of the agent; said again until it came to that, as ears
    on a busy machine are sometimes too slow.
    """
    for _ in range(SAYINGS):
        await caller.say(NAME)
        said = caller.now
        await caller.until(lambda since=said: caller.voices(agent, VOICES, since), "an answer heard", COMES_S)
        waited = caller.voices(agent, VOICES, said)[0].begin - said
        await caller.until(lambda: _listens(caller), "listened to", COMES_S)
        print(f"waited {waited:.2f} s")
        if true():
            return waited
    raise AssertionError(f"said {SAYINGS} times, and it did not come to that: {caller.lines[-5:]}")


def _told(caller: Caller, words: str) -> bool:
    return any(words in line.text for line in caller.lines if line.final)


def _failures(stage: Stage) -> int:
    """
    How often a voice failed, by the worker's log.
    """
    return sum('"provider.failed"' in line and '"tts"' in line for line in stage.ours.worker.lines)


def _listens(caller: Caller) -> bool:
    states = [each.what for each in caller.seen if each.kind == "state"]
    return bool(states) and states[-1] == "listening"


def _record(stage: Stage) -> list[tuple[str, dict[str, Any]]]:
    """
    The record of the last call: kinds and what they say.
    """
    with open_reader(stage.ours.worker.store) as record:
        last = max(record.calls(), key=lambda call: call.started_at)
        return [(its.kind, dict(its.audit)) for its in record.records(last.call_id)]

"""The model and the ears fail, each in seven ways, in a call over WebRTC: the caller hears of it, and it goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import pytest
import pytest_asyncio

from interlock.app.livekit_server import Server
from interlock.app.offline.scripted import Asks
from interlock.app.offline.wav import CALL_HZ, read_wav
from interlock.app.store import open_reader
from tests.e2e.caller import SPEECH, Caller, Line
from tests.e2e.room import Room
from tests.e2e.worker import Worker, worker
from tests.standins.assemblyai import AssemblyAI
from tests.standins.ears import KnownSounds
from tests.standins.elevenlabs import ElevenLabs
from tests.standins.faults import Fault
from tests.standins.openai import OpenAI
from tests.standins.rules import Rule, by_rules

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

HEARD_WITHIN_S = 5.0
LAST_LINES = 60
NAME = "01-name"
VOICES = {"front": 500.0}
BRAIN = by_rules([Rule("Anna", calls=(Asks("note_name", {"name": "Anna Kowalski"}), Asks("begin_triage")))])
DISPATCHES, DISPATCH_S = 12, 5.0
DRIP_S = 2.0  # a gap that no answer survives


@dataclass
class Stage:
    """
    One worker, and the providers it calls.
    """

    worker: Worker
    model: OpenAI
    ears: AssemblyAI
    server: Server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(livekit: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """
    All cases are calls to the same worker.
    """
    ears = KnownSounds({"Hello my name is Anna Kowalski.": (read_wav(SPEECH / f"{NAME}.wav").sound, CALL_HZ)})
    async with OpenAI(brain=BRAIN) as model, AssemblyAI(ears) as speech, ElevenLabs(VOICES) as voice:
        given = {
            "INTERLOCK_LLM_BASE_URL": model.base_url,
            "INTERLOCK_STT_BASE_URL": speech.base_url,
            "INTERLOCK_TTS_BASE_URL": voice.base_url,
            "INTERLOCK_TTS": "elevenlabs/front",
        }
        async with worker(livekit, tmp_path_factory.mktemp("faults"), given) as ours:
            yield Stage(ours, model, speech, livekit)
            assert await ours.stop() == 0, ours.lines[-10:]


@pytest.mark.parametrize("fault", Fault)
async def test_a_model_that_fails_is_answered_for(stage: Stage, fault: Fault) -> None:
    """
    The spare carries the call on while the model is down.
    """
    async with _call(stage) as caller:
        await _greeted(caller)
        await stage.model.fail(fault, hold_s=DRIP_S if fault is Fault.SLOW_DRIP else None)
        try:
            waited = await _waits_after_name(caller)
            await _told(caller, "What can we help you with")
        finally:
            await stage.model.heal()
    kinds = _failures(stage)
    assert waited < HEARD_WITHIN_S, (waited, kinds)
    assert "llm" in [its["kind"] for its in kinds]


@pytest.mark.parametrize("fault", Fault)
async def test_ears_that_fail_are_said_to_and_come_back(stage: Stage, fault: Fault) -> None:
    """
    The caller is asked to say it again, and is heard once the provider is well.
    """
    async with _call(stage) as caller:
        await _greeted(caller)
        await stage.ears.fail(fault, hold_s=DRIP_S if fault is Fault.SLOW_DRIP else None)
        try:
            if fault in (Fault.RATE_LIMITED, Fault.SERVER_ERROR):
                stage.ears.hang_up()
            waited = await _waits_after_name(caller)
            await _told(caller, "could not hear you")
        finally:
            await stage.ears.heal()
        await _says_until_heard(caller)
    kinds = _failures(stage)
    assert waited < HEARD_WITHIN_S, (waited, kinds)
    assert "stt" in [its["kind"] for its in kinds]


@asynccontextmanager
async def _call(stage: Stage) -> AsyncIterator[Caller]:
    """
    A caller whose agent was sent for, again where LiveKit found the machine too busy for one more call.
    """
    room, lines = Room(stage.server), stage.worker.lines
    before = _asked(lines)
    async with room.caller() as caller:
        for _ in range(DISPATCHES):
            await room.dispatch("interlock")
            with suppress(TimeoutError):
                async with asyncio.timeout(DISPATCH_S):
                    while _asked(lines) == before:  # noqa: ASYNC110 - a log file has no event
                        await asyncio.sleep(0.1)
                break
        try:
            yield caller
        except BaseException:
            print(*lines[-LAST_LINES:], sep="\n")
            raise


def _asked(lines: list[str]) -> int:
    return sum("received job request" in line for line in lines)


async def _greeted(caller: Caller) -> None:
    await _told(caller, "May I have your name")
    await caller.until(lambda: _listens(caller), "listened to", 30)


async def _waits_after_name(caller: Caller) -> float:
    """
    Seconds from the end of the caller's words to the next sound of the agent.
    """
    agent = caller.happened("joined")[0].who
    await caller.say(NAME)
    said = caller.now
    await caller.until(lambda: caller.voices(agent, VOICES, said), "an answer heard", 20)
    waited = caller.voices(agent, VOICES, said)[0].begin - said
    print(f"waited {waited:.2f} s")
    return waited


async def _says_until_heard(caller: Caller) -> None:
    """
    As a caller does: once more each time they are asked to.
    """
    for _ in range(3):
        await caller.until(lambda: _listens(caller), "listened to")
        lines = len(_agents_lines(caller))
        await caller.say(NAME)
        await caller.until(lambda before=lines: len(_agents_lines(caller)) > before, "answered", 30)
        if any("What can we help you with" in line.text for line in caller.lines):
            return
    await _told(caller, "What can we help you with")


def _agents_lines(caller: Caller) -> list[Line]:
    agent = caller.happened("joined")[0].who
    return [line for line in caller.lines if line.who == agent]


async def _told(caller: Caller, words: str) -> None:
    await caller.until(lambda: any(words in line.text for line in caller.lines if line.final), f"told {words!r}", 30)


def _listens(caller: Caller) -> bool:
    states = [each.what for each in caller.seen if each.kind == "state"]
    return bool(states) and states[-1] == "listening"


def _failures(stage: Stage) -> list[dict[str, object]]:
    """
    What the record of the last call says of providers.
    """
    with open_reader(stage.worker.store) as record:
        last = max(record.calls(), key=lambda call: call.started_at)
        return [dict(its.audit) for its in record.records(last.call_id) if its.kind == "provider.failed"]

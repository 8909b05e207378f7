"""The model and the ears fail, each in seven ways, in a call over WebRTC: the caller hears of it, and it goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import pytest
import pytest_asyncio

from interlock.agents.caller.missing_transcript import CANNOT_HEAR
from interlock.app.livekit_server import Server
from interlock.app.offline.scripted import Asks
from interlock.app.store import open_reader
from tests.e2e.caller import Caller
from tests.e2e.desk import COMES_S, GREETING, TRIAGE, answered, hears, says
from tests.e2e.room import Room
from tests.e2e.utterances import QUIET_MS, Recordings
from tests.e2e.worker import Worker, worker
from tests.long import here_or_long
from tests.standins.assemblyai import AssemblyAI
from tests.standins.elevenlabs import ElevenLabs
from tests.standins.faults import Fault
from tests.standins.openai import OpenAI
from tests.standins.rules import Rule, by_rules

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

HEARD_WITHIN_S = 5.0
MEASURED = here_or_long((Fault.SILENT,), tuple(Fault))
"""The faults whose answer is timed, with nothing beside them: the one that takes longest, or all."""
FAULTS = [pytest.param(fault, marks=pytest.mark.alone) if fault in MEASURED else fault for fault in Fault]
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
    ears = Recordings({"Hello my name is Anna Kowalski.": NAME})
    async with (
        OpenAI(brain=BRAIN) as model,
        AssemblyAI(ears, silence_ms=QUIET_MS) as speech,
        ElevenLabs(VOICES) as voice,
    ):
        given = {
            "INTERLOCK_LLM_BASE_URL": model.base_url,
            "INTERLOCK_STT_BASE_URL": speech.base_url,
            "INTERLOCK_TTS_BASE_URL": voice.base_url,
            "INTERLOCK_TTS": "elevenlabs/front",
        }
        async with worker(livekit, tmp_path_factory.mktemp("faults"), given) as ours:
            yield Stage(ours, model, speech, livekit)
            assert await ours.stop() == 0, ours.lines[-10:]


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_model_that_fails_is_answered_for(stage: Stage, fault: Fault) -> None:
    """
    The spare carries the call on while the model is down.
    """
    async with _call(stage) as caller:
        await _greeted(caller)
        await stage.model.fail(fault, hold_s=DRIP_S if fault is Fault.SLOW_DRIP else None)
        try:
            said = caller.now
            waited = await _waits_after_name(caller)
            if not await answered(caller, TRIAGE, said):  # a machine too busy for the spare asks once more
                await says(caller, NAME, TRIAGE)
        finally:
            await stage.model.heal()
    kinds = _failures(stage)
    assert fault not in MEASURED or waited < HEARD_WITHIN_S, (waited, kinds)
    assert "llm" in [its["kind"] for its in kinds]


@pytest.mark.parametrize("fault", FAULTS)
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
            await hears(caller, CANNOT_HEAR)
        finally:
            await stage.ears.heal()
        await says(caller, NAME, TRIAGE)
    kinds = _failures(stage)
    assert fault not in MEASURED or waited < HEARD_WITHIN_S, (waited, kinds)
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
    await hears(caller, GREETING)


async def _waits_after_name(caller: Caller) -> float:
    """
    Seconds from the end of the caller's words to the next sound of the agent.
    """
    agent = caller.happened("joined")[0].who
    await caller.say(NAME)
    said = caller.now
    await caller.until(lambda: caller.voices(agent, VOICES, said), "an answer heard", COMES_S)
    waited = caller.voices(agent, VOICES, said)[0].begin - said
    print(f"waited {waited:.2f} s")
    return waited


def _failures(stage: Stage) -> list[dict[str, object]]:
    """
    What the record of the last call says of providers.
    """
    with open_reader(stage.worker.store) as record:
        last = max(record.calls(), key=lambda call: call.started_at)
        return [dict(its.audit) for its in record.records(last.call_id) if its.kind == "provider.failed"]

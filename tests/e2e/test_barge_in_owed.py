"""Callers who talk into what they have to hear: it is told to its end all the same, and nothing is done before.

`TEST_E2E_SEED=3` (or `3,5`) plays these seeds alone; `TEST_LONG=1` plays forty.
"""

import asyncio
import os
from collections import Counter
from pathlib import Path

import pytest

from interlock.app.livekit_server import Server
from tests.e2e.owed_call import VOICES, TalkingCaller
from tests.e2e.owed_plan import SCENES, WORDS, moment
from tests.e2e.room import Room
from tests.e2e.utterances import QUIET_MS, Utterances
from tests.e2e.worker import Worker, worker
from tests.e2e.worklog import Worklog
from tests.long import here_or_long
from tests.standins.assemblyai import AssemblyAI
from tests.standins.elevenlabs import ElevenLabs
from tests.standins.openai import OpenAI
from tests.standins.rules import by_rules

pytestmark = [pytest.mark.e2e, pytest.mark.alone]

SEED = "TEST_E2E_SEED"
SEEDS = [int(seed) for seed in os.environ.get(SEED, "").split(",") if seed] or list(range(here_or_long(1, 40)))
BRAIN = by_rules([rule for scene in SCENES for rule in scene.rules], after_tools="All right.", otherwise="I see.")


@pytest.mark.timeout(180)
@pytest.mark.parametrize("seed", SEEDS)
async def test_what_a_caller_has_to_hear_is_told_whatever_they_say_meanwhile(
    livekit: Server, tmp_path: Path, seed: int
) -> None:
    """
    Before it, over it and after it, in four flows at once: told or a person, done on a yes to it, gas in one piece.
    """
    said = Utterances(WORDS)
    async with (
        OpenAI(brain=BRAIN) as thinks,
        AssemblyAI(said, silence_ms=QUIET_MS) as hears,
        ElevenLabs(VOICES) as speaks,
    ):
        given = {
            "INTERLOCK_LLM_BASE_URL": thinks.base_url,
            "INTERLOCK_STT_BASE_URL": hears.base_url,
            "INTERLOCK_TTS_BASE_URL": speaks.base_url,
            "INTERLOCK_TTS": "elevenlabs/front",
            "INTERLOCK_SILENCE_S": "120",
            "XDG_DATA_HOME": str(tmp_path),  # a calendar and orders that nobody used yet
        }
        async with worker(livekit, tmp_path, given) as ours:
            calls = await _four_at_once(livekit, ours, said, seed)
            await ours.stop()
    print(Counter((call.moment.scene.flow, call.met) for call in calls))
    wrong = [f"{SEED}={call.moment.seed}: {call}" for call in calls if call.wrong]
    assert not wrong, "\n".join(wrong)


async def _four_at_once(livekit: Server, ours: Worker, said: Utterances, seed: int) -> list[TalkingCaller]:
    log, calls = Worklog(ours), list[TalkingCaller]()
    for scene in SCENES:
        caller = Room(livekit).caller(agent_name="interlock", metadata=scene.flow)
        calls.append(TalkingCaller(caller, log, ours.store, said, moment(scene, seed)))
        await calls[-1].begin()
    await asyncio.gather(*(call.play() for call in calls))
    print(*calls, sep="\n", flush=True)
    return calls

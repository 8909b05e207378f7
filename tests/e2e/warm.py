"""A worker whose fixed lines are sound already, in a folder of its own, and the voices that spoke them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from interlock.app.livekit_server import Server
from tests.e2e.utterances import QUIET_MS
from tests.e2e.worker import Worker, events, worker
from tests.standins.assemblyai import AssemblyAI
from tests.standins.ears import Ears
from tests.standins.elevenlabs import ElevenLabs
from tests.standins.openai import Brain, OpenAI

VOICES = {"front": 500.0, "money": 900.0, "tech": 1400.0}
MADE_S = 120.0


@dataclass(frozen=True)
class Warm:
    """The stand-ins and the worker that speaks with them."""

    model: OpenAI
    speech: AssemblyAI
    voice: ElevenLabs
    worker: Worker


@asynccontextmanager
async def warm_worker(
    livekit: Server, folder: Path, *, brain: Brain | None, ears: Ears, given: Mapping[str, str] | None = None
) -> AsyncIterator[Warm]:
    """Start it all, and wait until every line is made."""
    async with (
        OpenAI(brain=brain) as model,
        AssemblyAI(ears, silence_ms=QUIET_MS) as speech,
        ElevenLabs(VOICES) as voice,
    ):
        settings = {
            "INTERLOCK_LLM_BASE_URL": model.base_url,
            "INTERLOCK_STT_BASE_URL": speech.base_url,
            "INTERLOCK_TTS_BASE_URL": voice.base_url,
            "INTERLOCK_TTS": "elevenlabs/front",
            "INTERLOCK_VOICES": '{"billing": "elevenlabs/money", "technical": "elevenlabs/tech"}',
        }
        async with worker(livekit, folder, {**settings, **(given or {})}) as its:
            async with asyncio.timeout(MADE_S):
                while "lines.made" not in events(its):  # noqa: ASYNC110 - another process's log has no event
                    await asyncio.sleep(0.1)
            try:
                yield Warm(model, speech, voice, its)
            except BaseException:
                print(*its.lines[-100:], sep="\n")
                raise

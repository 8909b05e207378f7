"""The real plugins, asked the way an AgentSession asks them, and what came of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import numpy as np
from livekit.agents import APIConnectOptions, llm
from livekit.plugins import assemblyai, elevenlabs, openai

from interlock.app.offline.sound import Sound, framed, mono
from tests.standins.tones import tone

HZ = 24_000
EARS_HZ = 16_000
ONCE = APIConnectOptions(max_retry=0, timeout=5, retry_interval=0)
THRICE = APIConnectOptions(max_retry=2, timeout=5, retry_interval=0)
IMPATIENT = APIConnectOptions(max_retry=0, timeout=0.2, retry_interval=0)
PATIENCE_S = 10.0


@dataclass
class Came:
    """What got through before the end, and the error it ended with."""

    parts: list[Any] = field(default_factory=list)
    sound: list[Sound] = field(default_factory=list)
    error: Exception | None = None

    @property
    def seconds(self) -> float:
        """How much sound."""
        return round(sum(part.size for part in self.sound) / HZ, 2)


async def ask(
    url: str, words: str = "Hello.", *, tools: Sequence[llm.Tool] = (), options: APIConnectOptions = ONCE, **given: Any
) -> Came:
    """One question to openai.LLM; parts are words, (tool, arguments) and the number of tokens."""
    model = openai.LLM(model="gpt-4.1-mini", api_key="key", base_url=url, **given)
    context = llm.ChatContext()
    context.add_message(role="user", content=words)
    came = Came()
    try:
        async with model.chat(chat_ctx=context, tools=list(tools), conn_options=options) as stream:
            async for chunk in stream:
                came.parts += parts_of(chunk)
    except Exception as error:
        came.error = error
    finally:
        await model.aclose()
    return came


def parts_of(chunk: llm.ChatChunk) -> list[Any]:
    """What of a chunk a test looks at."""
    delta = chunk.delta
    words = [delta.content] if delta and delta.content else []
    calls = [(call.name, call.arguments) for call in delta.tool_calls] if delta else []
    return [*words, *calls, *([chunk.usage.total_tokens] if chunk.usage else [])]


def voice(url: str, http: aiohttp.ClientSession, name: str = "anna") -> elevenlabs.TTS:
    """The ElevenLabs plugin, with PCM."""
    return elevenlabs.TTS(voice_id=name, api_key="key", base_url=url, encoding="pcm_24000", http_session=http)


async def speak(speaker: elevenlabs.TTS, text: str = "Hello there.", *, options: APIConnectOptions = ONCE) -> Came:
    """One utterance over the WebSocket; parts are the timed words."""
    came = Came()
    try:
        async with speaker.stream(conn_options=options) as stream:
            stream.push_text(text)
            stream.end_input()
            async for audio in stream:
                came.sound.append(mono(audio.frame))
                came.parts += audio.frame.userdata.get("lk.timed_transcripts", [])
    except Exception as error:
        came.error = error
    return came


async def synthesize(speaker: elevenlabs.TTS, text: str = "Hello there.", *, options: APIConnectOptions = ONCE) -> Came:
    """One utterance over plain HTTP."""
    came = Came()
    try:
        async with speaker.synthesize(text, conn_options=options) as stream:
            async for audio in stream:
                came.sound.append(mono(audio.frame))
    except Exception as error:
        came.error = error
    return came


class Caller:
    """Speaks to assemblyai.STT as a call does: the stream stays open between turns. `parts` are (event, text)."""

    def __init__(
        self, url: str, http: aiohttp.ClientSession, *, options: APIConnectOptions = ONCE, **given: Any
    ) -> None:
        self.plugin = assemblyai.STT(api_key="key", base_url=url, http_session=http, **given)
        self.stream = self.plugin.stream(conn_options=options)
        self.came = Came()
        self._more = asyncio.Event()
        self.listening = asyncio.create_task(self._listen())

    async def __aenter__(self) -> "Caller":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stream.aclose()
        await self.listening

    def says(self, sound: Sound | None = None, hz: int = EARS_HZ) -> None:
        """Speech and then quiet; half a second of a tone stands for words."""
        sound = tone(440, 0.5, hz) if sound is None else sound
        self.stream.push_frame(framed(np.concatenate([sound, np.zeros(hz, dtype=np.int16)]), hz))

    async def ended(self) -> Came:
        """What came, once the stream has ended or failed."""
        async with asyncio.timeout(PATIENCE_S):
            await self.listening
        return self.came

    async def heard(self, count: int = 1) -> list[str]:
        """The final transcripts, once there are so many."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.finals) < count and not self.listening.done():
                self._more.clear()
                await self._more.wait()
        return self.finals

    @property
    def finals(self) -> list[str]:
        """The final transcripts so far."""
        return [text for kind, text in self.came.parts if kind == "final_transcript"]

    async def _listen(self) -> None:
        try:
            async for event in self.stream:
                self.came.parts.append((event.type.value, event.alternatives[0].text if event.alternatives else ""))
                self._more.set()
        except Exception as error:
            self.came.error = error
        finally:
            self._more.set()


async def still_waits(asked: "asyncio.Task[Any]") -> bool:
    """Whether it is still waiting after three times what its options allow."""
    await asyncio.wait({asked}, timeout=3 * IMPATIENT.timeout)
    return not asked.done()

"""A stand-in for ElevenLabs: each voice a tone, over the multi-stream WebSocket and over plain HTTP."""

import asyncio
import base64
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from aiohttp import WSMsgType, web

from tests.standins.faults import WITHIN, CutError, Line
from tests.standins.server import StandIn, abort
from tests.standins.tones import Sound, Voices, tone

MS_PER_CHARACTER = 50
CHARACTERS_AT_ONCE = 4
"""Characters of one audio message: 200 ms."""
KEY = "xi-api-key"


@dataclass
class Context:
    """One utterance: what was asked to be spoken and is not yet, and how much was."""

    id: str
    asked: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    text: str = ""
    spoken_ms: int = 0


class ElevenLabs(StandIn):
    """Speaks any voice id, each with its own tone (`voices`, kept here for `voice_of`); pcm_* only.

    `ms_per_character` is how slowly; audio comes as fast as the client takes it, 200 ms a message. Voices named at the
    start keep their tones; with `strict`, others are refused as the provider refuses an unknown id.
    """

    NAME: ClassVar[str] = "elevenlabs"
    PATH: ClassVar[str] = "/v1"

    def __init__(
        self,
        voices: Mapping[str, float] | None = None,
        *,
        strict: bool = False,
        ms_per_character: int = MS_PER_CHARACTER,
        port: int = 0,
    ) -> None:
        super().__init__(port=port)
        self.voices = Voices(voices or {})
        self._strict = strict
        self._ms = ms_per_character

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """The two ways to speech the plugin uses."""
        voice = "/v1/text-to-speech/{voice}"
        return [web.get(f"{voice}/multi-stream-input", self._socket), web.post(f"{voice}/stream", self._plain)]

    def complaint(self, status: int, why: str) -> dict[str, Any]:
        """As ElevenLabs words it."""
        return {"detail": {"status": str(status), "message": why}}

    async def _plain(self, request: web.Request) -> web.StreamResponse:
        if (wrong := self._wrong(request)) is not None:
            return wrong
        text = (await request.json())["text"]
        self.log.add("plain", self.faults.now, voice=request.match_info["voice"], text=text)

        async def pieces() -> Iterator[bytes]:
            return (sound.tobytes() for _, sound in self._spoken(request, text))

        return await self.stream(request, pieces, "audio/pcm")

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if (wrong := self._wrong(request)) is not None:
            return wrong
        self.log.add("socket", self.faults.now, voice=request.match_info["voice"], query=dict(request.query))
        ws = await self.open_socket(request)
        if isinstance(ws, web.WebSocketResponse):
            await self._talk(request, ws)
        return ws

    async def _talk(self, request: web.Request, ws: web.WebSocketResponse) -> None:
        contexts: dict[str, Context] = {}
        async with asyncio.TaskGroup() as speaking:
            tasks: list[asyncio.Task[None]] = []
            async for message in ws:
                if message.type is not WSMsgType.TEXT:
                    continue
                asked = message.json()
                if asked.get("close_socket"):
                    break
                name = asked["context_id"]
                if name not in contexts and not asked.get("close_context"):
                    contexts[name] = Context(name)
                    tasks.append(speaking.create_task(self._speak(request, ws, contexts[name])))
                if name in contexts:
                    contexts[name].asked.put_nowait(asked)
                if asked.get("close_context"):
                    contexts.pop(name, None)
            for task in tasks:
                task.cancel()

    async def _speak(self, request: web.Request, ws: web.WebSocketResponse, context: Context) -> None:
        line: Line | None = None
        try:
            while True:
                asked = await context.asked.get()
                context.text += asked.get("text", "")
                closing = bool(asked.get("close_context"))
                if not closing and not (asked.get("flush") and context.text.strip()):
                    continue
                line = line or Line(self.faults, WITHIN)
                for message in self._messages(request, context, closing=closing):
                    await line.passes()
                    await ws.send_json(message)
                if closing:
                    line.ends()
                    break
        except CutError:
            abort(request)
        except ConnectionError:
            pass

    def _messages(self, request: web.Request, context: Context, *, closing: bool) -> Iterator[dict[str, Any]]:
        text, context.text = context.text.strip(), ""
        if text:
            self.log.add("speak", self.faults.now, voice=request.match_info["voice"], context=context.id, text=text)
            for characters, sound in self._spoken(request, f"{text} "):
                audio = base64.b64encode(sound.tobytes()).decode()
                timed = alignment(characters, context.spoken_ms, self._ms)
                context.spoken_ms += len(characters) * self._ms
                named = {"audio": audio, "isFinal": None, "contextId": context.id}
                yield named | {"alignment": timed, "normalizedAlignment": timed}
        if closing:
            self.log.add("closed", voice=request.match_info["voice"], context=context.id)
            yield {"isFinal": True, "contextId": context.id}

    def _spoken(self, request: web.Request, text: str) -> Iterator[tuple[str, Sound]]:
        hz = int(request.query["output_format"].removeprefix("pcm_"))
        sound = tone(self.voices[request.match_info["voice"]], len(text) * self._ms / 1000, hz)
        size = round(CHARACTERS_AT_ONCE * self._ms / 1000 * hz)
        for at in range(0, len(text), CHARACTERS_AT_ONCE):
            start = at // CHARACTERS_AT_ONCE * size
            yield text[at : at + CHARACTERS_AT_ONCE], sound[start : start + size]

    def _wrong(self, request: web.Request) -> web.Response | None:
        voice, encoding = request.match_info["voice"], request.query.get("output_format", "")
        if not request.headers.get(KEY):
            return self.refusal(401, f"{KEY} is missing, expected a key")
        if not re.fullmatch(r"pcm_\d+", encoding):
            return self.refusal(400, f"output_format is {encoding!r}, expected pcm_RATE: this stand-in encodes nothing")
        if self._strict and voice not in self.voices:
            return self.refusal(404, f"voice {voice!r} is unknown, expected one of {sorted(self.voices)}")
        return None


def alignment(characters: str, start_ms: int, ms: int) -> dict[str, Any]:
    """When each character is spoken, from the context's beginning."""
    starts = [start_ms + at * ms for at in range(len(characters))]
    return {"chars": list(characters), "charStartTimesMs": starts, "charDurationsMs": [ms] * len(characters)}

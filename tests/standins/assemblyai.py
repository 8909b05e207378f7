"""A stand-in for AssemblyAI's streaming recognition: an energy gate finds the turns, its ears know the words."""

import typing
from collections.abc import Iterable
from typing import Any, ClassVar

from aiohttp import WSMsgType, web
from livekit.plugins import assemblyai

from tests.standins.ears import Ears, ScriptedEars
from tests.standins.faults import WITHIN, CutError, Line
from tests.standins.gate import SILENCE_MS, Gate, Turn
from tests.standins.server import StandIn, abort

MODELS = frozenset(typing.get_args(typing.get_type_hints(assemblyai.stt.STTOptions)["speech_model"]))
"""Those the plugin knows; the provider has no default and refuses others."""


class AssemblyAI(StandIn):
    """Sends a turn when it has heard speech and then `silence_ms` of quiet, or is told to.

    Words come from `ears` (a list of texts stands for `ScriptedEars`), shared by all sessions. The sound of a turn is
    kept until its words are known, at most 30 s.
    """

    NAME: ClassVar[str] = "assemblyai"
    SCHEME: ClassVar[str] = "ws"

    def __init__(self, ears: Ears | Iterable[str] = (), *, silence_ms: int = SILENCE_MS, port: int = 0) -> None:
        super().__init__(port=port)
        self.ears: Ears = ScriptedEars(ears) if isinstance(ears, Iterable) else ears
        self.silence_ms = silence_ms

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """The one endpoint."""
        return [web.get("/v3/ws", self._socket)]

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if (wrong := complaint_about(request)) is not None:
            return self.refusal(*wrong)
        self.log.add("session", self.faults.now, query=dict(request.query))
        ws = await self.open_socket(request)
        if isinstance(ws, web.WebSocketResponse):
            try:
                await _Session(self, request, ws).run()
            except CutError:
                abort(request)
            except ConnectionError:
                pass
        return ws


class _Session:
    def __init__(self, provider: AssemblyAI, request: web.Request, ws: web.WebSocketResponse) -> None:
        self._provider, self._ws = provider, ws
        self._gate = Gate(int(request.query["sample_rate"]), provider.silence_ms)
        self._formats = request.query.get("format_turns") == "true"
        self._order = 0
        self._line: Line | None = None

    async def run(self) -> None:
        await self._ws.send_json({"type": "Begin", "id": "stand-in", "expires_at": 0})
        async for message in self._ws:
            if message.type is WSMsgType.BINARY:
                await self._hear(message.data)
            elif message.type is WSMsgType.TEXT and not await self._obey(message.json()):
                break
        self._provider.log.add("ended", seconds=round(self._gate.heard_ms / 1000, 2), turns=self._order)

    async def _obey(self, asked: dict[str, Any]) -> bool:
        kind = asked["type"]
        self._provider.log.add(kind, self._provider.faults.now, **{k: v for k, v in asked.items() if k != "type"})
        if kind in ("ForceEndpoint", "Terminate") and (turn := self._gate.close()) is not None:
            await self._answer(turn)
        if kind == "Terminate":
            seconds = self._gate.heard_ms / 1000
            ended = {"type": "Termination", "audio_duration_seconds": seconds, "session_duration_seconds": seconds}
            await self._ws.send_json(ended)
        return bool(kind != "Terminate")

    async def _hear(self, audio: bytes) -> None:
        for step in self._gate.hear(audio):
            if isinstance(step, Turn):
                await self._answer(step)
            elif step.begins:
                self._provider.log.add("speech", at_ms=step.at_ms)
                await self._send([{"type": "SpeechStarted", "timestamp": step.at_ms, "confidence": 1.0}])
            elif (guess := self._provider.ears.guess()) is not None:
                so_far = guess.split()[: min(step.nth, max(1, len(guess.split()) - 1))]
                await self._send([self._turn(so_far, step.started_ms, step.at_ms)])

    async def _answer(self, turn: Turn) -> None:
        text = await self._provider.ears.words(turn.sound, turn.hz)
        if not text:
            self._line = None
            self._provider.log.add("nothing", at_ms=turn.end_ms)
            return
        words, span = text.split(), (turn.start_ms, turn.end_ms)
        pieces = [self._turn(words[:-1] or words, *span), self._turn(words, *span, ends=True)]
        if self._formats:
            pieces.append(pieces[-1] | {"turn_is_formatted": True})
        self._provider.log.add("turn", self._provider.faults.now, text=text)
        line = await self._send(pieces)
        self._line, self._order = None, self._order + 1
        line.ends()

    def _turn(self, words: list[str], start_ms: int, end_ms: int, *, ends: bool = False) -> dict[str, Any]:
        each = (end_ms - start_ms) / len(words)
        timed = [
            {"text": word, "start": start_ms + round(at * each), "end": start_ms + round((at + 1) * each)}
            | {"confidence": 0.99, "word_is_final": ends or at + 1 < len(words)}
            for at, word in enumerate(words)
        ]
        final = " ".join(words if ends else words[:-1])
        turn = {"type": "Turn", "turn_order": self._order, "turn_is_formatted": False, "end_of_turn": ends}
        said = {"transcript": final, "utterance": final if ends else "", "words": timed}
        return turn | said | {"end_of_turn_confidence": 1.0 if ends else 0.0}

    async def _send(self, pieces: list[dict[str, Any]]) -> Line:
        line = self._line = self._line or Line(self._provider.faults, WITHIN)
        for piece in pieces:
            await line.passes()
            await self._ws.send_json(piece)
        return line


def complaint_about(request: web.Request) -> tuple[int, str] | None:
    """What AssemblyAI would refuse the session for."""
    query = request.query
    if not request.headers.get("Authorization"):
        return 401, "Authorization is missing, expected a key"
    if query.get("encoding") != "pcm_s16le":
        return 400, f"encoding is {query.get('encoding')!r}, expected pcm_s16le"
    if not query.get("sample_rate", "").isdigit():
        return 400, f"sample_rate is {query.get('sample_rate')!r}, expected a whole number of Hz"
    if query.get("speech_model") not in MODELS:
        return 400, f"speech_model is {query.get('speech_model')!r}, expected one of {sorted(MODELS)}"
    return None

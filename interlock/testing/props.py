"""What stands on the stage: a model, ears, a mouth, a loudspeaker and a journal, all with points to break in at."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from livekit import rtc
from livekit.agents import APIConnectOptions, llm, stt, tts, utils
from livekit.agents.language import LanguageCode
from livekit.agents.voice import io

from interlock.agents.call.journal import Entry, Journal
from interlock.app.offline.scripted import Says, ScriptedModel, _Stream
from interlock.testing.points import Points, rounds

SAMPLE_RATE = 16_000


class Model(ScriptedModel):
    """Answers what the caller said last with `lines[words]`, anything else with an echo, tools with `after_tools`."""

    def __init__(self, points: Points) -> None:
        super().__init__()
        self.points = points
        self.lines: dict[str, Says | list[Says]] = {}
        self.after_tools = ""
        self.named: Callable[[Says], str] = lambda answer: "model"

    def chat(self, *, chat_ctx: llm.ChatContext, tools: list[llm.Tool] | None = None, **given: Any) -> llm.LLMStream:
        self.asked.append(chat_ctx.copy())
        self.shown.append([tool.id for tool in tools or []])
        options = given.get("conn_options", APIConnectOptions())
        answer = self._answer(chat_ctx)
        return _PointedStream(self, answer, chat_ctx=chat_ctx, tools=tools or [], conn_options=options)

    def _answer(self, chat_ctx: llm.ChatContext) -> Says:
        words = last_words(chat_ctx)
        line = self.lines.get(words)
        if isinstance(line, list):
            line = line.pop(0) if line else None
        elif line is not None:
            del self.lines[words]
        if line is not None:
            return line
        if self.after_tools and chat_ctx.items[-1].type == "function_call_output":
            return Says(self.after_tools)
        return Says(echo(words))


class _PointedStream(_Stream):
    async def _run(self) -> None:
        answer, points = self._answer, self._model.points  # type: ignore[attr-defined]
        name = self._model.named(answer)  # type: ignore[attr-defined]
        await points.through(f"{name}: before the model answers")
        if answer.gate is not None:
            await answer.gate.wait()
        if answer.text:
            self._send(llm.ChoiceDelta(role="assistant", content=answer.text))
            await points.through(f"{name}: while its words stream")
        for call in answer.calls:
            self._send(llm.ChoiceDelta(role="assistant", tool_calls=[self._tool_call(call)]))
        await points.through(f"{name}: after its tool calls")
        if answer.hold is not None:
            await answer.hold.wait()
        if answer.error is not None:
            raise answer.error


def echo(words: str) -> str:
    """What the model says where a test gave it no other answer."""
    return f"You said: {words}"


def last_words(chat_ctx: llm.ChatContext) -> str:
    """What the caller said last."""
    said = [item.text_content or "" for item in chat_ctx.items if item.type == "message" and item.role == "user"]
    return said[-1] if said else ""


class Ears(stt.STT[Any]):
    """Speech recognition that hears what the test says."""

    def __init__(self) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=True, interim_results=True))
        self.words: asyncio.Queue[stt.SpeechEvent] = asyncio.Queue()

    def hears(self, words: str) -> None:
        """The caller speaks: an interim transcript, on which LiveKit interrupts the agent, then the final one."""
        for kind in (stt.SpeechEventType.INTERIM_TRANSCRIPT, stt.SpeechEventType.FINAL_TRANSCRIPT):
            data = stt.SpeechData(language=LanguageCode("en"), text=words)
            self.words.put_nowait(stt.SpeechEvent(type=kind, alternatives=[data]))

    def hears_nothing(self) -> None:
        """An empty transcript: whoever waits for words need not wait longer."""
        nothing = stt.SpeechData(language=LanguageCode("en"), text="")
        self.words.put_nowait(stt.SpeechEvent(type=stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives=[nothing]))

    async def _recognize_impl(self, *_: Any, **__: Any) -> stt.SpeechEvent:
        raise NotImplementedError

    def stream(self, *, conn_options: APIConnectOptions = APIConnectOptions(), **_: Any) -> stt.RecognizeStream:  # noqa: B008
        """Recognition of one session: what `hears` says goes to it."""
        return _EarStream(stt=self, conn_options=conn_options)


class _EarStream(stt.RecognizeStream):
    async def _run(self) -> None:
        async def events() -> None:
            while True:
                self._event_ch.send_nowait(await self._stt.words.get())  # type: ignore[attr-defined]

        listening = asyncio.create_task(events())
        try:
            async for _ in self._input_ch:
                pass
        finally:
            await utils.aio.cancel_and_wait(listening)


class Mouth(tts.TTS[Any]):
    """A tenth of a second of silence for every sentence."""

    def __init__(self, points: Points) -> None:
        super().__init__(capabilities=tts.TTSCapabilities(streaming=False), sample_rate=SAMPLE_RATE, num_channels=1)
        self.points = points
        self.labels: dict[str, str] = {}
        self.latest = "line"
        self._lines: list[str] = []

    def take(self) -> list[str]:
        """What was synthesized since the last time."""
        lines, self._lines = self._lines, []
        return lines

    def synthesize(self, text: str, *, conn_options: APIConnectOptions = APIConnectOptions()) -> tts.ChunkedStream:  # noqa: B008
        """A piece of sound for these words, at the pace the test sets."""
        return _MouthStream(tts=self, input_text=text, conn_options=conn_options)


class _MouthStream(tts.ChunkedStream):
    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        mouth: Mouth = self._tts  # type: ignore[assignment]
        label = next((its for line, its in mouth.labels.items() if self.input_text in line), "line")
        await mouth.points.through(f"{label}: being synthesized")
        mouth.latest = label
        mouth._lines.append(self.input_text)
        output_emitter.initialize(request_id=label, sample_rate=SAMPLE_RATE, num_channels=1, mime_type="audio/pcm")
        output_emitter.push(b"\0\0" * (SAMPLE_RATE // 10))
        output_emitter.flush()


class Loudspeaker(io.AudioOutput):
    """Plays a line at once, but no further than `until[label]`; what is cut off is reported as interrupted."""

    def __init__(self, points: Points, mouth: Mouth) -> None:
        super().__init__(label="stage", capabilities=io.AudioOutputCapabilities(pause=False), sample_rate=SAMPLE_RATE)
        self._points = points
        self._mouth = mouth
        self.until: dict[str, asyncio.Event] = {}
        self.played: list[str] = []
        self.lines: list[str] = []
        self._label = ""
        self._playing: asyncio.Task[None] | None = None

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        if not self._label:
            self._label = self._mouth.latest
            self.on_playback_started(created_at=time.time())
            self._points.at(f"{self._label}: first frame")

    def flush(self) -> None:
        super().flush()
        if self._label and self._playing is None:
            self._playing = asyncio.create_task(self._play(self._label))

    def clear_buffer(self) -> None:
        if self._playing is not None:
            self._playing.cancel()
        self._finish(interrupted=True)

    async def _play(self, label: str) -> None:
        await self._points.through(f"{label}: playing")
        if label in self.until:
            await self.until[label].wait()
            await self._points.through(f"{label}: still playing")
        self.played.append(label)
        self.lines += self._mouth.take()
        self._finish(interrupted=False)
        self._points.at(f"{label}: over")

    def _finish(self, *, interrupted: bool) -> None:
        if not self._label:
            return
        self._label, self._playing = "", None
        self.on_playback_finished(playback_position=0.05 if interrupted else 0.1, interrupted=interrupted)


class PointedJournal:
    """A journal that stops before and after each kind of line."""

    def __init__(self, journal: Journal, points: Points) -> None:
        self._journal = journal
        self._points = points
        self._entered = 0

    async def append(self, entries: Sequence[Entry]) -> None:
        """Append, with the points `KIND: being written` before and `KIND: durable` after it."""
        kind = entries[0].kind
        await self._points.through(f"{kind}: being written")
        if kind == "facts.established":
            await rounds()
            await self._points.through("waiting for the lock")
        self._entered += kind == "handoff.entered"
        count = f"{kind} {self._entered}" if kind == "handoff.entered" else kind
        if count != kind:
            await self._points.through(f"{count}: being written")
        await self._journal.append(entries)
        await self._points.through(f"{count}: durable")

    async def wrote(self, entries: Sequence[Entry]) -> bool:
        """As the journal says."""
        return await self._journal.wrote(entries)

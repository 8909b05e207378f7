"""Speech recognition that goes on: a stream that breaks is opened again, at the next provider where there is one.

LiveKit ends recognition for good when a plugin raises what is no `APIError`, and AssemblyAI's does for a refused
connection, a 429 and a 503 (tests/standins/test_faults.py has the table). A stream that is silent raises nothing at
all: `restart`, by whoever noticed, opens the next one.
"""

import asyncio
import dataclasses
import time
import weakref
from collections import deque
from collections.abc import AsyncIterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from livekit import rtc
from livekit.agents import NOT_GIVEN, APIConnectOptions, inference, stt, utils
from livekit.agents.stt import STTError

from interlock.agents.speech.providers import FELL_BACK

ONCE = APIConnectOptions(max_retry=0, timeout=3.0)
"""Trying again is ours: the plugin's own tries would only delay it."""
PAUSES_S = (0.0, 0.5, 1.0)
"""Before each try in a row that came to nothing; the last is that of all further ones."""
KEPT_S = 3.0
"""How much of what was said while no stream was open is heard once one is: the caller may have begun meanwhile."""


class ReconnectingSTT(stt.STT[str]):
    """The recognisers of `named`, one at a time, for one call. Errors are passed on as recoverable: it recovers."""

    def __init__(self, named: Mapping[str, stt.STT[Any]], pauses_s: Sequence[float] = PAUSES_S) -> None:
        self._named = {name: _streaming(each) for name, each in named.items()}
        capabilities = [each.capabilities for each in self._named.values()]
        super().__init__(
            capabilities=dataclasses.replace(
                capabilities[0],
                interim_results=all(its.interim_results for its in capabilities),
                aligned_transcript=capabilities[0].aligned_transcript if len(capabilities) == 1 else False,
                manual_flush=all(its.manual_flush for its in capabilities),
                keyterms=False,
                chat_context=False,
            )
        )
        self.pauses_s = pauses_s
        self._names = list(named)
        self._streams: weakref.WeakSet[ReconnectingStream] = weakref.WeakSet()
        self._given = tuple(named.values())
        for each in self._given:
            each.on("error", self._failed)
            each.on("metrics_collected", lambda *its: self.emit("metrics_collected", *its))

    @property
    def current(self) -> stt.STT[Any]:
        """The one that listens now."""
        return self._named[self._names[0]]

    @property
    def label(self) -> str:
        """The current one's."""
        return self.current.label

    @property
    def model(self) -> str:
        """The current one's."""
        return self.current.model

    @property
    def provider(self) -> str:
        """The current one's."""
        return self.current.provider

    def stream(self, *, language: Any = NOT_GIVEN, conn_options: APIConnectOptions = ONCE) -> "ReconnectingStream":
        """A stream that ends with its input only."""
        stream = ReconnectingStream(self, language)
        self._streams.add(stream)
        return stream

    def restart(self) -> None:
        """Open every stream anew, at the next recogniser where there is one."""
        self.switch_to_next()
        for stream in list(self._streams):
            stream.restart()

    def switch_to_next(self) -> None:
        """From now on the next recogniser listens; after the last the first again."""
        if len(self._names) > 1:
            self._names.append(self._names.pop(0))
            self.emit(FELL_BACK, self._names[0])

    def prewarm(self) -> None:
        """Prepare the first recogniser, which is the one that is asked first."""
        self.current.prewarm()

    async def aclose(self) -> None:
        """Close every recogniser, also those that were never turned to."""
        for each in {id(its): its for its in (*self._named.values(), *self._given)}.values():
            await each.aclose()

    async def _recognize_impl(
        self, buffer: Any, *, language: Any = NOT_GIVEN, conn_options: APIConnectOptions
    ) -> stt.SpeechEvent:
        return await self.current.recognize(buffer, language=language, conn_options=conn_options)

    def _failed(self, error: STTError) -> None:
        self.emit("error", error.model_copy(update={"recoverable": True}))


class ReconnectingStream(stt.RecognizeStream):
    """One stream of a `ReconnectingSTT`. What is said when a stream breaks is lost; the caller is asked again."""

    def __init__(self, steady: ReconnectingSTT, language: Any) -> None:
        super().__init__(stt=steady, conn_options=ONCE)
        self._steady = steady
        self._language = language
        self._open: stt.RecognizeStream | None = None
        self._reading: asyncio.Task[None] | None = None
        self._kept: deque[rtc.AudioFrame] = deque()
        self._failures = 0

    def restart(self) -> None:
        """Give up the open stream."""
        if self._reading is not None:
            self._reading.cancel()

    async def _metrics_monitor_task(self, event_aiter: AsyncIterable[stt.SpeechEvent]) -> None:
        """Counts nothing: what each recogniser counted itself is passed on already."""
        async for _ in event_aiter:
            pass

    async def _run(self) -> None:
        forwarding = asyncio.create_task(self._forward())
        try:
            while not self._input_ch.closed:
                self._reading = asyncio.create_task(self._read())
                await asyncio.wait([self._reading])
                if self._input_ch.closed:
                    break
                await asyncio.sleep(self._pause_s())
            await forwarding
        finally:
            await utils.aio.cancel_and_wait(forwarding, *([self._reading] if self._reading else []))

    def _pause_s(self) -> float:
        """How long to wait before the next try, and let the next recogniser try where this one failed."""
        assert self._reading is not None, "a try comes before the pause"
        if self._reading.cancelled():  # restarted: whoever asked has turned to the next already
            return 0.0
        self._steady.switch_to_next()
        pauses = self._steady.pauses_s
        self._failures += 1
        return pauses[min(self._failures, len(pauses)) - 1]

    async def _read(self) -> None:
        """Pass events on until the stream ends or fails, which the recogniser itself has told by then."""
        with suppress(Exception):
            async with self._steady.current.stream(language=self._language, conn_options=ONCE) as stream:
                stream.start_time_offset = self.start_time_offset + time.time() - self._start_time
                while self._kept:
                    stream.push_frame(self._kept.popleft())
                self._open = stream
                try:
                    async for event in stream:
                        self._failures = 0
                        self._event_ch.send_nowait(event)
                finally:
                    self._open = None

    async def _forward(self) -> None:
        async for data in self._input_ch:
            if self._open is None:
                self._keep(data)
                continue
            with suppress(RuntimeError):  # it ended a moment ago
                if isinstance(data, rtc.AudioFrame):
                    self._open.push_frame(data)
                else:
                    self._open.flush()
        if self._open is not None:
            with suppress(RuntimeError):
                self._open.end_input()

    def _keep(self, data: Any) -> None:
        if isinstance(data, rtc.AudioFrame):
            self._kept.append(data)
        while sum(frame.duration for frame in self._kept) > KEPT_S:
            self._kept.popleft()


def _streaming(each: stt.STT[Any]) -> stt.STT[Any]:
    return each if each.capabilities.streaming else stt.StreamAdapter(stt=each, vad=inference.VAD())

"""A caller's microphone: real time, and silence whenever nothing is said."""

import asyncio
from collections import deque

import numpy as np
from livekit import rtc

from interlock.app.offline.sound import Sound, framed
from tests.e2e.tones import HZ

FRAME = HZ // 20  # 50 ms
AHEAD_MS = 400  # what LiveKit holds to bridge a busy machine


class Microphone:
    """Feeds a LiveKit audio source. The source takes frames at the pace of a line, so nothing here keeps time."""

    def __init__(self) -> None:
        self.source = rtc.AudioSource(HZ, 1, queue_size_ms=AHEAD_MS)
        self._waiting: deque[tuple[Sound, asyncio.Future[None]]] = deque()
        self._task = asyncio.create_task(self._run())

    async def say(self, sound: Sound) -> None:
        """Speak, after what is being said; returns when it was hushed, or has left but for `AHEAD_MS`."""
        done = asyncio.get_running_loop().create_future()
        if not self._waiting:
            self.source.clear_queue()  # of silence: what is said now is heard now
        self._waiting.append((sound, done))
        await done

    def hush(self) -> None:
        """Break off what is being said and forget what was to follow."""
        self.source.clear_queue()
        while self._waiting:
            _, done = self._waiting.popleft()
            if not done.done():
                done.set_result(None)

    async def aclose(self) -> None:
        """Stop; what was not said is forgotten."""
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self.hush()
        await self.source.aclose()

    async def _run(self) -> None:
        while True:
            await self.source.capture_frame(framed(self._next_frame(), HZ))

    def _next_frame(self) -> Sound:
        if not self._waiting:
            return np.zeros(FRAME, np.int16)
        sound, done = self._waiting.popleft()
        if sound.size > FRAME:
            self._waiting.appendleft((sound[FRAME:], done))
        elif not done.done():
            done.set_result(None)
        return np.pad(sound[:FRAME], (0, max(0, FRAME - sound.size)))

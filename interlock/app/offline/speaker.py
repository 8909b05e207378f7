"""What the agent says on a line without a room: played by the clock, interruptible, kept for the recording."""

import asyncio
import time
from collections.abc import Callable

from livekit import rtc
from livekit.agents.voice import io

from interlock.app.offline.sound import Sound, mono
from interlock.app.offline.wav import CALL_HZ

CallTime = Callable[[], float]
"""Seconds of sound since the line was opened."""


class Speaker(io.AudioOutput):
    """Takes frames faster than they play, as LiveKit gives them, and reports start and end as a loudspeaker would.

    `now` is the line's time and `speed` how fast it passes; `track` fills with (second, sound) as it was played.
    """

    def __init__(self, now: CallTime, speed: float = 1.0) -> None:
        capabilities = io.AudioOutputCapabilities(pause=True)
        super().__init__(label="Speaker", capabilities=capabilities, sample_rate=CALL_HZ)
        self.track: list[tuple[float, Sound]] = []
        self.started = 0
        self._now = now
        self._speed = speed
        self._segment: list[tuple[float, Sound]] = []
        self._ends_at = 0.0
        self._cleared = False
        self._paused_at: float | None = None
        self._unheard = False
        self._resumed = asyncio.Event()
        self._play_out: asyncio.Task[None] | None = None

    @property
    def playing(self) -> bool:
        """Whether something is being said."""
        return bool(self._segment)

    @property
    def playing_for(self) -> float:
        """Seconds since what is being said began."""
        return self._now() - self._segment[0][0] if self._segment else 0.0

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        """Queue a frame behind those still to be played; frames after an interruption are dropped until `flush`."""
        if self._play_out is not None and not self._play_out.done():
            await asyncio.wait([self._play_out])
        await super().capture_frame(frame)
        if self._cleared:
            return
        if not self._segment:
            self._ends_at = self._now()
            self._unheard = True
        if self._unheard and self._paused_at is None:
            self._begin()
        begins = max(self._now(), self._ends_at)
        self._segment.append((begins, mono(frame)))
        self._ends_at = begins + frame.duration

    def flush(self) -> None:
        """No more frames of this segment: its end is reported once it was played."""
        super().flush()
        self._cleared = False
        if self._segment:
            self._play_out = asyncio.create_task(self._until_played())

    def clear_buffer(self) -> None:
        """Be silent at once, and report how far it came."""
        if not self._segment:
            return
        flushed = self._play_out is not None and not self._play_out.done()
        if self._play_out is not None:
            self._play_out.cancel()
        self._cleared = not flushed
        self._finish(interrupted=True)

    def pause(self) -> None:
        """Fall silent for now, as when somebody coughs; `resume` goes on where it stopped."""
        super().pause()
        if self._paused_at is None:
            self._paused_at = self._now()
            self._resumed.clear()

    def resume(self) -> None:
        """Go on; what was not heard yet plays that much later."""
        super().resume()
        if self._paused_at is None:
            return
        paused_at, now, self._paused_at = self._paused_at, self._now(), None
        self._segment = [piece for part in self._segment for piece in _delayed(*part, paused_at, now)]
        self._ends_at += now - paused_at if self._ends_at > paused_at else 0.0
        if self._unheard and self._segment:
            self._begin()
        self._resumed.set()

    async def aclose(self) -> None:
        """Stop playing; nothing is reported any more."""
        if self._play_out is not None:
            self._play_out.cancel()
            await asyncio.wait([self._play_out])

    async def _until_played(self) -> None:
        while self._paused_at is not None or self._now() < self._ends_at:
            if self._paused_at is not None:
                await self._resumed.wait()
            else:
                await asyncio.sleep((self._ends_at - self._now()) / self._speed)
        self._finish(interrupted=False)

    def _begin(self) -> None:
        self._unheard = False
        self.started += 1
        self.on_playback_started(created_at=time.time())

    def _finish(self, *, interrupted: bool) -> None:
        now = self._now() if self._paused_at is None else self._paused_at
        played = 0.0
        for begins, sound in self._segment:
            heard = min(sound.size, max(0, round((now - begins) * CALL_HZ))) if interrupted else sound.size
            if heard:
                self.track.append((begins, sound[:heard]))
            played += heard / CALL_HZ
        self._segment = []
        self.on_playback_finished(playback_position=played, interrupted=interrupted)


def _delayed(begins: float, sound: Sound, paused_at: float, resumed_at: float) -> list[tuple[float, Sound]]:
    """A piece, moved to after the pause where it was not heard before it."""
    heard = min(sound.size, max(0, round((paused_at - begins) * CALL_HZ)))
    late = max(begins, paused_at) + resumed_at - paused_at
    return [piece for piece in ((begins, sound[:heard]), (late, sound[heard:])) if piece[1].size]

"""The caller's end of a call without a room: WAV files for what the caller says, a stereo WAV of what both said."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from livekit import rtc
from livekit.agents import AgentSession, AgentStateChangedEvent, CloseEvent
from livekit.agents.voice import io

from interlock.app.offline.sound import Sound, framed
from interlock.app.offline.speaker import Speaker
from interlock.app.offline.wav import CALL_HZ, Wav, write_stereo

FRAME = CALL_HZ // 50
"""Samples a frame: 20 ms, as telephones have it."""
HELD_UP_S = 0.1
"""How late a frame may be before the time is counted as lost."""


@dataclass(frozen=True)
class CallerTiming:
    """When the caller speaks, in seconds of the line.

    After `pause` of an agent that listens, or after `patience` of one that never answers; the call ends when the agent
    listened for `farewell` after the last words. `speed` is how much faster than life it all goes: speech recognition
    and the agent's own delays do not go faster with it.
    """

    pause: float = 0.7
    patience: float = 10.0
    farewell: float = 2.0
    speed: float = 1.0


class WavCall:
    """Plays each WAV once the agent has answered the one before, with silence between, so that voice detection works.

    `at_rest`, when given, must also hold before the caller goes on: pass `lambda: call.at_rest`. `barge_in` gives, for
    the numbers of some WAVs, how many seconds into the agent's next words the caller cuts in with it. `on_turn` is
    called with the number of each WAV that begins.
    """

    def __init__(
        self,
        wavs: Sequence[Wav],
        *,
        timing: CallerTiming | None = None,
        at_rest: Callable[[], bool] = lambda: True,
        barge_in: dict[int, float] | None = None,
        on_turn: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.timing = timing or CallerTiming()
        self.speaker = Speaker(self.now, self.timing.speed)
        self._microphone = _Microphone(self)
        self._wavs = list(wavs)
        self._at_rest = at_rest
        self._barge_in = barge_in or {}
        self._on_turn = on_turn
        self._next = 0
        self._left: Sound = np.zeros(0, dtype=np.int16)
        self._said: list[Sound] = []
        self._opened: float | None = None
        self._answers_before = 0
        self._quiet_since = 0.0
        self._agent_listens = False
        self._over = asyncio.Event()

    def attach(self, session: "AgentSession[Any]") -> None:
        """Become the session's microphone and loudspeaker; call it before `start`."""
        session.input.audio = self._microphone
        session.output.audio = self.speaker
        session.on("agent_state_changed", self._agent_changed)
        session.on("close", self._closed)

    async def finished(self) -> None:
        """Return once everything was said and answered, or the agent hung up."""
        await self._over.wait()

    async def aclose(self) -> None:
        """Hang up: nothing more is heard or played, and `finished` returns."""
        self._over.set()
        await self.speaker.aclose()

    def now(self) -> float:
        """Seconds of sound since anybody first asked: from then on the line is open."""
        time = asyncio.get_running_loop().time()
        if self._opened is None:
            self._opened = time
        return (time - self._opened) * self.timing.speed

    def tracks(self) -> tuple[Sound, Sound]:
        """What the caller and the agent said, of equal length, aligned by time."""
        caller = np.concatenate([*self._said, np.zeros(0, dtype=np.int16)])
        ends = [round(at * CALL_HZ) + sound.size for at, sound in self.speaker.track]
        length = max([caller.size, *ends])
        agent: Sound = np.zeros(length, dtype=np.int16)
        for at, sound in self.speaker.track:
            agent[round(at * CALL_HZ) : round(at * CALL_HZ) + sound.size] = sound
        return np.pad(caller, (0, length - caller.size)), agent

    def write(self, path: Path) -> None:
        """The call as a stereo WAV: caller left, agent right."""
        write_stereo(path, *self.tracks())

    async def next_frame(self) -> rtc.AudioFrame:
        """20 ms of the caller, when they are due. Raises `StopAsyncIteration` once the call is over."""
        due = len(self._said) * FRAME / CALL_HZ
        await asyncio.sleep(max(0.0, due - self.now()) / self.timing.speed)
        self._catch_up(due)
        if self._over.is_set():
            raise StopAsyncIteration
        self._take_turns()
        frame, self._left = self._left[:FRAME], self._left[FRAME:]
        frame = np.pad(frame, (0, FRAME - frame.size))
        self._said.append(frame)
        return framed(frame, CALL_HZ)

    def _catch_up(self, due: float) -> None:
        """A line that was held up lost that time: on the recording it is silence, so that both sides stay aligned."""
        late = self.now() - due
        if late > HELD_UP_S:
            self._said += [np.zeros(FRAME, dtype=np.int16)] * round(late * CALL_HZ / FRAME)

    def _take_turns(self) -> None:
        """Begin the next WAV, or hang up, when it is time to."""
        if self._left.size or self.speaker.playing or not self._agent_listens:
            self._quiet_since = self.now()
        if self._left.size:
            return
        last = self._next == len(self._wavs)
        if last and self._quiet_for(self.timing.farewell):
            self._over.set()
        elif not last and (self._cuts_in() or self._quiet_for(self.timing.pause)):
            self._left = self._wavs[self._next].sound
            self._answers_before = self.speaker.started
            self._on_turn(self._next)
            self._next += 1

    def _quiet_for(self, seconds: float) -> bool:
        """Whether the agent answered and has listened that long, or has not answered for as long as patience lasts."""
        quiet = self.now() - self._quiet_since
        answered = self.speaker.started > self._answers_before and self._at_rest()
        return quiet >= (seconds if answered else self.timing.patience)

    def _cuts_in(self) -> bool:
        after = self._barge_in.get(self._next)
        answering = self.speaker.playing and self.speaker.started > self._answers_before
        return after is not None and answering and self.speaker.playing_for >= after

    def _agent_changed(self, event: AgentStateChangedEvent) -> None:
        self._agent_listens = event.new_state == "listening"

    def _closed(self, _: CloseEvent) -> None:
        self._over.set()


class _Microphone(io.AudioInput):
    def __init__(self, line: WavCall) -> None:
        super().__init__(label="Microphone")
        self._line = line

    async def __anext__(self) -> rtc.AudioFrame:
        return await self._line.next_frame()

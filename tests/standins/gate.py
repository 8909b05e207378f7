"""Where turns begin and end, by loudness alone, in the time of the sound and not of the clock."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from interlock.app.offline.sound import Sound

LOUD = 300
"""Root mean square of a frame from which it is speech (full scale 32768)."""
SILENCE_MS = 500
"""Quiet that ends a turn: longer than the pauses within a sentence."""
SPEECH_MS = 60
"""Less speech than this is a click."""
INTERIM_MS = 300
"""Speech between two guesses."""
LONGEST_MS = 30_000


@dataclass(frozen=True, slots=True)
class Speaking:
    """Somebody speaks since `started_ms`: the `nth` word or so of it."""

    started_ms: int
    at_ms: int
    nth: int

    @property
    def begins(self) -> bool:
        """Whether this is how it began."""
        return self.nth == 0


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """What was said between two silences."""

    start_ms: int
    end_ms: int
    sound: Sound
    hz: int


class Gate:
    """Takes frames, tells turns."""

    def __init__(self, hz: int, silence_ms: int = SILENCE_MS) -> None:
        self.hz = hz
        self.silence_ms = silence_ms
        self.heard_ms = 0.0
        self._kept: list[Sound] = []
        self._began_ms = self._loud_until_ms = self._loud_ms = 0.0
        self._told = 0

    def hear(self, audio: bytes) -> Iterator[Speaking | Turn]:
        """What the next frame shows."""
        frame = np.frombuffer(audio, dtype=np.int16)
        loud = bool(frame.size and np.sqrt(np.mean(frame.astype(np.float64) ** 2)) >= LOUD)
        if loud or self._kept:
            if not self._kept:
                self._began_ms, self._loud_ms, self._told = self.heard_ms, 0.0, 0
            self._kept.append(frame)
        duration_ms = 1000 * frame.size / self.hz
        self.heard_ms += duration_ms
        if loud:
            self._loud_ms += duration_ms
            self._loud_until_ms = self.heard_ms
            yield from self._speaking()
        elif self._kept and self.heard_ms - self._loud_until_ms >= self.silence_ms:
            yield from filter(None, [self.close()])
        if self._kept and self.heard_ms - self._began_ms >= LONGEST_MS:
            yield from filter(None, [self.close()])

    def close(self) -> Turn | None:
        """The turn so far, ended here; None when there was none."""
        kept, self._kept = self._kept, []
        if not kept or self._loud_ms < SPEECH_MS:
            return None
        return Turn(round(self._began_ms), round(self._loud_until_ms), np.concatenate(kept), self.hz)

    def _speaking(self) -> Iterator[Speaking]:
        if self._loud_ms >= SPEECH_MS + self._told * INTERIM_MS:
            yield Speaking(round(self._began_ms), round(self.heard_ms), self._told)
            self._told += 1

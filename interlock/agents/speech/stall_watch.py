"""Whether sound keeps up with the words it was asked for, told by ticks of the call's clock and so by no date."""

import re
from collections.abc import AsyncGenerator, AsyncIterable

from livekit import rtc

from interlock.agents.call.clock import Clock, Cutoff, Timer

FIRST_AUDIO_LIMIT_S = 2.5
"""How long a voice may take to its first sound, from when it was given a sentence."""
STALL_LIMIT_S = 2.0
"""How long the caller may hear nothing, in all, within one utterance whose words are all there."""
TICK_S = 0.1

_A_SENTENCE = re.compile(r"\S.{18,}?[.!?]\s+\S.{18,}", re.DOTALL)
"""A whole sentence and the beginning of the next: with less, a voice may still be waiting for more words."""


class StallWatch:
    """Watches one utterance: give it the words, read the sound through `watched`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._timer: Timer | None = None
        self._words = ""
        self._no_more_words = False
        self._sounded = False
        self._ahead_s = 0.0
        self._quiet_s = 0.0
        self._cutoff = Cutoff("the voice is too slow")

    def words(self, words: str) -> None:
        """More of what is to be said; the voice is waited for once a whole sentence is there."""
        self._words += words

    def no_more_words(self) -> None:
        """Every word is there: from here on only the voice is waited for."""
        self._no_more_words = True

    async def watched(self, sound: AsyncIterable[rtc.AudioFrame]) -> AsyncGenerator[rtc.AudioFrame, None]:
        """The sound, or `TimeoutError` where it does not begin in time or leaves the caller waiting too long."""
        frames = aiter(sound)
        self._timer = self._clock.call_later(TICK_S, self._tick)
        try:
            while True:
                try:
                    frame = await self._cutoff.next(frames)
                except StopAsyncIteration:
                    return
                self._came(frame)
                yield frame
        finally:
            self._timer.cancel()

    def _came(self, frame: rtc.AudioFrame) -> None:
        if not self._sounded:
            self._sounded, self._quiet_s = True, 0.0
        self._ahead_s += frame.duration

    def _tick(self) -> None:
        self._timer = self._clock.call_later(TICK_S, self._tick)
        if self._ahead_s > 0:
            self._ahead_s -= TICK_S
        elif self._expected():
            self._quiet_s += TICK_S
        if self._quiet_s >= (STALL_LIMIT_S if self._sounded else FIRST_AUDIO_LIMIT_S) - TICK_S / 2:
            self._cutoff.end()

    def _expected(self) -> bool:
        """Whether it is the voice that is waited for, and not the words."""
        return self._no_more_words or (not self._sounded and _A_SENTENCE.search(self._words) is not None)

"""One thing an agent says, from its first word to its last sound."""

from collections.abc import AsyncGenerator, AsyncIterator

from livekit import rtc

from interlock.agents.speech.pace import Pace


class Utterance:
    """One thing to say: the words so far, those to come, the latest sound, all of it where it may be kept, and why
    there is no more."""

    def __init__(self, told: str, rest: AsyncIterator[str], pace: Pace, *, may_be_kept: bool) -> None:
        self.told = told
        self.pace = pace
        self.last: rtc.AudioFrame | None = None
        self.frames: list[rtc.AudioFrame] = []
        self.failed = ""
        self._rest = rest
        self._may_be_kept = may_be_kept

    def sounded(self, frame: rtc.AudioFrame) -> None:
        """A piece of it is on its way to the caller."""
        self.last = frame
        if self._may_be_kept:
            self.frames.append(frame)

    async def words(self) -> AsyncGenerator[str, None]:
        """The words as they come, noted on the way."""
        self.pace.words(self.told)
        if self.told:
            yield self.told
        async for piece in self._rest:
            self.told += piece
            self.pace.words(piece)
            yield piece
        self.pace.no_more_words()

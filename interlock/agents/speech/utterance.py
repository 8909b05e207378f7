"""One thing an agent says, from its first word to its last sound."""

from collections.abc import AsyncGenerator, AsyncIterator

from livekit import rtc

from interlock.agents.speech.stall_watch import StallWatch


class Utterance:
    """One thing to say: the words so far, those to come, the latest sound, all of it where it may be kept, and why
    there is no more."""

    def __init__(self, so_far: str, rest: AsyncIterator[str], stall_watch: StallWatch, *, may_be_kept: bool) -> None:
        self.so_far = so_far
        self.stall_watch = stall_watch
        self.last_frame: rtc.AudioFrame | None = None
        self.frames: list[rtc.AudioFrame] = []
        self.failed = ""
        self._rest = rest
        self._may_be_kept = may_be_kept

    def sounded(self, frame: rtc.AudioFrame) -> None:
        """A piece of it is on its way to the caller."""
        self.last_frame = frame
        if self._may_be_kept:
            self.frames.append(frame)

    async def words(self) -> AsyncGenerator[str, None]:
        """The words as they come, noted on the way."""
        self.stall_watch.words(self.so_far)
        if self.so_far:
            yield self.so_far
        async for piece in self._rest:
            self.so_far += piece
            self.stall_watch.words(piece)
            yield piece
        self.stall_watch.no_more_words()


def letters_of(text: str) -> str:
    """What is left of a text whatever markup, blanks and symbols LiveKit takes out of it."""
    return "".join(filter(str.isalnum, text.lower()))

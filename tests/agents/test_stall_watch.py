"""Whether sound keeps up with the words it was asked for."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from livekit import rtc

from interlock.agents.speech.stall_watch import FIRST_AUDIO_LIMIT_S, STALL_LIMIT_S, StallWatch
from interlock.app.offline.clock import ManualClock
from interlock.testing.points import rounds

HZ = 16_000
SENTENCE = "That is all I wanted to say. And now I say some more"


class Sound:
    """Frames a test hands over one by one, and how many came through."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.watch = StallWatch(self.clock)
        self.came = 0
        self.error: Exception | None = None
        self._frames: asyncio.Queue[float | None] = asyncio.Queue()
        self._reading = asyncio.create_task(self._read())

    async def comes(self, *seconds: float | None) -> None:
        """Frames of so many seconds; None is the end."""
        for each in seconds:
            self._frames.put_nowait(each)
        await rounds(10)

    async def passes(self, seconds: float) -> None:
        """So much time."""
        self.clock.advance(seconds)
        await rounds(10)

    async def _made(self) -> AsyncIterator[rtc.AudioFrame]:
        while (seconds := await self._frames.get()) is not None:
            count = round(seconds * HZ)
            yield rtc.AudioFrame(b"\0\0" * count, HZ, 1, count)

    async def _read(self) -> None:
        try:
            async for _ in self.watch.watched(self._made()):
                self.came += 1
        except TimeoutError as error:
            self.error = error


@pytest.fixture
async def sound() -> AsyncIterator[Sound]:
    """
    A sound whose words nobody has said yet.
    """
    made = Sound()
    await rounds(10)
    yield made
    await made.comes(None)
    made._reading.cancel()
    await asyncio.gather(made._reading, return_exceptions=True)


@pytest.mark.parametrize("words", [SENTENCE, None], ids=["a sentence and more", "all"])
async def test_a_first_sound_that_does_not_come_is_late(sound, words):
    """
    From when the voice has a sentence, and not before.
    """
    sound.watch.words("That is")
    await sound.passes(60)
    assert sound.error is None
    sound.watch.words(words) if words else sound.watch.no_more_words()
    await sound.passes(FIRST_AUDIO_LIMIT_S - 0.2)
    assert sound.error is None
    await sound.passes(0.2)
    assert isinstance(sound.error, TimeoutError)


async def test_sound_in_time_may_take_as_long_as_it_plays(sound):
    """
    What was sent ahead is still playing, so nobody waits.
    """
    sound.watch.no_more_words()
    await sound.passes(FIRST_AUDIO_LIMIT_S - 0.2)
    await sound.comes(10.0)
    await sound.passes(10.0 + STALL_LIMIT_S - 0.2)
    await sound.comes(0.1, None)
    assert (sound.came, sound.error) == (2, None)


async def test_a_drip_is_late_once_the_gaps_add_up(sound):
    """
    No single gap is long, and yet the caller hears a fifth of what they should.
    """
    sound.watch.no_more_words()
    for _ in range(2):
        await sound.comes(0.2)
        await sound.passes(1.0)
        assert sound.error is None
    await sound.comes(0.2)
    await sound.passes(1.0)
    assert isinstance(sound.error, TimeoutError)


async def test_a_voice_that_waits_for_words_is_not_late(sound):
    """
    The model is slow, not the voice.
    """
    sound.watch.words(SENTENCE)
    await sound.comes(1.0)
    await sound.passes(60)
    assert sound.error is None
    sound.watch.no_more_words()
    await sound.comes(1.0, None)
    assert (sound.came, sound.error) == (2, None)


async def test_being_cancelled_is_no_lateness(sound):
    """
    An interruption ends the reading as ever.
    """
    sound.watch.no_more_words()
    sound._reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sound._reading
    await sound.passes(60)
    assert sound.error is None

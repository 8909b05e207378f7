"""How long a stream may take until there is something in it."""

import asyncio

import pytest

from interlock.agents.speech.start_timeout import begins_within
from interlock.app.offline.clock import ManualClock

LIMIT_S = 2.5


class Drip:
    """A stream whose pieces come when a test lets them."""

    def __init__(self) -> None:
        self.pieces: asyncio.Queue[str | None] = asyncio.Queue()
        self.closed = False

    async def stream(self):
        try:
            while (piece := await self.pieces.get()) is not None:
                yield piece
        finally:
            self.closed = True


class Reader:
    """Reads a drip until an end or an error; a piece with a full stop is enough."""

    def __init__(self) -> None:
        self.clock, self.drip, self.read = ManualClock(), Drip(), []
        self.task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        stream = begins_within(self.clock, LIMIT_S, self.drip.stream(), lambda: "." in "".join(self.read))
        async for piece in stream:
            self.read.append(piece)

    async def comes(self, *pieces: str | None) -> None:
        """These arrive now."""
        for piece in pieces:
            self.drip.pieces.put_nowait(piece)
        for _ in range(5):
            await asyncio.sleep(0)


async def test_a_stream_that_says_nothing_is_too_late():
    """And what was waited for is let go of."""
    reader = Reader()
    await reader.comes()
    reader.clock.advance(LIMIT_S)
    with pytest.raises(TimeoutError, match=r"nothing to hear for 2\.5 s"):
        await reader.task
    assert reader.drip.closed


async def test_a_drip_is_too_late_however_often_it_drips():
    """The gaps are short, but together too long."""
    reader = Reader()
    for word in ("One", " word", " a"):
        await reader.comes(word)
        reader.clock.advance(0.9)
    with pytest.raises(TimeoutError):
        await reader.task
    assert reader.read == ["One", " word", " a"]


async def test_what_has_begun_may_take_its_time():
    """The limit is for the beginning only."""
    reader = Reader()
    await reader.comes("Well.")
    reader.clock.advance(60)
    await reader.comes(" Yes.", None)
    await reader.task
    assert reader.read == ["Well.", " Yes."]


async def test_a_stream_that_ends_in_time_is_no_error():
    """Also when it had nothing to say."""
    reader = Reader()
    await reader.comes(None)
    await reader.task
    reader.clock.advance(60)


async def test_somebody_elses_cancellation_stays_one():
    """It is not taken for the limit."""
    reader = Reader()
    await reader.comes("One")
    reader.task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader.task

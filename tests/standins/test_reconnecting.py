"""Ears that go on listening when their provider does not, with the real plugin."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import numpy as np
import pytest
from livekit.plugins import assemblyai

from interlock.agents.speech.providers import FELL_BACK
from interlock.app.offline.sound import framed
from interlock.app.providers.reconnecting import ReconnectingSTT
from tests.standins.assemblyai import AssemblyAI
from tests.standins.clients import EARS_HZ, PATIENCE_S
from tests.standins.faults import Fault
from tests.standins.tones import tone


class Listener:
    """
    One stream of steady ears, and what came of it.
    """

    def __init__(self, ears: ReconnectingSTT) -> None:
        self.ears = ears
        self.errors: list[str] = []
        self.told: list[str] = []
        self.finals: list[str] = []
        self._news = asyncio.Event()
        ears.on("error", self._error)
        ears.on(FELL_BACK, self.told.append)
        self.stream = ears.stream()
        self.listening = asyncio.create_task(self._listen())

    def says(self) -> None:
        """
        Half a second of a tone, and quiet.
        """
        sound = tone(440, 0.5, EARS_HZ)
        self.stream.push_frame(framed(np.concatenate([sound, np.zeros(EARS_HZ, dtype=np.int16)]), EARS_HZ))

    async def until(self, true) -> None:
        """
        Wait for it.
        """
        async with asyncio.timeout(PATIENCE_S):
            while not true():
                self._news.clear()
                await self._news.wait()

    def _error(self, error) -> None:
        assert error.recoverable
        self.errors.append(type(error.error).__name__)
        self._news.set()

    async def _listen(self) -> None:
        async for event in self.stream:
            if event.type.value == "final_transcript":
                self.finals.append(event.alternatives[0].text)
            self._news.set()


@asynccontextmanager
async def listener(http: aiohttp.ClientSession, *providers: AssemblyAI) -> AsyncIterator[Listener]:
    """
    Ears with these providers, the first one first, that try again at once.
    """
    plugins = [assemblyai.STT(api_key="key", base_url=each.base_url, http_session=http) for each in providers]
    ears = ReconnectingSTT({f"ears/{nth}": each for nth, each in enumerate(plugins)}, pauses_s=(0.0,))
    its = Listener(ears)
    try:
        yield its
    finally:
        await its.stream.aclose()
        await its.listening
        await ears.aclose()


@pytest.mark.parametrize("fault", [Fault.RATE_LIMITED, Fault.SERVER_ERROR, Fault.REFUSED])
async def test_ears_that_are_turned_away_try_until_they_are_let_in(http: aiohttp.ClientSession, fault):
    """
    What ends recognition in LiveKit for good is an error here, and then words again.
    """
    async with AssemblyAI(["Hello."]) as provider:
        await provider.fail(fault)
        async with listener(http, provider) as its:
            await its.until(lambda: len(its.errors) > 2)
            await provider.heal()
            await provider.log.wait("session", 1 if fault is Fault.REFUSED else len(its.errors) + 1)
            its.says()
            await its.until(lambda: its.finals)
    assert its.finals == ["Hello."]


async def test_ears_that_are_cut_off_listen_again(http: aiohttp.ClientSession):
    """
    The turn's words are lost, the next one's are not.
    """
    async with AssemblyAI(["Lost.", "Hello."]) as provider, listener(http, provider) as its:
        await provider.log.wait("session")
        await provider.fail(Fault.CUT, times=1)
        its.says()
        await its.until(lambda: its.errors)
        await provider.log.wait("session", 2)
        its.says()
        await its.until(lambda: its.finals)
    assert its.finals == ["Hello."]


async def test_ears_that_say_nothing_begin_anew_when_told(http: aiohttp.ClientSession):
    """
    Silence is no error: somebody else notices, and the stream goes on at the provider.
    """
    async with AssemblyAI(["Lost.", "Hello."]) as provider, listener(http, provider) as its:
        await provider.log.wait("session")
        await provider.fail(Fault.SILENT)
        its.says()
        await provider.log.wait("speech")
        await provider.heal()
        its.ears.restart()
        await provider.log.wait("session", 2)
        its.says()
        await its.until(lambda: its.finals)
    assert its.errors == []


@pytest.mark.parametrize("silent", [False, True])
async def test_the_next_ears_listen_when_the_first_cannot(http: aiohttp.ClientSession, silent):
    """
    After an error as after a silence; who listens now is told by name.
    """
    async with AssemblyAI() as first, AssemblyAI(["Hello."]) as second:
        await first.fail(Fault.SILENT if silent else Fault.REFUSED)
        async with listener(http, first, second) as its:
            if silent:
                await first.log.wait("session")
                its.ears.restart()
            await second.log.wait("session")
            its.says()
            await its.until(lambda: its.finals)
            assert its.told == ["ears/1"]
    assert its.finals == ["Hello."]


async def test_the_end_of_the_input_is_the_end(http: aiohttp.ClientSession):
    """
    The last words still come.
    """
    async with AssemblyAI(["Hello."]) as provider, listener(http, provider) as its:
        await provider.log.wait("session")
        its.says()
        its.stream.end_input()
        async with asyncio.timeout(PATIENCE_S):
            await its.listening
    assert its.finals == ["Hello."]


async def test_what_was_heard_is_counted_once(http: aiohttp.ClientSession):
    """
    By the recogniser that heard it.
    """
    counted = []
    async with AssemblyAI(["Hello."]) as provider, listener(http, provider) as its:
        its.ears.on("metrics_collected", counted.append)
        await provider.log.wait("session")
        its.says()
        await its.until(lambda: its.finals and counted)
        its.stream.end_input()
        async with asyncio.timeout(PATIENCE_S):
            await its.listening
    assert len(counted) == 1

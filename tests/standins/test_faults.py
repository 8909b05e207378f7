"""What the real plugins (1.8.9) do when their provider fails: the worker's fallbacks rely on this table.

Each line of it is a test in test_openai_faults.py, test_elevenlabs_faults.py or test_assemblyai_faults.py.

Each error with its `retryable`; "!" is one that is no APIError, so the plugin never tries again. When all retries of
`max_retry` failed, LLM and STT wrap the last error in an APIConnectionError, TTS raises it as it is.

fault            LLM                 TTS, WebSocket              TTS, plain            STT
---------------  ------------------  --------------------------  --------------------  ---------------------------------
429, 5xx         APIStatusError yes  APIStatusError yes          APIStatusError yes    WSServerHandshakeError!
refused          APIConnection yes   APIConnection yes           APIConnection yes     ClientConnectorError!
slow first byte  APITimeout yes      APIStatus -1 yes (1)        waits 30 s (2)        waits, no error (3)
slow drip        APITimeout: yes     APIStatus -1: yes before    waits (2)             waits, no error (3)
  (gap>timeout)  before words, no    audio, never tried again
                 after               after
cut              APIConnection: no   APIStatus 1006: yes, but    APIConnection yes,    APIStatus 1006 yes: reconnects,
                 once words were     not tried again once audio  tried again: says     the turn's words are lost (4)
                 sent                was sent                    the beginning twice
silent           APITimeout yes      new: APITimeout yes         waits 30 s (2)        waits, no error, also in the
                                     open: APIStatus -1 yes (1)                        handshake (3)

(1) "Could not synthesize", status_code -1, with the APITimeoutError as its cause; the connection is kept.
(2) `timeout` of the options bounds connecting only; the total of 30 s is the plugin's own (read, not waited for).
(3) No error, so no fallback adapter moves on: the worker needs a watchdog of its own (heard speech, got no words).
    In the handshake aiohttp gives up after 300 s (read, not waited for).
(4) While nothing is being said and audio flows it is APIConnectionError or APIStatusError 1006, whichever end notices
    first. After the input was closed it is no error at all: the stream just ends, without the words.

An open connection meets 429 and 5xx only when it comes back: it sees a cut first, and for STT that is a retry which
then dies of the handshake. 429's Retry-After is not read by any of them.
"""

import aiohttp
import pytest

from tests.standins.assemblyai import AssemblyAI
from tests.standins.clients import Caller, ask, speak, synthesize, voice
from tests.standins.elevenlabs import ElevenLabs
from tests.standins.faults import Fault, Faults
from tests.standins.openai import OpenAI
from tests.standins.outcomes import SLOW
from tests.standins.server import StandIn


@pytest.mark.parametrize("fault", SLOW)
async def test_slow_but_in_time(http: aiohttp.ClientSession, fault):
    """
    Slower than usual and within the timeouts is no error anywhere, and nothing is lost.
    """
    async with OpenAI(["Hello there."]) as openai, ElevenLabs() as elevenlabs, AssemblyAI(["Hello."]) as assemblyai:
        for provider in (openai, elevenlabs, assemblyai):
            await provider.fail(fault, hold_s=0.01)
        speaker = voice(elevenlabs.base_url, http)
        async with Caller(assemblyai.base_url, http) as caller:
            caller.says()
            assert await caller.heard() == ["Hello."]
        assert (await ask(openai.base_url)).parts[:2] == ["Hello", " there."]
        assert (await speak(speaker)).seconds == 0.65
        assert (await synthesize(speaker)).seconds == pytest.approx(0.6, abs=0.02)
        await speaker.aclose()


@pytest.mark.parametrize("make", [OpenAI, ElevenLabs, AssemblyAI])
async def test_refused_keeps_its_port(make: type[StandIn], http: aiohttp.ClientSession):
    """
    A stand-in that was refused comes back where it was.
    """
    async with make() as provider:
        before = provider.base_url
        for _ in range(3):
            await provider.fail(Fault.REFUSED)
            with pytest.raises(aiohttp.ClientConnectorError):
                await http.get(before.replace("ws:", "http:"))
            await provider.heal()
            async with http.get(before.replace("ws:", "http:")) as response:
                assert response.status == 404
        assert provider.base_url == before


async def test_a_fault_that_never_strikes_is_a_mistake():
    """
    Zero times is refused with what was expected.
    """
    with pytest.raises(ValueError, match="times is 0, expected at least 1"):
        Faults().set(Fault.CUT, times=0, hold_s=None, after=2)

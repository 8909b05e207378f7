"""What elevenlabs.TTS makes of the seven faults, over the WebSocket and over plain HTTP."""

import asyncio

import aiohttp
import pytest
from livekit.agents import APIConnectionError, APIStatusError, APITimeoutError

from tests.standins.clients import IMPATIENT, ONCE, THRICE, speak, still_waits, synthesize, voice
from tests.standins.elevenlabs import ElevenLabs
from tests.standins.faults import Fault
from tests.standins.outcomes import AT_THE_DOOR, SLOW, is_error


@pytest.mark.parametrize("way", [speak, synthesize])
@pytest.mark.parametrize(("fault", "kind", "status"), AT_THE_DOOR)
async def test_the_voice_turned_away(http: aiohttp.ClientSession, fault, kind, status, way):
    """
    An error at once, and a whole utterance once it is healed.
    """
    async with ElevenLabs() as elevenlabs:
        speaker = voice(elevenlabs.base_url, http)
        await elevenlabs.fail(fault)
        assert is_error((await way(speaker)).error, kind, status=status)
        await elevenlabs.heal()
        assert (await way(speaker)).seconds > 0.5
        await speaker.aclose()


@pytest.mark.parametrize("warm", [False, True], ids=["first words", "open connection"])
@pytest.mark.parametrize("fault", [*SLOW, Fault.SILENT])
async def test_the_voice_late(http: aiohttp.ClientSession, fault, warm):
    """
    A timeout that looks like a status, -1, unless it was the handshake that was silent.
    """
    async with ElevenLabs() as elevenlabs:
        speaker = voice(elevenlabs.base_url, http)
        if warm:
            await speak(speaker)
        await elevenlabs.fail(fault)
        came = await speak(speaker, options=IMPATIENT)
        await speaker.aclose()
    assert came.sound == []
    if fault is Fault.SILENT and not warm:
        assert is_error(came.error, APITimeoutError)
    else:
        assert is_error(came.error, APIStatusError, status=-1)
        assert isinstance(came.error.__cause__, APITimeoutError)


@pytest.mark.parametrize("fault", [*SLOW, Fault.SILENT])
async def test_the_voice_late_in_the_middle(http: aiohttp.ClientSession, fault):
    """
    An utterance that stalls is an error after its beginning was heard.
    """
    async with ElevenLabs() as elevenlabs:
        speaker = voice(elevenlabs.base_url, http)
        await elevenlabs.fail(fault, after=2)
        came = await speak(speaker, options=IMPATIENT)
        await speaker.aclose()
    assert came.seconds == 0.4
    assert is_error(came.error, APIStatusError, status=-1)


@pytest.mark.parametrize("fault", [*SLOW, Fault.SILENT])
async def test_the_plain_voice_waits(http: aiohttp.ClientSession, fault):
    """
    The options' timeout does not end plain synthesis.
    """
    async with ElevenLabs() as elevenlabs:
        await elevenlabs.fail(fault, hold_s=20)
        speaker = voice(elevenlabs.base_url, http)
        asked = asyncio.create_task(synthesize(speaker, options=IMPATIENT))
        await elevenlabs.log.wait("plain")
        assert await still_waits(asked)
        await elevenlabs.heal()
        came = await asked
        await speaker.aclose()
    assert (came.seconds > 0.5) is (fault is not Fault.SILENT)


@pytest.mark.parametrize("options", [ONCE, THRICE], ids=["once", "thrice"])
async def test_the_voice_cut(http: aiohttp.ClientSession, options):
    """
    Half an utterance is heard, an error follows, nobody tries again, and the next one opens a new connection.
    """
    async with ElevenLabs() as elevenlabs:
        speaker = voice(elevenlabs.base_url, http)
        await elevenlabs.fail(Fault.CUT, times=1)
        came = await speak(speaker, options=options)
        after = await speak(speaker)
        await speaker.aclose()
    assert 0 < came.seconds < after.seconds == 0.65
    assert is_error(came.error, APIStatusError, status=1006)
    assert len(elevenlabs.log.of("socket")) == 2


async def test_the_plain_voice_cut_begins_again(http: aiohttp.ClientSession):
    """
    Plain synthesis is tried again after audio was heard: the caller hears the beginning twice.
    """
    async with ElevenLabs() as elevenlabs:
        speaker = voice(elevenlabs.base_url, http)
        await elevenlabs.fail(Fault.CUT, times=1)
        once = await synthesize(speaker)
        await elevenlabs.fail(Fault.CUT, times=1)
        again = await synthesize(speaker, options=THRICE)
        await speaker.aclose()
    assert is_error(once.error, APIConnectionError)
    assert 0 < once.seconds < 0.6
    assert again.error is None
    assert again.seconds > 0.65

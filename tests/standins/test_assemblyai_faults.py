"""What assemblyai.STT makes of the seven faults."""

import aiohttp
import pytest
from livekit.agents import APIError, APIStatusError

from tests.standins.assemblyai import AssemblyAI
from tests.standins.clients import IMPATIENT, THRICE, Caller, still_waits
from tests.standins.faults import Fault
from tests.standins.outcomes import SLOW, is_error


@pytest.mark.parametrize("fault", [Fault.RATE_LIMITED, Fault.SERVER_ERROR, Fault.REFUSED])
async def test_the_ears_turned_away(http: aiohttp.ClientSession, fault):
    """
    An error that is no APIError: one failed handshake ends the stream, however many retries there are.
    """
    async with AssemblyAI(["Hello."]) as assemblyai:
        await assemblyai.fail(fault)
        async with Caller(assemblyai.base_url, http, options=THRICE) as caller:
            came = await caller.ended()
        assert len(assemblyai.log.of("session")) == (0 if fault is Fault.REFUSED else 1)
    assert isinstance(came.error, aiohttp.ClientError)
    assert not isinstance(came.error, APIError)


@pytest.mark.parametrize("fault", [*SLOW, Fault.SILENT])
async def test_the_ears_late(http: aiohttp.ClientSession, fault):
    """
    Nothing and no error for as long as it takes; the words come when the provider is back, unless it was silent.
    """
    async with (
        AssemblyAI(["Hello."]) as assemblyai,
        Caller(assemblyai.base_url, http, options=IMPATIENT) as caller,
    ):
        await assemblyai.log.wait("session")
        await assemblyai.fail(fault, hold_s=20)
        caller.says()
        await assemblyai.log.wait("speech")
        assert await still_waits(caller.listening)
        assert caller.finals == []
        await assemblyai.heal()
        assert await caller.heard() == ([] if fault is Fault.SILENT else ["Hello."])


async def test_the_ears_silent_from_the_start(http: aiohttp.ClientSession):
    """
    A handshake that is never answered is waited for, too; once it is broken off, aiohttp tries it again itself.
    """
    async with AssemblyAI(["Hello."]) as assemblyai:
        await assemblyai.fail(Fault.SILENT)
        async with Caller(assemblyai.base_url, http, options=IMPATIENT) as caller:
            await assemblyai.log.wait("session")
            assert await still_waits(caller.listening)
            await assemblyai.heal()
            caller.says()
            assert await caller.heard() == ["Hello."]


async def test_the_ears_cut(http: aiohttp.ClientSession):
    """
    Without retries an error; with them a new connection, in which the words of that turn are missing.
    """
    async with AssemblyAI(["Lost.", "Lost too.", "Heard."]) as assemblyai:
        await assemblyai.fail(Fault.CUT, times=2)
        async with Caller(assemblyai.base_url, http) as caller:
            caller.says()
            assert is_error((await caller.ended()).error, APIStatusError, status=1006)
        async with Caller(assemblyai.base_url, http, options=THRICE) as caller:
            caller.says()
            await assemblyai.log.wait("session", 3)
            caller.says()
            assert await caller.heard() == ["Heard."]


async def test_the_ears_cut_at_the_end_say_nothing(http: aiohttp.ClientSession):
    """
    Once the input is closed, a cut looks like an end: no error, no words.
    """
    async with AssemblyAI(["Lost."], silence_ms=60_000) as assemblyai, Caller(assemblyai.base_url, http) as caller:
        await assemblyai.fail(Fault.CUT)
        caller.says()
        caller.stream.end_input()
        came = await caller.ended()
    assert came.error is None
    assert caller.finals == []


async def test_the_ears_hung_up_on(http: aiohttp.ClientSession):
    """
    An open session meets 429 when it comes back after a cut, and dies of it.
    """
    async with AssemblyAI(["Hello."]) as assemblyai, Caller(assemblyai.base_url, http, options=THRICE) as caller:
        caller.says()
        await caller.heard()
        await assemblyai.fail(Fault.RATE_LIMITED)
        assemblyai.hang_up()
        came = await caller.ended()
    assert isinstance(came.error, aiohttp.WSServerHandshakeError)
    assert came.error.status == 429

"""The local server, its tokens and the caller the other end-to-end tests rely on."""

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from livekit import rtc
from livekit.api import ListRoomsRequest, LiveKitAPI, TwirpError

from interlock.app.livekit_server import LocalServer, Server, announce, running_server, withdraw
from interlock.app.worker.dispatch import call_of, flow_of
from tests.e2e.caller import Caller
from tests.e2e.far_caller import FarCaller
from tests.e2e.room import Room
from tests.e2e.tones import loudness, tone

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ANNA, BEN = {"anna": 440.0}, {"ben": 1000.0}


def processes_of(local: LocalServer) -> list[psutil.Process]:
    """The server's processes: ours, told by the folder in their command line."""
    folder = str(local.log.parent)
    return [p for p in psutil.process_iter(["cmdline"]) if any(folder in part for part in p.info["cmdline"] or [])]


async def test_two_callers_hear_each_other(room: Room) -> None:
    """What one says is what the other hears, in both directions, told by tone."""
    async with room.caller("anna") as anna, room.caller("ben") as ben:
        await anna.until(lambda: "ben" in anna.heard, "a line from ben")
        await ben.until(lambda: "anna" in ben.heard, "a line from anna")
        await asyncio.gather(anna.say(tone(440, 1.0)), ben.say(tone(1000, 1.0)))
        await ben.until(lambda: ben.voices("anna", ANNA | BEN), "anna heard")
        await anna.until(lambda: anna.voices("ben", ANNA | BEN), "ben heard")
        assert {each.voice for each in ben.voices("anna", ANNA | BEN)} == {"anna"}
        assert {each.voice for each in anna.voices("ben", ANNA | BEN)} == {"ben"}


async def test_speech_comes_through_with_silence_around_it(room: Room) -> None:
    """A recorded caller is heard, and between two recordings the line is open but quiet."""
    async with room.caller("anna") as anna, room.caller("ben") as ben:
        await ben.until(lambda: "anna" in ben.heard, "a line from anna")
        await anna.say("01-name")
        await ben.until(lambda: any(loudness(p.sound) > 500 for p in ben.sound_of("anna")), "speech")
        await anna.say(np.zeros(24_000, np.int16))
        quiet_from = ben.now
        await ben.until(lambda: len(ben.sound_of("anna", quiet_from)) >= 20, "more of the line")
        assert max(loudness(part.sound) for part in ben.sound_of("anna", quiet_from)) < 500


async def test_a_caller_can_break_off(room: Room) -> None:
    """What was to follow is not said."""
    async with room.caller("anna") as anna, room.caller("ben") as ben:
        await ben.until(lambda: "anna" in ben.heard, "a line from anna")
        saying = asyncio.create_task(anna.say(tone(440, 60.0)))
        await ben.until(lambda: ben.voices("anna", ANNA), "the tone")
        anna.hush()
        await saying
        await anna.say(tone(1000, 0.5))
        await ben.until(lambda: ben.voices("anna", BEN), "the other tone")


async def test_lines_and_states_of_an_agent_are_kept(room: Room) -> None:
    """Transcriptions as LiveKit's agents send them, under the name of who spoke, and the agent's state."""
    double = rtc.Room()
    async with room.caller("anna") as anna:
        await double.connect(room.server.url, room.other_token("agent", kind="agent"))
        try:
            await anna.until(lambda: anna.happened("joined", "agent"), "the agent in the room")
            me = double.local_participant
            await me.set_attributes({"lk.agent.state": "speaking"})
            await me.set_attributes({"lk.agent.state": "listening"})
            for who, text, final in (("agent", "Hello.", "true"), ("anna", "I was", "false")):
                writer = await me.stream_text(topic="lk.transcription", sender_identity=who)
                await writer.write(text)
                await writer.aclose(attributes={"lk.transcription_final": final})
            await anna.until(lambda: len(anna.lines) == 2, "two lines")
            await anna.until(lambda: anna.states("agent") == ["speaking", "listening"], "both states")
        finally:
            await double.disconnect()
        assert {(line.who, line.text, line.final) for line in anna.lines} == {
            ("agent", "Hello.", True),
            ("anna", "I was", False),
        }


async def test_who_hangs_up_says_so_and_who_drops_does_not(room: Room) -> None:
    """LiveKit's agents end a call for the one and keep it for the other, who comes back under the same name."""
    async with room.caller("ben") as ben:
        anna = room.caller("anna")
        await anna.join()
        await ben.until(lambda: ben.happened("joined", "anna"), "anna in the room")
        await anna.drop()
        await ben.until(lambda: ben.happened("left", "anna"), "anna gone")
        await anna.join()
        await ben.until(lambda: len(ben.happened("joined", "anna")) == 2, "anna back")
        back = ben.now
        await ben.until(lambda: ben.sound_of("anna", back), "a line from anna again")
        await anna.say(tone(440, 0.5))
        await ben.until(lambda: ben.voices("anna", ANNA, since=back), "anna heard again")
        await anna.leave()
        await ben.until(lambda: len(ben.happened("left", "anna")) == 2, "anna gone for good")
        assert [each.what for each in ben.happened("left", "anna")] == ["USER_UNAVAILABLE", "CLIENT_INITIATED"]


async def test_a_flicker_is_no_departure(room: Room) -> None:
    """The line to the server is taken up again; the others see nobody leave and go on hearing."""
    async with room.caller("anna") as anna, room.caller("ben") as ben:
        await ben.until(lambda: "anna" in ben.heard, "a line from anna")
        await anna.say(tone(440, 0.5))  # what the lines are is agreed by then
        await ben.until(lambda: ben.voices("anna", ANNA), "anna heard")
        await anna.flicker()
        await anna.until(lambda: anna.happened("back"), "the line taken up again")
        back = ben.now
        await anna.say(tone(440, 0.5))
        await ben.until(lambda: ben.voices("anna", ANNA, since=back), "anna heard again")
        assert ben.happened("left") == []


async def test_the_token_calls_the_agent_and_no_more(room: Room) -> None:
    """Joining asks for the named agent with its metadata and the call it begins; it does not administer the server."""
    token = room.token("anna", agent_name="interlock", metadata='{"flow": "support"}')
    async with Caller(room.server.url, token):
        assert await room.participants() == {"anna"}
        ((agent, metadata),) = await room.dispatches()
        assert (agent, flow_of(metadata, "none").name) == ("interlock", "support")
        assert call_of(metadata)
    async with LiveKitAPI(room.server.url, token=token) as api:
        with pytest.raises(TwirpError, match="permission"):
            await api.room.list_rooms(ListRoomsRequest())


async def test_a_phone_is_told_from_a_browser(room: Room) -> None:
    """A simulated phone call shows its kind and number, which the worker takes for facts."""
    phone = Caller(room.server.url, room.other_token("phone", kind="sip", attributes={"sip.phoneNumber": "+15550100"}))
    async with room.caller("ben") as ben, phone:
        await ben.until(lambda: ben.happened("joined", "phone"), "the phone in the room")
        seen = ben.room.remote_participants["phone"]
        assert (seen.kind, seen.attributes) == (
            rtc.ParticipantKind.PARTICIPANT_KIND_SIP,
            {"sip.phoneNumber": "+15550100"},
        )


async def test_a_wrong_secret_is_refused(livekit: Server) -> None:
    """At joining, and by `answers`, so that a note about another server is not believed."""
    wrong = replace(livekit, secret="x" * 32)
    assert livekit.answers()
    assert not wrong.answers()
    caller = Room(wrong).caller()
    with pytest.raises(rtc.ConnectError):
        await caller.join()


async def test_it_listens_on_the_loopback_only_and_ends(livekit_binary: Path, tmp_path: Path) -> None:
    """No other address is opened, nothing of it stays, and its configuration is for this user only."""
    local = LocalServer(livekit_binary, tmp_path, life_s=60)
    async with local:
        running = processes_of(local)
        opened = {c.laddr.ip for p in running for c in p.net_connections()}
        assert opened == {"127.0.0.1"}
        assert (tmp_path / "livekit.yaml").stat().st_mode & 0o777 == 0o600
    assert psutil.wait_procs(running, timeout=60)[1] == []
    assert not local.server.answers()


def test_it_does_not_outlive_who_started_it(livekit_binary: Path, tmp_path: Path) -> None:
    """Also when that process is killed and can do nothing about it."""
    code = "import sys, pathlib; from interlock.app.livekit_server import LocalServer as L; P = pathlib.Path\n"
    code += "with L(P(sys.argv[1]), P(sys.argv[2]), life_s=60): print('up', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(livekit_binary), str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == b"up\n"
        started = [p for p in processes_of(LocalServer(livekit_binary, tmp_path)) if p.pid != starter.pid]
        assert len(started) == 2
        os.kill(starter.pid, signal.SIGKILL)
    assert psutil.wait_procs(started, timeout=60)[1] == []


def test_a_running_server_is_found_by_its_note(
    livekit: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The note is this user's alone, is believed only while that very server answers, and is taken away."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert running_server() is None
    announce(livekit)
    assert running_server() == livekit
    assert (tmp_path / "interlock" / "livekit-server.json").stat().st_mode & 0o777 == 0o600
    announce(replace(livekit, secret="x" * 32))
    assert running_server() is None
    withdraw(livekit)
    assert (tmp_path / "interlock" / "livekit-server.json").exists()
    announce(livekit)
    withdraw(livekit)
    assert not (tmp_path / "interlock" / "livekit-server.json").exists()


async def test_a_caller_who_is_cut_off_is_missed_and_may_come_back(room: Room) -> None:
    """The server keeps the place until the same name joins again, which the others see as leaving and joining."""
    async with room.caller("ben") as ben:
        async with FarCaller(room.server.url, room.token("anna")) as lost:
            await lost.say("01-name")
            await ben.until(lambda: any(loudness(p.sound) > 500 for p in ben.sound_of("anna")), "speech")
            await lost.kill()
        assert await room.participants() == {"anna", "ben"}
        async with room.caller("anna"):
            await ben.until(lambda: len(ben.happened("joined", "anna")) == 2, "anna back")
        assert ben.happened("left", "anna")[0].what != "CLIENT_INITIATED"

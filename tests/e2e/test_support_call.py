"""A support call over WebRTC: a real server, our worker, the real plugins against stand-ins, a caller who speaks."""

import pytest

from interlock.app.livekit_server import Server
from tests.e2e.desk import BILLING, GREETING, TECHNICAL, TRIAGE, VOICES, hears, says, says_goodbye, staffed, the_call
from tests.e2e.room import Room

pytestmark = pytest.mark.e2e

OWN_VOICES = '{"billing": "elevenlabs/money", "technical": "elevenlabs/tech"}'


async def test_a_support_call_over_webrtc(livekit: Server, room: Room, tmp_path) -> None:
    """
    Three handoffs, each desk heard in its own voice, the words as text streams, and a record that replays.
    """
    async with staffed(livekit, tmp_path, INTERLOCK_VOICES=OWN_VOICES) as (_, ours):
        async with room.caller(agent_name="interlock") as caller:
            await hears(caller, GREETING)
            for name, answer in (("01-name", TRIAGE), ("02-billing", BILLING), ("07-technical", TECHNICAL)):
                await says(caller, name, answer)
            await says_goodbye(caller)
            agent = caller.happened("joined")[0].who
            spoke = [spoken.voice for spoken in caller.voices(agent, VOICES)]
            words = [line.text for line in caller.lines if line.who == "caller" and line.final]
        assert await ours.stop() == 0, ours.lines[-10:]
    assert list(dict.fromkeys(spoke)) == ["front", "money", "tech"]
    assert spoke[-1] == "tech"  # who speaks last says goodbye
    assert "charged twice" in " ".join(words)
    call, kinds = the_call(ours.store)
    assert (call.snapshot.state, call.end_reason) == ("closed", "agent_closed")
    assert kinds.count("handoff.started") == kinds.count("handoff.entered") - 1 == 4

"""A support call over WebRTC: a real server, our worker, the real plugins against stand-ins, a caller who speaks."""

import pytest

from agents.support import SUPPORT
from interlock.app.livekit_server import Server
from interlock.app.offline.scripted import Asks
from interlock.app.offline.wav import CALL_HZ, read_wav
from interlock.app.replay import replay
from interlock.app.store import open_reader
from tests.e2e.caller import SPEECH
from tests.e2e.room import Room
from tests.e2e.worker import worker
from tests.standins.assemblyai import AssemblyAI
from tests.standins.ears import KnownSounds
from tests.standins.elevenlabs import ElevenLabs
from tests.standins.openai import OpenAI
from tests.standins.rules import Rule, by_rules

pytestmark = pytest.mark.e2e

SAID = {
    "Hello my name is Anna Kowalski.": "01-name",
    "I was charged twice for my router.": "02-billing",
    "My router does not connect to the internet either.": "07-technical",
    "No, that is all. Goodbye.": "09-goodbye",
}
BRAIN = by_rules(
    [
        Rule("Anna", calls=(Asks("note_name", {"name": "Anna Kowalski"}), Asks("begin_triage"))),
        Rule(
            "charged",
            calls=(
                Asks("note_issue", {"category": "billing"}),
                Asks("verify_caller", {"account_number": "4471", "postcode": "80331"}),
                Asks("route_to_billing"),
            ),
        ),
        Rule("connect", calls=(Asks("route_to_technical"),)),
        Rule("goodbye", calls=(Asks("say_goodbye"),)),
    ]
)
VOICES = {"front": 500.0, "money": 900.0, "tech": 1400.0}


async def test_a_support_call_over_webrtc(livekit: Server, room: Room, tmp_path) -> None:
    """
    Three handoffs, each desk heard in its own voice, the words as text streams, and a record that replays.
    """
    ears = KnownSounds({text: (read_wav(SPEECH / f"{name}.wav").sound, CALL_HZ) for text, name in SAID.items()})
    async with OpenAI(brain=BRAIN) as model, AssemblyAI(ears) as speech, ElevenLabs(VOICES) as voice:
        given = {
            "INTERLOCK_LLM_BASE_URL": model.base_url,
            "INTERLOCK_STT_BASE_URL": speech.base_url,
            "INTERLOCK_TTS_BASE_URL": voice.base_url,
            "INTERLOCK_TTS": "elevenlabs/front",
            "INTERLOCK_VOICES": '{"billing": "elevenlabs/money", "technical": "elevenlabs/tech"}',
        }
        async with worker(livekit, tmp_path, given) as ours:
            async with room.caller(agent_name="interlock") as caller:
                await _hears(caller, "May I have your name")
                for says, hears in (
                    ("01-name", "What can we help you with"),
                    ("02-billing", "billing desk"),
                    ("07-technical", "Technical desk"),
                    ("09-goodbye", "Goodbye"),
                ):
                    await caller.say(says)
                    await _hears(caller, hears)
                await caller.until(lambda: caller.happened("out"), "put out of the closed room", 30)
                agent = caller.happened("joined")[0].who
                spoke = [spoken.voice for spoken in caller.voices(agent, VOICES)]
                told = [line.text for line in caller.lines if line.who == "caller" and line.final]
            assert await ours.stop() == 0, ours.lines[-10:]
    assert list(dict.fromkeys(spoke)) == ["front", "money", "tech"]
    assert spoke[-1] == "front"
    assert "charged twice" in " ".join(told)
    with open_reader(ours.store) as record:
        (call,) = record.calls()
        kinds = [entry.kind for entry in record.records(call.call_id)]
        assert (call.snapshot.state, call.end_reason) == ("closed", "agent_closed")
        assert kinds.count("handoff.started") == kinds.count("handoff.entered") - 1 == 4
        assert replay(record, call.call_id, SUPPORT.machine, SUPPORT.facts) == []


async def _hears(caller, words: str) -> None:
    """
    The agent has said it, and listens again or is gone.
    """
    await caller.until(lambda: any(words in line.text for line in caller.lines if line.final), f"told {words!r}", 30)
    await caller.until(lambda: caller.happened("out") or _rests(caller), "listened to", 30)


def _rests(caller) -> bool:
    states = [each.what for each in caller.seen if each.kind == "state"]
    return bool(states) and states[-1] == "listening"

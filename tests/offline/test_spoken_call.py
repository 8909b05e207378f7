"""A spoken call without network, room or sound card: WAV in, WAV out, through an unmodified AgentSession."""

import asyncio
from typing import Any

import numpy as np
import pytest
from livekit.agents import Agent, AgentSession, function_tool, inference, llm

from interlock.app.offline.brain import OfflineBrain
from interlock.app.offline.ears import WhisperSTT
from interlock.app.offline.mouth import PiperTTS
from interlock.app.offline.wav import Wav, read_wav, write_mono
from interlock.app.offline.wav_call import WavCall
from tests.offline.hotel import ASK_NUMBER, ASK_PIN, NOW, OPENING, TOOLS

pytestmark = pytest.mark.slow

CALLER = ["Could you look up my booking?", "Four four seven one.", "Nine zero two."]


class FrontDesk(Agent):
    """The hotel's desk with tools that answer from memory."""

    def __init__(self) -> None:
        self.called: list[tuple[str, dict[str, object]]] = []
        super().__init__(instructions="", tools=[self._tool(spec) for spec in TOOLS])

    async def on_enter(self) -> None:
        self.session.say(OPENING)

    def _tool(self, spec: Any) -> llm.Tool:
        async def run(raw_arguments: dict[str, object]) -> str:
            self.called.append((spec.name, raw_arguments))
            return "I have found your booking."

        tool = function_tool(run, raw_schema=spec.schema())
        tool.spec = spec
        return tool


@pytest.fixture
def wavs(tmp_path) -> list[Wav]:
    mouth = PiperTTS(voice="joan")
    for i, words in enumerate(CALLER):
        sound = np.concatenate([np.frombuffer(s, dtype=np.int16) for s in mouth.sentences(words)])
        write_mono(tmp_path / f"{i}.wav", sound, mouth.sample_rate)
    return [read_wav(tmp_path / f"{i}.wav") for i in range(len(CALLER))]


async def test_a_caller_is_heard_understood_and_answered(wavs, tmp_path):
    """
    Voice detection, ears, brain, tool and mouth; the recording holds both sides.
    """
    session: AgentSession[None] = AgentSession(
        stt=WhisperSTT(),
        llm=OfflineBrain(now=lambda: NOW),
        tts=PiperTTS(),
        vad=inference.VAD(),
        turn_handling={"turn_detection": "vad", "interruption": {"mode": "vad"}},
        user_away_timeout=None,
        aec_warmup_duration=None,
    )
    line = WavCall(wavs)
    line.attach(session)
    desk = FrontDesk()

    await session.start(desk)
    await asyncio.wait_for(line.finished(), 60)
    said = [item.text_content for item in session.history.items if item.type == "message" and item.role == "assistant"]
    await session.aclose()
    await line.aclose()
    line.write(tmp_path / "call.wav")

    assert said == [OPENING, ASK_NUMBER, ASK_PIN, "I have found your booking."]
    assert desk.called == [("find_booking", {"booking_number": "4471", "pin": "902"})]
    caller, agent = line.tracks()
    assert np.any(caller)
    assert np.any(agent)
    assert read_wav(tmp_path / "call.wav").sound.size == caller.size == agent.size

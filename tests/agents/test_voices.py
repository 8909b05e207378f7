"""Which voice an agent speaks with, and which model it thinks with."""

import pytest
from livekit.agents import APIConnectOptions, tts

from agents.support import SUPPORT
from interlock.app.calls.session import open_call
from interlock.app.offline.scripted import ScriptedModel


class OwnVoice(tts.TTS):
    """A voice that is never asked to speak."""

    def __init__(self) -> None:
        super().__init__(capabilities=tts.TTSCapabilities(streaming=False), sample_rate=16_000, num_channels=1)

    def synthesize(self, text: str, *, conn_options: APIConnectOptions | None = None) -> tts.ChunkedStream:
        raise NotImplementedError


@pytest.mark.parametrize(("state", "own"), [("billing", True), ("refunding", True), ("technical", False)])
async def test_an_agent_has_the_voice_of_its_role_where_the_call_has_one(journal, state, own):
    """
    The billing desk and its clerk share a voice; a role nobody gave a voice speaks with the session's.
    """
    voice = OwnVoice()
    _, call = open_call(SUPPORT, llm=ScriptedModel(), journal=journal, voices={"billing": voice})
    desk = SUPPORT.cast[state](call, "")
    assert (desk.tts is voice) is own


@pytest.mark.parametrize(("state", "own"), [("billing", True), ("refunding", True), ("technical", False)])
async def test_an_agent_has_the_model_of_its_role_where_the_call_has_one(journal, state, own):
    """
    As with voices: others think with the session's.
    """
    model = ScriptedModel()
    _, call = open_call(SUPPORT, llm=ScriptedModel(), journal=journal, models={"billing": model})
    desk = SUPPORT.cast[state](call, "")
    assert (desk.llm is model) is own

"""Speech without words: the caller is asked again, the ears begin anew, and a person comes when that does not help."""

from typing import Any

import pytest
from livekit.agents import APIConnectOptions, stt
from livekit.agents.voice.events import UserTranscriptionTimeoutEvent

from agents.support import SUPPORT
from interlock.agents.caller.missing_transcript import CANNOT_HEAR, SHORTEST_S, WORDS_LIMIT_S
from interlock.app.calls.session import open_call
from interlock.app.offline.scripted import Says, ScriptedModel
from tests.faults.stage import Stage, on_stage

LONG_S = 1.2


def speaks(stage: Stage, seconds: float = LONG_S) -> None:
    """LiveKit noticed that somebody spoke so long, and no words came."""
    event = UserTranscriptionTimeoutEvent(speech_duration=seconds, vad_speech_started_at=0.0)
    stage.typed.session.emit("user_transcription_timeout", event)


class Ears(stt.STT[Any]):
    """Count how often they were told to begin anew."""

    def __init__(self) -> None:
        super().__init__(capabilities=stt.STTCapabilities(streaming=True, interim_results=False))
        self.restarts = 0

    def restart(self) -> None:
        self.restarts += 1

    async def _recognize_impl(self, buffer: Any, *, language: Any, conn_options: APIConnectOptions) -> stt.SpeechEvent:
        raise NotImplementedError


async def test_a_caller_nobody_understood_is_asked_again(journal, systems):
    """The line is said, the turn counts as failed, and the record names the provider's kind and no word."""
    async with on_stage(journal, systems) as stage:
        stage.typed.said = []
        speaks(stage)
        await stage.typed.rest()
        assert stage.typed.said == [CANNOT_HEAR]
        assert stage.last("turn.failed") == {"why": "not heard", "state": "greeting"}
        assert stage.last("provider.failed") == {
            "kind": "stt",
            "error": "NoTranscript",
            "recoverable": True,
            "provider": "",
        }


async def test_a_cough_is_no_speech(journal, systems):
    """What is too short for words is not asked about."""
    async with on_stage(journal, systems) as stage:
        before = stage.kinds()
        speaks(stage, SHORTEST_S - 0.01)
        await stage.typed.rest()
        assert stage.kinds() == before


async def test_three_times_not_understood_and_a_person_speaks(journal, systems):
    """In place of the question, not after it."""
    async with on_stage(journal, systems) as stage:
        for _ in range(3):
            stage.typed.said = []
            speaks(stage)
            await stage.typed.rest()
        assert stage.state == "person"
        assert CANNOT_HEAR not in stage.typed.said
        assert stage.typed.said


async def test_the_same_fault_is_one_line_until_somebody_is_heard(journal, systems):
    """A record is no log of each try."""
    async with on_stage(journal, systems) as stage:
        speaks(stage)
        await stage.typed.rest()
        speaks(stage)
        await stage.typed.rest()
        assert stage.kinds().count("provider.failed") == 1
        stage.call.providers.worked("stt")
        await stage.caller("Hello?", Says("Your name?"))
        speaks(stage)
        await stage.typed.rest()
        assert stage.kinds().count("provider.failed") == 2


async def test_an_agent_who_speaks_is_not_interrupted_for_it(journal, systems, monkeypatch):
    """The caller hears something already."""
    async with on_stage(journal, systems) as stage:
        before = stage.kinds()
        stage.typed.session._update_agent_state("thinking")
        speaks(stage)
        stage.typed.session._update_agent_state("listening")
        await stage.typed.rest()
        assert stage.kinds() == before


async def test_ears_that_can_begin_anew_are_told_to_and_watched(journal):
    """Ears on this machine may be slow and are left alone."""
    ears = Ears()
    session, _ = open_call(SUPPORT, llm=ScriptedModel(), journal=journal, stt=ears)
    assert session.options.transcription_timeout == WORDS_LIMIT_S
    typed, _ = open_call(SUPPORT, llm=ScriptedModel(), journal=journal)
    assert typed.options.transcription_timeout is None


async def test_ears_begin_anew_when_nothing_came(journal, systems):
    """Once each time."""
    ears = Ears()
    async with on_stage(journal, systems, stt=ears) as stage:
        speaks(stage)
        await stage.typed.rest()
    assert ears.restarts == 1


@pytest.mark.parametrize("ending", [True, False])
async def test_a_call_that_is_over_asks_nobody(journal, systems, ending):
    """Nor does one whose next agent is on the way."""
    async with on_stage(journal, systems) as stage:
        if ending:
            await stage.call.end("drained")
        else:
            await stage.call.propose("say_goodbye")
        before = stage.kinds().count("turn.failed")
        speaks(stage)
        await stage.call.wait_until_idle()
        assert stage.kinds().count("turn.failed") == before

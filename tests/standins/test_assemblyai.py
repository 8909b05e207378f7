"""The AssemblyAI stand-in, spoken to through the real plugin."""

from pathlib import Path

import aiohttp
import numpy as np
import pytest

from interlock.app.offline.sound import resampled
from interlock.app.offline.wav import CALL_HZ, read_wav
from tests.standins.assemblyai import AssemblyAI
from tests.standins.clients import EARS_HZ, Caller
from tests.standins.ears import KnownSounds, WhisperEars
from tests.standins.gate import Gate, Turn
from tests.standins.tones import tone

CALLS = Path(__file__).parents[2] / "app/callers/support"
WAVS = sorted(CALLS.glob("*.wav"))


def kinds(caller: Caller) -> list[str]:
    return [kind for kind, _ in caller.came.parts]


async def test_a_turn_begins_grows_and_ends(http: aiohttp.ClientSession):
    """
    Speech starts, words come one after the other, and the turn ends once it is quiet.
    """
    async with AssemblyAI(["My name is Anna."]) as assemblyai, Caller(assemblyai.base_url, http) as caller:
        caller.says()
        assert await caller.heard() == ["My name is Anna."]
        caller.stream.end_input()
        came = await caller.ended()
    interims = [text for kind, text in came.parts if kind == "interim_transcript"]
    assert kinds(caller)[0] == "start_of_speech"
    assert interims[0] == "My"
    assert interims[-1] == "My name is Anna."
    assert kinds(caller)[-4:] == ["preflight_transcript", "final_transcript", "end_of_speech", "recognition_usage"]
    assert assemblyai.log.of("ended")[0].what == {"seconds": 1.5, "turns": 1}


async def test_turns_take_the_texts_in_order_and_then_nothing(http: aiohttp.ClientSession):
    """
    One text a turn; speech after the last is heard and not understood.
    """
    async with AssemblyAI(["One.", "Two."]) as assemblyai, Caller(assemblyai.base_url, http) as caller:
        for _ in range(3):
            caller.says()
        assert await caller.heard(2) == ["One.", "Two."]
        await assemblyai.log.wait("nothing")
    assert caller.finals == ["One.", "Two."]


async def test_formatted_turns_are_final_once(http: aiohttp.ClientSession):
    """
    With format_turns the turn comes twice, and only the formatted one is final.
    """
    async with (
        AssemblyAI(["Hello there."]) as assemblyai,
        Caller(assemblyai.base_url, http, format_turns=True) as caller,
    ):
        caller.says()
        await caller.heard()
        caller.stream.end_input()
        await caller.ended()
    assert caller.finals == ["Hello there."]
    assert kinds(caller).count("preflight_transcript") == 2


async def test_a_turn_can_be_ended_at_once(http: aiohttp.ClientSession):
    """
    ForceEndpoint ends a turn without any quiet.
    """
    async with AssemblyAI(["Stop."], silence_ms=60_000) as assemblyai, Caller(assemblyai.base_url, http) as caller:
        caller.says()
        await assemblyai.log.wait("speech")
        caller.stream.force_endpoint()
        await assemblyai.log.wait("ForceEndpoint")
        assert await caller.heard() == ["Stop."]


async def test_ending_the_input_ends_the_turn(http: aiohttp.ClientSession):
    """
    What was being said when the stream was closed is still recognised before Termination.
    """
    async with AssemblyAI(["Goodbye."], silence_ms=60_000) as assemblyai, Caller(assemblyai.base_url, http) as caller:
        caller.says()
        caller.stream.end_input()
        came = await caller.ended()
    assert came.error is None
    assert caller.finals == ["Goodbye."]


async def test_options_changed_during_a_call_are_noted(http: aiohttp.ClientSession):
    """
    UpdateConfiguration reaches the stand-in with its values.
    """
    async with AssemblyAI() as assemblyai, Caller(assemblyai.base_url, http) as caller:
        caller.plugin.update_options(keyterms_prompt=["Interlock"], max_turn_silence=900)
        heard = await assemblyai.log.wait("UpdateConfiguration")
    assert heard.what == {"keyterms_prompt": ["Interlock"], "max_turn_silence": 900}


async def test_a_model_that_does_not_exist_is_refused(http: aiohttp.ClientSession):
    """
    A wrong name in the settings shows in a test, not first with the provider.
    """
    async with AssemblyAI() as assemblyai, Caller(assemblyai.base_url, http, model="universal-x") as caller:
        assert (await caller.ended()).error.status == 400
    assert "universal-x" in assemblyai.log.of("refused")[0].what["why"]


def sounds():
    return {path.stem: (resampled(read_wav(path).sound, CALL_HZ, EARS_HZ), EARS_HZ) for path in WAVS}


async def test_known_sounds_are_told_apart_in_any_order(http: aiohttp.ClientSession):
    """
    The recorded caller of the support call, quieter and with noise, is understood without a model.
    """
    known, noise = sounds(), np.random.default_rng(7)
    async with AssemblyAI(KnownSounds(known)) as assemblyai, Caller(assemblyai.base_url, http) as caller:
        for sound, hz in reversed(known.values()):
            caller.says((sound * 0.5 + noise.normal(0, 40, sound.size)).astype(np.int16), hz)
        assert await caller.heard(len(known)) == list(reversed(known))


async def test_an_unknown_sound_is_not_understood():
    """
    What is not alike enough is not taken for the nearest.
    """
    ears = KnownSounds(sounds())
    assert await ears.words(tone(440, 3, EARS_HZ), EARS_HZ) == ""


def test_a_click_is_no_turn():
    """
    Too little speech is dropped, and the time of the sound goes on.
    """
    gate = Gate(EARS_HZ)
    click, quiet = tone(440, 0.04, EARS_HZ), np.zeros(EARS_HZ, dtype=np.int16)
    assert [step for part in (click, quiet) for step in gate.hear(part.tobytes())] == []
    assert gate.heard_ms == 1040


def test_a_turn_without_an_end_is_ended():
    """
    Thirty seconds of speech are a turn, so that what is kept stays small.
    """
    gate = Gate(EARS_HZ)
    steps = [step for _ in range(31) for step in gate.hear(tone(440, 1, EARS_HZ).tobytes())]
    assert [step.end_ms for step in steps if isinstance(step, Turn)] == [30_000]


@pytest.mark.slow
async def test_real_recognition():
    """
    The offline ears understand the recorded caller.
    """
    sound, hz = sounds()["01-name"]
    assert "name" in (await WhisperEars().words(sound, hz)).lower()

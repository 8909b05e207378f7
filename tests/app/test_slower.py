"""Which providers' voices speak slower, and what they are told: the plugins themselves, without a network."""

import dataclasses
from importlib.util import find_spec

import pytest
from livekit.plugins import elevenlabs, openai

from interlock.app.calls.slower import IN_WORDS, SLOWER, slow_down
from interlock.app.providers.fallback import FallbackTTS


def eleven(model="eleven_flash_v2_5"):
    return elevenlabs.TTS(api_key="k", voice_id="v", model=model)


def test_elevenlabs_is_told_the_speed_and_nothing_else():
    """
    How a voice sounds is its owner's to set.
    """
    voice = eleven()
    assert slow_down(voice)
    sent = elevenlabs.tts._strip_nones(dataclasses.asdict(voice._opts.voice_settings))
    assert sent == {"speed": SLOWER}


def test_a_model_without_speeds_says_so():
    """
    ElevenLabs' dialogue models leave a speed out; nothing is changed then.
    """
    voice = eleven("eleven_v3")
    before = dataclasses.replace(voice._opts)
    assert not slow_down(voice)
    assert voice._opts == before


@pytest.mark.parametrize(("model", "words"), [("tts-1", None), ("gpt-4o-mini-tts", IN_WORDS)])
def test_openai_is_told_the_speed_and_in_words_where_it_listens(model, words):
    """
    Its older voices refuse instructions.
    """
    voice = openai.TTS(api_key="k", model=model)
    assert slow_down(voice)
    assert (voice._opts.speed, voice._opts.instructions) == (SLOWER, words)


@pytest.mark.parametrize(
    ("provider", "models"),
    [
        ("cartesia", {"sonic-3": True, "sonic-2": False}),
        ("deepgram", {"aura-2-thalia-en": True, "aura-asteria-en": False}),
    ],
)
def test_the_extras_are_slowed_where_their_model_can(provider, models):
    """
    Of each the newer models; another keeps its speed.
    """
    if find_spec(f"livekit.plugins.{provider}") is None:
        pytest.skip(f"the extra {provider} is not installed")
    plugin = __import__(f"livekit.plugins.{provider}", fromlist=["TTS"])
    for model, can in models.items():
        voice = plugin.TTS(api_key="k", model=model)
        assert slow_down(voice) is can
        assert voice._opts.speed == (SLOWER if can else None)


async def test_a_voice_with_spares_is_slow_when_all_of_them_are():
    """
    Whoever of them speaks next; each that can is slowed all the same.
    """
    first, spare = eleven(), eleven("eleven_v3")
    assert slow_down(FallbackTTS({"a": eleven(), "b": openai.TTS(api_key="k")}))
    assert not slow_down(FallbackTTS({"a": first, "b": spare}))
    assert first._opts.voice_settings.speed == SLOWER

"""How each provider's voice is made to speak slower, in the middle of a call. Not every one can."""

from collections.abc import Callable, Mapping
from typing import Any

from livekit.agents import tts

from interlock.agents.speech.providers import provider_of

SLOWER = 0.8
"""The factor of the speed: the least that all providers take, and slow enough to write along."""
IN_WORDS = "Speak slowly and clearly."
"""For OpenAI's newer voices, which listen to instructions rather than to a number."""


def slow_down(voice: tts.TTS[Any]) -> bool:
    """Have a voice speak slower from its next sentence on; whether it can. One with spares can when all of them can."""
    if isinstance(voice, tts.FallbackAdapter):
        slowed = [slow_down(each) for each in voice._tts_instances]
        return all(slowed)
    change = _CHANGES.get(provider_of(voice.label))
    return change is not None and change(voice)


def _speed(voice: Any) -> bool:
    voice.update_options(speed=SLOWER)
    return True


def _openai(voice: Any) -> bool:
    voice.update_options(speed=SLOWER, **({} if voice.model.startswith("tts-1") else {"instructions": IN_WORDS}))
    return True


def _elevenlabs(voice: Any) -> bool:
    """The voice's other settings stay as they are stored; the dialogue models know no speed."""
    from livekit.agents import NOT_GIVEN
    from livekit.plugins.elevenlabs import VoiceSettings

    if voice.model.startswith("eleven_v3"):
        return False
    unchanged: Any = NOT_GIVEN
    voice.update_options(voice_settings=VoiceSettings(stability=unchanged, similarity_boost=unchanged, speed=SLOWER))
    return True


_CHANGES: Mapping[str, Callable[[Any], bool]] = {
    "cartesia": lambda voice: voice.model.startswith("sonic-3") and _speed(voice),
    "deepgram": lambda voice: voice.model.startswith("aura-2") and _speed(voice),
    "elevenlabs": _elevenlabs,
    "openai": _openai,
    "PiperTTS": _speed,
}
"""By the provider of the voice's label; the embedded voice by its class."""

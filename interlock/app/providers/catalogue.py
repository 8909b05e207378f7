"""How each provider's plugin is made from a name, a key and an address.

The plugins of extras are imported when they are first asked for; LiveKit wants that on the main thread.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from livekit.plugins import assemblyai, elevenlabs, openai

from interlock.app.providers.naming import Named, key_of, url_of
from interlock.app.settings import Settings

VOICE_MODEL = "eleven_flash_v2_5"
ENCODING: Any = "pcm_24000"  # not MP3, which has to be decoded before it is heard


def made(settings: Settings, asked: Named) -> Any:
    """The model; its provider is known, its extra installed and its key set (see `require_provider`)."""
    given: dict[str, Any] = {"api_key": key_of(settings, asked)}
    if url := url_of(settings, asked):
        given["base_url"] = url
    return _MAKERS[asked.kind, asked.provider](asked.model, given)


def _extra(name: str) -> Any:
    return import_module(f"livekit.plugins.{name}")


def _anthropic_llm(model: str, given: Mapping[str, Any]) -> Any:
    return _extra("anthropic").LLM(model=model, parallel_tool_calls=False, caching="ephemeral", **given)


def _google_llm(model: str, given: Mapping[str, Any]) -> Any:
    from google.genai.types import HttpOptions

    elsewhere = {"http_options": HttpOptions(base_url=given["base_url"])} if "base_url" in given else {}
    return _extra("google").LLM(model=model, api_key=given["api_key"], **elsewhere)


_MAKERS: Mapping[tuple[str, str], Callable[[Any, Mapping[str, Any]], Any]] = {
    ("llm", "openai"): lambda model, given: openai.LLM(model=model, parallel_tool_calls=False, **given),
    ("llm", "anthropic"): _anthropic_llm,
    ("llm", "google"): _google_llm,
    ("llm", "groq"): lambda model, given: _extra("groq").LLM(model=model, parallel_tool_calls=False, **given),
    ("stt", "assemblyai"): lambda model, given: assemblyai.STT(model=model, **given),
    ("stt", "cartesia"): lambda model, given: _extra("cartesia").STT(model=model, **given),
    ("stt", "deepgram"): lambda model, given: _extra("deepgram").STT(model=model, **given),
    ("stt", "groq"): lambda model, given: _extra("groq").STT(model=model, **given),
    ("stt", "openai"): lambda model, given: openai.STT(model=model, **given),
    ("tts", "elevenlabs"): lambda voice, given: elevenlabs.TTS(
        voice_id=voice, model=VOICE_MODEL, encoding=ENCODING, **given
    ),
    ("tts", "cartesia"): lambda voice, given: _extra("cartesia").TTS(voice=voice, **given),
    ("tts", "deepgram"): lambda voice, given: _extra("deepgram").TTS(model=voice, **given),
    ("tts", "openai"): lambda voice, given: openai.TTS(voice=voice, response_format="pcm", **given),
}

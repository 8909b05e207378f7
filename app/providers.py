"""Names such as `openai/gpt-4.1-mini` turned into LiveKit's plugin objects."""

from dataclasses import dataclass
from typing import Any

from livekit.agents import llm, stt, tts
from livekit.plugins import assemblyai, elevenlabs, openai
from pydantic import SecretStr

from app.settings import Settings, SettingsError

OFFLINE = "offline"
DEFAULTS = {
    "llm": "openai/gpt-4.1-mini",
    "stt": "assemblyai/universal-streaming",
    "tts": "elevenlabs/eleven_flash_v2_5",
}


@dataclass(frozen=True, slots=True)
class Models:
    """What a spoken call hears, thinks and speaks with."""

    stt: stt.STT[Any]
    llm: llm.LLM[Any]
    tts: tts.TTS[Any]


def models(settings: Settings) -> Models:
    """The models the settings name, or the defaults. Raises `SettingsError` for a stranger or a missing key."""
    return Models(speech_to_text(settings), language_model(settings), text_to_speech(settings))


def language_model(settings: Settings, name: str | None = None) -> llm.LLM[Any]:
    """The language model of that name, or the one the settings name."""
    model = _model("llm", name or settings.llm, "openai")
    return openai.LLM(model=model, api_key=_key("OPENAI_API_KEY", settings.openai_api_key), parallel_tool_calls=False)


def speech_to_text(settings: Settings) -> stt.STT[Any]:
    """The speech recogniser the settings name."""
    model: Any = _model("stt", settings.stt, "assemblyai")
    return assemblyai.STT(model=model, api_key=_key("ASSEMBLYAI_API_KEY", settings.assemblyai_api_key))


def text_to_speech(settings: Settings) -> tts.TTS[Any]:
    """The voice the settings name."""
    model = _model("tts", settings.tts, "elevenlabs")
    return elevenlabs.TTS(model=model, api_key=_key("ELEVEN_API_KEY", settings.eleven_api_key))


def _model(kind: str, name: str | None, provider: str) -> str:
    name = name or DEFAULTS[kind]
    its, slash, model = name.partition("/")
    if its != provider or not slash or not model:
        raise SettingsError(f"the {kind} is {name!r}, expected {provider}/MODEL such as {DEFAULTS[kind]}")
    return model


def _key(variable: str, given: SecretStr | None) -> str:
    if given is None:
        raise SettingsError(f"{variable} is missing, expected your key: set it in the environment or in .env.local")
    return given.get_secret_value()

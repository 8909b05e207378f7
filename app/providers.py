"""Names such as `openai/gpt-4.1-mini` turned into LiveKit's plugin objects."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from livekit.agents import NOT_GIVEN, llm, stt, tts
from livekit.plugins import assemblyai, elevenlabs, openai
from pydantic import SecretStr

from app.settings import KEYS_OF, PREFIX, Settings, SettingsError, expected_of

DEFAULTS = {
    "llm": "openai/gpt-4.1-mini",
    "stt": "assemblyai/universal-streaming-english",
    "tts": "elevenlabs/hpp4J3VqNfWAUOO0d1Us",
}

VOICE_MODEL = "eleven_flash_v2_5"
ENCODING: Any = "pcm_24000"  # not MP3, which has to be decoded before it is heard


@dataclass(frozen=True, slots=True)
class Models:
    """What a spoken call hears, thinks and speaks with; `voices` are those of single roles."""

    voices: Mapping[str, tts.TTS[Any]]
    stt: stt.STT[Any]
    llm: llm.LLM[Any]
    tts: tts.TTS[Any]


def models(settings: Settings) -> Models:
    """The models the settings name, or the defaults. Raises `SettingsError` for a stranger or a missing key."""
    voices = {role: _voice(settings, role) for role in settings.voices}
    return Models(voices, speech_to_text(settings), language_model(settings), text_to_speech(settings))


def language_model(settings: Settings, name: str | None = None) -> llm.LLM[Any]:
    """The language model of that name, or the one the settings name."""
    model, key = _model(settings, "llm", ("--model", name) if name else None)
    url = settings.llm_base_url or NOT_GIVEN
    return openai.LLM(model=model, api_key=key, base_url=url, parallel_tool_calls=False)


def speech_to_text(settings: Settings) -> stt.STT[Any]:
    """The speech recogniser the settings name."""
    model: Any
    model, key = _model(settings, "stt")
    elsewhere: dict[str, Any] = {"base_url": settings.stt_base_url} if settings.stt_base_url else {}
    return assemblyai.STT(model=model, api_key=key, **elsewhere)


def text_to_speech(settings: Settings) -> tts.TTS[Any]:
    """The voice the settings name."""
    return _voice(settings)


def _voice(settings: Settings, role: str | None = None) -> tts.TTS[Any]:
    voice, key = _model(settings, "tts", _named_for(settings, role))
    url = settings.tts_base_url or NOT_GIVEN
    return elevenlabs.TTS(voice_id=voice, model=VOICE_MODEL, encoding=ENCODING, api_key=key, base_url=url)


def require_models(settings: Settings) -> None:
    """Check that `models` would succeed. Raises `SettingsError`, one line for each stranger or missing key."""
    wrong: dict[str, None] = {}
    asked = [(kind, None) for kind in DEFAULTS] + [("tts", _named_for(settings, role)) for role in settings.voices]
    for kind, given in asked:
        try:
            _model(settings, kind, given)
        except SettingsError as error:
            wrong.setdefault(str(error))
    if wrong:
        raise SettingsError("\n".join(wrong))


def _named_for(settings: Settings, role: str | None) -> tuple[str, str] | None:
    return (f"{PREFIX}VOICES for {role}", settings.voices[role]) if role is not None else None


def _model(settings: Settings, kind: str, given: tuple[str, str] | None = None) -> tuple[str, str]:
    """The model's name at its provider, and the provider's key; `given` is a name and where it comes from."""
    provider = DEFAULTS[kind].partition("/")[0]
    own = getattr(settings, kind)
    where, name = given or (f"{PREFIX}{kind.upper()}" if own else "the default", own or DEFAULTS[kind])
    its, _, model = name.partition("/")
    if its != provider or not model:
        raise SettingsError(f'{where} is "{name}", expected {provider}/NAME such as {DEFAULTS[kind]}')
    key: SecretStr | None = getattr(settings, KEYS_OF[provider].lower())
    if key is None:
        missing = KEYS_OF[provider]
        raise SettingsError(f"{missing} is missing, expected {expected_of(missing)}, because {where} is {name}")
    return model, key.get_secret_value()


async def close_models(*models: Any) -> None:
    """Let go of the models' connections and threads; what is None is none."""
    for model in models:
        if model is not None:
            await model.aclose()

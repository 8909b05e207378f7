"""What a call hears, thinks and speaks with: names such as `openai/gpt-4.1-mini` turned into LiveKit's models."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from livekit.agents import llm, stt, tts

from interlock.app.providers.catalogue import made
from interlock.app.providers.fallback import FallbackLLM, FallbackTTS
from interlock.app.providers.naming import DEFAULTS, Named, named_for, named_models, require_provider
from interlock.app.providers.reconnecting import ReconnectingSTT
from interlock.app.settings import Settings, SettingsError

__all__ = [
    "DEFAULTS",
    "Models",
    "close_models",
    "language_model",
    "models",
    "require_models",
    "speech_to_text",
    "text_to_speech",
]


@dataclass(frozen=True, slots=True)
class Models:
    """The session's models, and those of single roles: `voices` and `llms`."""

    voices: Mapping[str, tts.TTS[Any]]
    llms: Mapping[str, llm.LLM[Any]]
    stt: stt.STT[Any]
    llm: llm.LLM[Any]
    tts: tts.TTS[Any]

    @property
    def all(self) -> tuple[Any, ...]:
        """Every one of them, to be closed."""
        return (self.llm, self.stt, self.tts, *self.llms.values(), *self.voices.values())


def models(settings: Settings) -> Models:
    """The models the settings name, or the defaults.

    Raises `SettingsError` for a stranger, a missing key or a missing extra.
    """
    return Models(
        voices={role: _voice(settings, role) for role in settings.voices},
        llms={role: _llm(settings, named_for(settings, "llm", role=role)) for role in settings.llms},
        stt=speech_to_text(settings),
        llm=language_model(settings),
        tts=text_to_speech(settings),
    )


def language_model(settings: Settings, name: str | None = None) -> llm.LLM[Any]:
    """The language model of that name, or the one the settings name; spares follow after commas."""
    return _llm(settings, named_for(settings, "llm", given=name))


def speech_to_text(settings: Settings) -> stt.STT[Any]:
    """The speech recogniser the settings name; it survives its provider's faults, see `ReconnectingSTT`."""
    return ReconnectingSTT(_made(settings, named_for(settings, "stt")))


def text_to_speech(settings: Settings) -> tts.TTS[Any]:
    """The voice the settings name."""
    return _voice(settings)


def require_models(settings: Settings) -> None:
    """Check that `models` would succeed, without making any.

    Raises `SettingsError`, one line for each stranger, missing key or missing extra.
    """
    wrong: dict[str, None] = {}
    for asked in named_models(settings):
        try:
            require_provider(settings, asked)
        except SettingsError as error:
            wrong.setdefault(str(error))
    if wrong:
        raise SettingsError("\n".join(wrong))


async def close_models(*models: Any) -> None:
    """Let go of the models' connections and threads; what is None is none."""
    for model in models:
        if model is not None:
            await model.aclose()


def _llm(settings: Settings, asked: list[Named]) -> llm.LLM[Any]:
    its = _made(settings, asked)
    return FallbackLLM(its) if len(its) > 1 else its[asked[0].name]


def _voice(settings: Settings, role: str = "") -> tts.TTS[Any]:
    asked = named_for(settings, "tts", role=role)
    its = _made(settings, asked)
    return FallbackTTS(its) if len(its) > 1 else its[asked[0].name]


def _made(settings: Settings, asked: list[Named]) -> dict[str, Any]:
    for each in asked:
        require_provider(settings, each)
    return {each.name: made(settings, each) for each in asked}

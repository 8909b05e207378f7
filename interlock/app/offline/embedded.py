"""The embedded models as the settings want them; each loads when made, and says in one line why it cannot."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import structlog
from livekit.agents import llm, stt, tts

from interlock.app.offline.models import OfflineModelError, have, minilm
from interlock.app.settings import PREFIX, Settings

log = structlog.get_logger("interlock.offline")

T = TypeVar("T")


def brain(settings: Settings, *, when_needed: bool = False) -> llm.LLM[Any]:
    """The offline brain; "tomorrow" is meant in the settings' time zone. Raises `OfflineModelError`.

    Loaded `when_needed` it is only looked for now.
    """
    have("onnxruntime", "the offline brain", "onnxruntime")
    have("tokenizers", "the offline brain", "tokenizers")
    zone, own = ZoneInfo(settings.timezone), settings.minilm_dir
    minilm(own)
    from interlock.app.offline.brain import OfflineBrain

    return _loaded(
        "the offline brain",
        own,
        "MINILM_DIR",
        lambda: OfflineBrain(now=lambda: datetime.now(zone), model=own, when_needed=when_needed),
    )


def ears(settings: Settings) -> stt.STT[Any]:
    """Speech recognition. Raises `OfflineModelError`."""
    from interlock.app.offline.ears import WhisperSTT

    own = settings.whisper_model_dir
    return _loaded("speech recognition", own, "WHISPER_MODEL_DIR", lambda: WhisperSTT(model=own))


def mouth(settings: Settings) -> tts.TTS[Any]:
    """The voice. Raises `OfflineModelError`."""
    from interlock.app.offline.mouth import PiperTTS

    own = settings.piper_voice
    return _loaded("speech", own, "PIPER_VOICE", lambda: PiperTTS(model=own))


def spare_model(settings: Settings) -> llm.LLM[Any] | None:
    """The brain that answers when the real model fails, or nothing (and one log line) where there is none.

    Most calls never need it, so a call's process does not carry it: loading costs its first answer half a second.
    """
    try:
        return brain(settings, when_needed=True)
    except OfflineModelError as error:
        log.warning("spare.missing", why=str(error))
        return None


def _loaded(part: str, own: Path | None, setting: str, load: Callable[[], T]) -> T:
    try:
        return load()
    except OfflineModelError:
        raise
    except Exception as error:  # each library has its own for a file it cannot read
        where = f"{own}, expected another {PREFIX}{setting}" if own else "its package, expected it whole: install again"
        raise OfflineModelError(f"{part}: no model can be read ({type(error).__name__}) from {where}") from None

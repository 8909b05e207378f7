"""The model that answers when the real one fails, where it is installed."""

from typing import Any

import structlog
from livekit.agents import llm

from app.offline.models import OfflineModelError

log = structlog.get_logger("interlock.offline")


def spare_model() -> llm.LLM[Any] | None:
    """The offline brain, or nothing (and one log line) where its extra is not installed."""
    from app.offline.brain import OfflineBrain

    try:
        return OfflineBrain()
    except OfflineModelError as error:
        log.warning("spare.missing", why=str(error))
        return None

"""Which provider failed a call, and who stepped in: on record, once for each kind of failure until it works again."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import structlog
from livekit.agents import AgentSession, ErrorEvent, llm, stt, tts

from interlock.agents.call.context import CallContext
from interlock.agents.call.draft import DraftEntry

log = structlog.get_logger("interlock.call")

KIND_OF = {"llm_error": "llm", "stt_error": "stt"}
"""LiveKit's error types in our words; those of a voice are `interlock.agents.speech.voice`'s to tell, which knows what
was heard."""
FELL_BACK = "fell_back"
"""What a model of ours with spares emits, with the name of the one that answers from now on."""


class Providers:
    """One call's providers, each of a kind (llm, stt or tts). Writes `provider.failed` and `provider.fell_back`."""

    def __init__(
        self, context: CallContext, models: Mapping[str, llm.LLM[Any]], voices: Mapping[str, tts.TTS[Any]]
    ) -> None:
        self._context = context
        self._models = models
        self._voices = voices
        self._noted: set[tuple[str, str, str]] = set()
        self._failed_turn: str | None = None

    def listen(self, session: AgentSession[Any]) -> None:
        """Begin to listen, to the session's models and to those of single roles."""
        session.on("error", self._error)
        for kind, model in (
            ("llm", session.llm),
            ("stt", session.stt),
            ("tts", session.tts),
            *(("llm", its) for its in self._models.values()),
            *(("tts", its) for its in self._voices.values()),
        ):
            if isinstance(model, llm.LLM | stt.STT | tts.TTS):
                model.on(FELL_BACK, lambda to, kind=kind: self.fell_back(kind, to))

    def failed(self, kind: str, error: str, *, provider: str = "", recoverable: bool = False, status: int = 0) -> None:
        """Note that a provider failed: `error` is a type's name, never a text; `status` that of HTTP or of a close."""
        by = provider or self._serving(kind)
        audit: dict[str, Any] = {"kind": kind, "error": error, "recoverable": recoverable, "provider": by}
        self._note_once(
            (kind, by, f"{error} {status}"),
            DraftEntry("provider.failed", audit | ({"status": status} if status else {})),
        )

    def fell_back(self, kind: str, to: str) -> None:
        """Note that `to` answers from now on, or for this once."""
        self._note_once((kind, to, ""), DraftEntry("provider.fell_back", {"kind": kind, "to": to}))

    def worked(self, kind: str) -> None:
        """A provider of this kind did its work: what fails from now on is worth a line again."""
        self._noted = {key for key in self._noted if key[0] != kind}

    def model_failed(self, context: llm.ChatContext) -> None:
        """The model failed this turn of the caller: what is left of it is not the model's any more."""
        self._failed_turn = _turn(context)

    def model_failed_in(self, context: llm.ChatContext) -> bool:
        """Whether the model failed in this turn already: waiting for it once more would be one silence too many."""
        return self._failed_turn == _turn(context)

    def _error(self, event: ErrorEvent) -> None:
        its: Any = event.error
        if (kind := KIND_OF.get(its.type)) is None:
            return
        status = getattr(its.error, "status_code", None) or getattr(its.error, "status", None)
        self.failed(
            kind,
            type(its.error).__name__,
            provider=provider_of(its.label),
            recoverable=its.recoverable,
            status=int(status) if isinstance(status, int) else 0,
        )

    def _serving(self, kind: str) -> str:
        """The provider of the agent's model of this kind, "" when nobody speaks."""
        session = self._context.session
        if session is None:
            return ""
        with suppress(RuntimeError):  # not running
            model = getattr(session.current_agent, kind) or getattr(session, kind)
            return provider_of(model.label) if isinstance(model, llm.LLM | stt.STT) else ""
        return ""

    def _note_once(self, key: tuple[str, str, str], line: DraftEntry) -> None:
        if key not in self._noted:
            self._noted.add(key)
            self._context.spawn(self._context.record_if_possible(line))


def provider_of(label: str) -> str:
    """The provider of a LiveKit label such as `livekit.plugins.openai.llm.LLM`; of other models the class."""
    parts = label.split(".")
    return parts[2] if parts[:2] == ["livekit", "plugins"] else parts[-1]


def _turn(context: llm.ChatContext) -> str:
    """The id of the caller's latest message, "" before the first."""
    said = [item.id for item in context.items if item.type == "message" and item.role == "user"]
    return said[-1] if said else ""

"""Models with spares: LiveKit's adapters, and what they do not say: which one failed, and who answers instead.

Once words or sound went out they do not fall back; then our own last resorts speak, see `agents.reply`.
"""

from collections.abc import Mapping
from typing import Any

from livekit.agents import llm, tts

from agents.providers import FELL_BACK
from agents.reply import BEGIN_LIMIT_S

VOICE_RETRIES = 0
"""The next voice is sooner there than another try of this one."""


class FallbackLLM(llm.FallbackAdapter):
    """Asks the models in order, each within its share of the time an answer has to begin."""

    def __init__(self, named: Mapping[str, llm.LLM[Any]]) -> None:
        super().__init__(list(named.values()), attempt_timeout=BEGIN_LIMIT_S / len(named), max_retry_per_llm=0)
        self._spares = _Spares(self, named)
        self.on("llm_availability_changed", lambda event: self._spares.changed(event.llm, event.available))

    @property
    def label(self) -> str:
        """That of the model asked next."""
        return str(self._spares.serving.label)

    async def aclose(self) -> None:
        """Close the models too, which LiveKit's adapter leaves open."""
        await super().aclose()
        await self._spares.aclose()


class FallbackTTS(tts.FallbackAdapter):
    """Asks the voices in order."""

    def __init__(self, named: Mapping[str, tts.TTS[Any]]) -> None:
        super().__init__(list(named.values()), max_retry_per_tts=VOICE_RETRIES)
        self._spares = _Spares(self, named)
        self.on("tts_availability_changed", lambda event: self._spares.changed(event.tts, event.available))

    async def aclose(self) -> None:
        """Close the voices too, which LiveKit's adapter leaves open."""
        await super().aclose()
        await self._spares.aclose()


class _Spares:
    """Which of an adapter's models are down; passes their errors on as its own, and emits `FELL_BACK` with a name."""

    def __init__(self, adapter: Any, named: Mapping[str, Any]) -> None:
        self._adapter = adapter
        self._named = named
        self._down: set[str] = set()
        for each in named.values():
            each.on("error", lambda error: adapter.emit("error", error.model_copy(update={"recoverable": True})))

    @property
    def serving(self) -> Any:
        """The first that is not down, or the first."""
        return self._named[next(iter(self._left()), next(iter(self._named)))]

    def changed(self, model: Any, available: bool) -> None:
        """One went down or came back."""
        name = next(name for name, each in self._named.items() if each is model)
        (self._down.discard if available else self._down.add)(name)
        if not available and (left := self._left()):
            self._adapter.emit(FELL_BACK, left[0])

    async def aclose(self) -> None:
        """Close each."""
        for each in self._named.values():
            await each.aclose()

    def _left(self) -> list[str]:
        return [name for name in self._named if name not in self._down]

"""Models with spares: LiveKit's adapters, and what they do not say: which one failed, and who answers instead.

Once words or sound went out they do not fall back; then our own last resorts speak, see
`interlock.agents.speech.reply` and
`interlock.agents.speech.voice`.
"""

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from livekit.agents import APIConnectOptions, APIError, APITimeoutError, llm, tts
from livekit.agents.llm.fallback_adapter import FallbackLLMStream

from interlock.agents.call.clock import LoopClock
from interlock.agents.speech.providers import FELL_BACK
from interlock.agents.speech.reply import BEGIN_LIMIT_S, calls_of, can_be_spoken, words_of
from interlock.agents.speech.start_timeout import begins_within

VOICE_RETRIES = 0
"""The next voice is sooner there than another try of this one."""
ONCE = APIConnectOptions(max_retry=0)
"""For whoever asks without options: LiveKit's own choice for its adapters."""


class FallbackLLM(llm.FallbackAdapter):
    """Asks the models in order; each has its share of the time an answer has to begin, however it drips."""

    def __init__(self, named: Mapping[str, llm.LLM[Any]]) -> None:
        self.share_s = BEGIN_LIMIT_S / len(named)
        super().__init__(list(named.values()), attempt_timeout=self.share_s, max_retry_per_llm=0)
        self._spares = _Spares(self, named)
        self.on("llm_availability_changed", lambda event: self._spares.changed(event.llm, event.available))

    def chat(self, *, conn_options: APIConnectOptions = ONCE, **asked: Any) -> llm.LLMStream:
        """As any model's, see `livekit.agents.llm.LLM.chat`."""
        asked["tools"] = asked.get("tools") or []
        return _Begins(self, conn_options=conn_options, **asked)

    @property
    def label(self) -> str:
        """That of the model asked next."""
        return str(self._spares.serving.label)

    async def aclose(self) -> None:
        """Close the models too, which LiveKit's adapter leaves open."""
        await super().aclose()
        await self._spares.aclose()


class FallbackTTS(tts.FallbackAdapter):
    """Asks the voices in order; its label is that of the one asked last."""

    def __init__(self, named: Mapping[str, tts.TTS[Any]]) -> None:
        super().__init__(list(named.values()), max_retry_per_tts=VOICE_RETRIES)
        self._spares = _Spares(self, named)
        self.on("tts_availability_changed", lambda event: self._spares.changed(event.tts, event.available))
        self.asks(next(iter(named.values())))

    def asks(self, voice: tts.TTS[Any]) -> None:
        """This voice's turn: LiveKit names errors by `_label`, whatever `label` says."""
        self._label = voice.label

    def synthesize(self, text: str, *, conn_options: APIConnectOptions = ONCE) -> tts.FallbackChunkedStream:
        """One sentence's sound. Raises where a voice breaks off in it."""
        return _Sentence(tts=self, input_text=text, conn_options=conn_options)

    def stream(self, *, conn_options: APIConnectOptions = ONCE) -> tts.FallbackSynthesizeStream:
        """The sound of words as they come. Raises where a voice breaks off."""
        return _Words(tts=self, conn_options=conn_options)

    async def aclose(self) -> None:
        """Close the voices too, which LiveKit's adapter leaves open."""
        await super().aclose()
        await self._spares.aclose()


class _Begins(FallbackLLMStream):
    """Holds each model's answer back until there is something to hear or to do in it, so that the spare can answer."""

    _llm: Any

    async def _try_generate(self, *, llm: llm.LLM[Any], check_recovery: bool = False) -> AsyncGenerator[Any, None]:
        held: list[Any] = []
        words, begun = "", False
        its = super()._try_generate(llm=llm, check_recovery=check_recovery)
        try:
            async with aclosing(begins_within(LoopClock(), self._llm.share_s, its, lambda: begun)) as chunks:
                async for chunk in chunks:
                    words += words_of(chunk)
                    begun = begun or bool(calls_of(chunk)) or can_be_spoken(words)
                    held.append(chunk)
                    while begun and held:
                        yield held.pop(0)
        except TimeoutError:
            late = APITimeoutError(f"nothing to hear for {self._llm.share_s} s")
            _tell(llm, late)
            raise late from None
        for chunk in held:
            yield chunk


def _tell(model: llm.LLM[Any], error: Exception) -> None:
    """Have a model tell of an error that is not its own finding."""
    model.emit("error", llm.LLMError(timestamp=time.time(), label=model.label, error=error, recoverable=True))


class _TellsOfCuts:
    """Raises what a voice broke off with once it was heard: LiveKit's streams take that for the end of what it said."""

    _tts: Any
    _broke_off: Exception | None = None

    def _try_synthesize(self, *, tts: tts.TTS[Any], recovering: bool = False, **how: Any) -> AsyncGenerator[Any, None]:
        its: AsyncGenerator[Any, None] = super()._try_synthesize(  # type: ignore[misc]
            tts=tts, recovering=recovering, **how
        )
        return its if recovering else self._watched(tts, its)

    async def _watched(self, voice: tts.TTS[Any], its: AsyncGenerator[Any, None]) -> AsyncGenerator[Any, None]:
        self._tts.asks(voice)
        self._broke_off, heard = None, False
        try:
            async with aclosing(its) as sound:
                async for piece in sound:
                    heard = True
                    yield piece
        except Exception as error:
            self._broke_off = error if heard else None
            raise

    async def _run(self, output_emitter: tts.AudioEmitter) -> None:
        await super()._run(output_emitter)  # type: ignore[misc]
        if self._broke_off is None:
            return
        if isinstance(self._broke_off, APIError):
            self._broke_off.retryable = False  # the next try would say its beginning again
        raise self._broke_off


class _Sentence(_TellsOfCuts, tts.FallbackChunkedStream):
    """As `FallbackTTS.synthesize` gives it."""


class _Words(_TellsOfCuts, tts.FallbackSynthesizeStream):
    """As `FallbackTTS.stream` gives it."""


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

"""The voice of a call: fixed lines from sound already made, the rest from a provider, and a line when that is dead.

What an agent says is compared with the fixed lines while its words come in. One of those is played as it is kept; for
anything else the desk's own TTS speaks. Where that fails or is too slow the caller hears a kept line instead (I7), and
the turn counts as one that nobody answered.
"""

from collections import deque
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

import structlog
from livekit import rtc
from livekit.agents import Agent, AgentSession, ConversationItemAddedEvent, ErrorEvent, ModelSettings, llm, tts

from interlock.agents.call.clock import done_within
from interlock.agents.call.context import CallContext
from interlock.agents.call.failures import Failures
from interlock.agents.call.farewell import APOLOGY
from interlock.agents.call.record import RECORD_LIMIT_S
from interlock.agents.speech.kept_lines import KeptLines, NoKeptLines
from interlock.agents.speech.providers import Providers, provider_of
from interlock.agents.speech.stall_watch import StallWatch
from interlock.agents.speech.utterance import Utterance, letters_of

log = structlog.get_logger("interlock.call")

UNHEARD = "I am sorry, I have trouble speaking just now. Could you say that again, please?"
"""Said instead of an answer that no voice could speak."""


class VoiceFailedError(Exception):
    """Nothing of an utterance was heard, so LiveKit shall not take it for said; the text is the name of an error."""


class Voice:
    """Speaks for every agent of one call; `slower` has a TTS speak slower from now on and says whether it can."""

    def __init__(
        self,
        context: CallContext,
        providers: Providers,
        failures: Failures,
        voices: Mapping[str, tts.TTS[Any]],
        kept_lines: KeptLines | None,
        slower: Callable[[tts.TTS[Any]], bool] | None = None,
    ) -> None:
        self._providers = providers
        self._failures = failures
        self._voices = voices
        self._context = context
        self._slower = slower or (lambda voice: False)
        self._slowed: set[int] = set()
        self._latest: Utterance | None = None
        self._kept_lines: KeptLines = kept_lines or NoKeptLines()
        self._dead = False
        self._stumbled: tuple[str, str] | None = None
        self._not_as_written: deque[tuple[str, str]] = deque(maxlen=4)

    def listen(self, session: AgentSession[Any]) -> None:
        """Begin to listen to the session's events."""
        session.on("conversation_item_added", self._added)
        session.on("error", self._error)

    def model_answered(self) -> None:
        """The model had an answer: that counts unless the voice before it was dead and may be still."""
        if not self._dead:
            self._failures.turn_answered()

    def role_of(self, agent: Agent) -> str:
        """The role whose voice this agent speaks with."""
        role = getattr(agent, "VOICE", "")
        return role if role in self._voices else ""

    def is_slow(self, agent: Agent) -> bool:
        """Whether the voice this agent speaks with was slowed down."""
        return id(voice_of(agent)) in self._slowed

    def slow_down(self, agent: Agent) -> bool:
        """Have every voice of the call speak slower that can; whether that of this agent does now."""
        every = (voice_of(agent), agent.session.tts, *self._voices.values())
        voices = {id(voice): voice for voice in every if isinstance(voice, tts.TTS)}
        slowed = {key for key, voice in voices.items() if key in self._slowed or self._slower(voice)}
        fixed = sorted({provider_of(voice.label) for key, voice in voices.items() if key not in slowed})
        self._slowed |= slowed
        (log.warning if fixed or not voices else log.info)("voice.slower", **self._context.here, cannot=fixed)
        return self.is_slow(agent)

    def whole(self, heard: str) -> str:
        """All that was meant to be said of what a caller cut short, as far as it is known."""
        so_far = self._latest.so_far.strip() if self._latest is not None else ""
        return so_far if heard and letters_of(so_far).startswith(letters_of(heard)) else heard

    async def speak(
        self, agent: Agent, text: AsyncIterable[str], settings: ModelSettings
    ) -> AsyncGenerator[rtc.AudioFrame, None]:
        """The sound of these words; something else when no voice can speak them."""
        role, words = self.role_of(agent), aiter(text)
        so_far, is_all = ("", False) if self.is_slow(agent) else await self._beginning(words)
        utterance = self._latest = Utterance(so_far, words, StallWatch(self._context.clock), may_be_kept=is_all)
        if is_all and (kept := self._kept_lines.find(so_far.strip(), role)) is not None:
            for frame in kept:
                yield frame
            return
        async with aclosing(self._spoken(agent, utterance, settings)) as sound:
            async for frame in sound:
                yield frame
        if not utterance.failed:
            self._well_spoken(agent, utterance, role)
            return
        instead = await self._instead(agent, utterance, role)
        if not instead and not utterance.last_frame:
            raise VoiceFailedError(utterance.failed)
        for frame in instead:
            yield frame

    async def _beginning(self, words: AsyncIterator[str]) -> tuple[str, bool]:
        """The words up to where they can be no fixed line, and whether they were all."""
        so_far = ""
        async for piece in words:
            so_far += piece
            if not self._kept_lines.could_be(so_far.strip()):
                return so_far, False
        return so_far, True

    async def _spoken(
        self, agent: Agent, utterance: "Utterance", settings: ModelSettings
    ) -> AsyncGenerator[rtc.AudioFrame, None]:
        self._stumbled = None
        speaking = Agent.default.tts_node(agent, utterance.words(), settings)
        try:
            async with aclosing(speaking), aclosing(utterance.stall_watch.watched(speaking)) as sound:
                async for frame in sound:
                    utterance.sounded(frame)
                    yield frame
        except Exception as error:
            utterance.failed = type(error).__name__
        if not utterance.failed and not utterance.last_frame and letters_of(utterance.so_far):
            utterance.failed = "silent"

    def _well_spoken(self, agent: Agent, utterance: "Utterance", role: str) -> None:
        if not utterance.last_frame:
            return
        self._providers.worked("tts")
        if self._stumbled:
            error, provider = self._stumbled
            self._providers.failed("tts", error, provider=provider, recoverable=True)
        if self._dead:
            self._dead = False
            self._failures.turn_answered()
        may_be_anothers = isinstance(voice_of(agent), tts.FallbackAdapter)
        if utterance.frames and not may_be_anothers:
            self._kept_lines.keep(utterance.so_far.strip(), role, utterance.frames)

    async def _instead(self, agent: Agent, utterance: "Utterance", role: str) -> Sequence[rtc.AudioFrame]:
        """What is played after a failure; nothing where the next agent is on its way, whose opening is the answer."""
        self._dead = True
        provider = provider_of(getattr(voice_of(agent), "label", "none"))
        self._providers.failed("tts", utterance.failed, provider=provider)
        noted = self._context.spawn(self._failures.turn_failed(utterance.failed))
        await done_within(self._context.clock, RECORD_LIMIT_S, noted)
        if self._context.switching:
            return ()
        said = utterance.so_far.strip()
        kept = () if utterance.last_frame else self._kept_lines.find_in_any(said) or ()
        if not kept:
            said = APOLOGY if self._context.over or self._context.ending or self._context.parting else UNHEARD
            kept = self._kept_lines.find(said, role) or self._kept_lines.find_in_any(said) or ()
        if kept and utterance.last_frame and kept[0].sample_rate != utterance.last_frame.sample_rate:
            kept = ()  # LiveKit plays one utterance at one rate
        if kept:
            self._providers.fell_back("tts", "cached line")
        if (kept or utterance.last_frame) and letters_of(utterance.so_far):
            self._not_as_written.append((letters_of(utterance.so_far), "" if utterance.last_frame else said))
        return kept

    def _error(self, event: ErrorEvent) -> None:
        if isinstance(event.error, tts.TTSError):
            self._stumbled = type(event.error.error).__name__, provider_of(event.error.label)

    def _added(self, event: ConversationItemAddedEvent) -> None:
        """The conversation tells what the caller heard, and not what no voice could say."""
        item = event.item
        if not isinstance(item, llm.ChatMessage) or item.role != "assistant":
            return
        written = letters_of(item.text_content or "")
        for pending in list(self._not_as_written):
            its, heard = pending
            if written and (its.startswith(written) or written.startswith(its)):
                self._not_as_written.remove(pending)
                if heard:
                    item.content = [heard]
                else:
                    item.interrupted = True
                return


def voice_of(agent: Agent) -> Any:
    """The TTS an agent speaks with: its own or the session's."""
    return agent.tts if isinstance(agent.tts, tts.TTS) else agent.session.tts

"""What to do when a caller spoke and no words came: ask again, and listen anew.

Speech recognition can fail without an error: the connection stands and nothing comes. Voice activity tells that
somebody spoke; LiveKit tells when that was `WORDS_LIMIT_S` ago and there is still no transcript. Recognition on this
machine has no connection to lose and may be slow: it is not watched.
"""

from contextlib import suppress
from typing import Any, Protocol, runtime_checkable

from livekit.agents import AgentSession, UserInputTranscribedEvent
from livekit.agents.voice.events import UserTranscriptionTimeoutEvent

from interlock.agents.call.clock import done_within
from interlock.agents.call.context import CallContext
from interlock.agents.call.failures import Failures
from interlock.agents.call.record import RECORD_LIMIT_S
from interlock.agents.speech.providers import Providers

WORDS_LIMIT_S = 3.0
"""How long after the end of speech its words may take."""
SHORTEST_S = 0.5
"""Less speech than this is a cough or a click; LiveKit lets it interrupt nobody either."""
CANNOT_HEAR = "I am sorry, I could not hear you. Could you say that again, please?"


@runtime_checkable
class Restarts(Protocol):
    """Speech recognition that can be told to begin anew, elsewhere where there is a choice."""

    def restart(self) -> None:
        """Give up what is being listened with."""
        ...


class MissingTranscript:
    """Watches one session for speech without words."""

    def __init__(self, context: CallContext, providers: Providers, failures: Failures) -> None:
        self._context = context
        self._providers = providers
        self._failures = failures

    def listen(self, session: AgentSession[Any]) -> None:
        session.on("user_input_transcribed", self._heard)
        session.on("user_transcription_timeout", self._not_heard)

    def _heard(self, event: UserInputTranscribedEvent) -> None:
        if event.is_final and event.transcript.strip():
            self._providers.worked("stt")

    def _not_heard(self, event: UserTranscriptionTimeoutEvent) -> None:
        session = self._context.session
        if session is None or event.speech_duration < SHORTEST_S or session.agent_state != "listening":
            return  # too short for words, or the caller hears the agent anyway
        if self._context.switching or self._context.over or self._context.ending:
            return
        self._providers.failed("stt", "NoTranscript", recoverable=True)
        if isinstance(session.stt, Restarts):
            session.stt.restart()
        self._context.spawn(self._ask_again())

    async def _ask_again(self) -> None:
        call = self._context
        await done_within(call.clock, RECORD_LIMIT_S, call.spawn(self._failures.turn_failed("not heard")))
        if call.session is None or call.switching:
            return  # a person was asked for, and speaks
        with suppress(RuntimeError):  # the session closed meanwhile
            call.session.say(CANNOT_HEAR)

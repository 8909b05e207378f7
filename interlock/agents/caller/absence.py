"""A caller whose connection broke: missed for a while, welcomed back, or gone for good.

The call stands still meanwhile: no silence is counted, and what the agent was saying is said to its end, so that all of
it is in the conversation and can be said again.
"""

from typing import Any

import structlog
from livekit.agents import AgentSession, llm
from livekit.agents.voice import SpeechHandle

from interlock.agents.call.clock import Timer, within
from interlock.agents.call.context import CallContext
from interlock.agents.call.draft import DraftEntry
from interlock.agents.call.ending import Ending
from interlock.machines.events import CALLER_LEFT

log = structlog.get_logger("interlock.call")

RETURN_LIMIT_S = 10.0
"""How long a caller whose connection broke may take to be back, as a rule."""
SPEECH_LIMIT_S = 8.0
"""How long an answer already under way may take before the caller is greeted again all the same."""
CUT_OFF = "I am sorry, we were cut off for a moment."
AGAIN = "Could you say that again, please?"
I_SAID = "I was saying:"


class Absence:
    """Whether the caller is connected, and what to do while they are not."""

    def __init__(self, context: CallContext, ending: Ending) -> None:
        self._context = context
        self._ending = ending
        self._timer: Timer | None = None

    @property
    def away(self) -> bool:
        """Whether the connection broke and the caller is not back."""
        return self._timer is not None

    def lost(self, why: str, limit_s: float = RETURN_LIMIT_S) -> None:
        """The line broke; `why` is LiveKit's word for it, `limit_s` how long the caller may take to be back."""
        if self.away or self._context.ending:
            return
        self._timer = self._context.clock.call_later(limit_s, self._gone)
        self._context.spawn(self._context.record_if_possible(DraftEntry("caller.lost", {"why": why})))

    def back(self, *, changed: bool = False) -> None:
        """The caller is there again: the agent goes on; somebody with their name, `changed`, is met by another one."""
        if not self.away or self._context.ending:
            return
        self.stop()
        self._context.spawn(self._context.record_if_possible(DraftEntry("caller.returned")))
        if not changed:
            self._context.spawn(self._go_on())

    def stop(self) -> None:
        """Wait for the caller no longer; nothing is said or recorded of it."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _gone(self) -> None:
        self._timer = None
        self._context.spawn(self._ending.end(CALLER_LEFT))  # beside the hanging up: it may have to wait for the journal
        if self._context.session is not None:
            self._context.session.shutdown(drain=False)

    async def _go_on(self) -> None:
        session = self._context.session
        assert session is not None, "nobody is missed before the call is open"
        if (speech := session.current_speech) is not None:
            await self._to_its_end(speech)
        if self._context.switching or self._context.over or self._context.ending or self.away:
            return  # the next agent speaks, or there is nothing more to say, or nobody to say it to
        try:
            session.say(recap(session))
        except RuntimeError as error:
            log.warning("return.unspoken", **self._context.here, error=type(error).__name__)

    async def _to_its_end(self, speech: SpeechHandle) -> None:
        try:
            await within(self._context.clock, SPEECH_LIMIT_S, speech.wait_for_playout())
        except TimeoutError:
            speech.interrupt(force=True)


def recap(session: AgentSession[Any]) -> str:
    """What brings a caller back into the conversation: the agent's last line, or a question for theirs."""
    last = next((item for item in reversed(session.history.items) if isinstance(item, llm.ChatMessage)), None)
    if last is None or last.role != "assistant" or not last.text_content:
        return f"{CUT_OFF} {AGAIN}"
    line = last.text_content.removeprefix(f"{CUT_OFF} {I_SAID} ")
    return line if line.startswith(CUT_OFF) else f"{CUT_OFF} {I_SAID} {line}"

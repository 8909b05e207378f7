"""An agent's goodbye, and the moment after it in which words of the caller bring them back to the desk.

The line is let go only after that moment, on a verdict that is durable by then. A caller who says goodbye as well has
not come back. It is the goodbye of one caller, at one desk: once the call moved on, or somebody else is there, it is
none.
"""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from livekit.agents import AgentSession, UserStateChangedEvent

from interlock.agents.answers.goodbye import says_goodbye
from interlock.agents.call.clock import Timer
from interlock.agents.call.context import CallContext
from interlock.agents.call.draft import DraftEntry
from interlock.agents.call.journal import JournalDown
from interlock.agents.speech.lines import LinesOwed

GRACE_S = 3.0
"""How long after a goodbye the caller may come back."""
GOODBYE_LIMIT_S = 30.0
"""How long the last words of a call may take until the line is let go."""

Close = Callable[[], Coroutine[Any, Any, bool]]
"""Asks for the end of the call; whether that was accepted. Raises `JournalDown`."""


class Parting:
    """The goodbye of one call that is under way; `said` says that its last words were said before its end."""

    def __init__(self, context: CallContext, lines: LinesOwed) -> None:
        self.said = False
        self._context = context
        self._lines = lines
        self._close: Close | None = None
        self._heard = False
        self._caller_speaks = False
        self._grace: Timer | None = None
        self._limit: Timer | None = None

    def listen(self, session: AgentSession[Any]) -> None:
        """Begin to hear whether the caller comes back."""
        session.on("user_state_changed", self._caller_changed)

    @property
    def under_way(self) -> bool:
        """Whether goodbye was said, or is being said, and the call is not to end yet."""
        return self._context.parting

    @property
    def in_grace(self) -> bool:
        """Whether it was said, and only the caller could still say something."""
        return self._grace is not None and self.under_way

    async def begin(self, event: str, words: str, close: Close) -> bool:
        """Put it on record, then say what is owed still and the goodbye; `close` after the moment in which nobody came
        back. Whether anything was said: who says something before that, or is another caller, hears no goodbye.

        Raises `JournalDown`, and then nobody is leaving.
        """
        context = self._context
        self.stop()
        self._close, context.parts_from = close, (context.epoch, context.callers)
        try:
            await context.record(DraftEntry("goodbye.said", {"event": event, "state": context.state}))
        except BaseException:  # also where whoever asks waits no longer
            self.stop()
            raise
        if self.under_way:
            self._say(words)
        return self.under_way

    def _say(self, words: str) -> None:
        session = self._context.session
        assert session is not None, "nobody says goodbye before a call is open"
        self._lines.say_what_is_left(answered=True)
        self._heard = False
        self._limit = self._context.clock.call_later(GOODBYE_LIMIT_S, lambda: self._end(late=True))
        session.say(words).add_done_callback(lambda _: self._was_said())

    def caller_said(self, words: str) -> None:
        """Words came from the caller: unless they say goodbye too, the call goes on."""
        if self.under_way and not says_goodbye(words):
            self.stop()
            entry = DraftEntry("goodbye.taken_back", {"state": self._context.state})
            self._context.spawn(self._context.record_if_possible(entry))

    def stop(self) -> None:
        """The call does not end by this goodbye."""
        self._close, self._context.parts_from = None, None
        for timer in (self._grace, self._limit):
            if timer is not None:
                timer.cancel()
        self._grace = self._limit = None

    def _was_said(self) -> None:
        self._heard = True
        self._wait()

    def _wait(self) -> None:
        if self._grace is not None:
            self._grace.cancel()
            self._grace = None
        if self.under_way and self._heard and not self._caller_speaks:
            self._grace = self._context.clock.call_later(GRACE_S, lambda: self._end(late=False))

    def _end(self, *, late: bool) -> None:
        close = self._close if self.under_way else None
        self.stop()
        if close is not None:
            self.said = True
            self._context.spawn(self._ended(close(), late))

    async def _ended(self, closing: Coroutine[Any, Any, bool], late: bool) -> None:
        """Without a verdict that lets the caller go nobody hangs up; with one, not even a voice without an end holds
        the line."""
        accepted, session = False, self._context.session
        with suppress(JournalDown):
            accepted = await closing
        self.said = self._context.over
        if late and accepted and session is not None:
            session.shutdown(drain=False)

    def _caller_changed(self, event: UserStateChangedEvent) -> None:
        self._caller_speaks = event.new_state == "speaking"
        self._wait()

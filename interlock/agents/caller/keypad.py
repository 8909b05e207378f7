"""The keys of a caller's phone: 1 is their yes and 2 their no to the question told last, and to nothing else.

A key among others is part of a number: only one that was pressed alone is an answer.
"""

from typing import Any

from livekit.agents import AgentSession, UserInputTranscribedEvent

from interlock.agents.call.clock import Timer
from interlock.agents.call.context import CallContext
from interlock.agents.call.draft import DraftEntry
from interlock.agents.caller.hearing import Hearing
from interlock.agents.speech.asking import Asked, Asking
from interlock.agents.speech.lines import LinesOwed

ANSWERS = {"1": "Yes.", "2": "No."}
PRESS = ", or press 1 for yes and 2 for no"
ALONE_S = 1.5
"""How long no other key may be pressed before and after one that is an answer."""


class Keypad:
    """Hears the keys of one call's caller."""

    def __init__(self, context: CallContext, hearing: Hearing, asking: Asking, lines: LinesOwed) -> None:
        self._context = context
        self._hearing = hearing
        self._asking = asking
        self._lines = lines
        self._pressed: Timer | None = None
        """Runs while the key pressed last is not alone yet."""
        self._answer: Timer | None = None

    def listen(self, session: AgentSession[Any]) -> None:
        """Begin to hear whether the caller speaks instead."""
        session.on("user_input_transcribed", self._transcribed)

    def pressed(self, key: str) -> None:
        """A key went down: once it was alone it counts as the word it stands for, where a question was told to its end
        before it and is open still.

        Any other key, one pressed too early, and one among others says nothing and goes on no record: it may be part of
        a number.
        """
        others, clock = self._pressed is not None, self._context.clock
        self.stop()
        self._pressed = clock.call_later(ALONE_S, self._is_past)
        asked = self._open_question()
        if not others and key in ANSWERS and asked is not None:
            self._answer = clock.call_later(ALONE_S, lambda: self._answers(key, asked))

    def caller_said(self, words: str) -> None:
        """Words came from the caller: these are their answer, and not a key before them."""
        self._take_back()

    def stop(self) -> None:
        """Wait for nothing any more."""
        self._take_back()
        self._is_past()

    def _is_past(self) -> None:
        if self._pressed is not None:
            self._pressed.cancel()
            self._pressed = None

    def _take_back(self) -> None:
        if self._answer is not None:
            self._answer.cancel()
            self._answer = None

    def _open_question(self) -> Asked | None:
        """The question that a yes or a no would answer just now."""
        call = self._context
        return None if self._lines.any_new or call.switching or call.ending else self._asking.open_question

    def _answers(self, key: str, asked: Asked) -> None:
        self._answer = None
        if self._open_question() is not asked:
            return
        self._context.spawn(self._context.record_if_possible(DraftEntry("key.pressed", {"key": key})))
        self._hearing.hear(ANSWERS[key])

    def _transcribed(self, event: UserInputTranscribedEvent) -> None:
        if event.transcript.strip():
            self._take_back()


def has_keypad(facts: Any) -> bool:
    """Whether the caller has keys that reach us: who calls by telephone."""
    return bool(getattr(facts, "caller_kind", None) == "sip")

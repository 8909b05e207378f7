"""The keys of a caller's phone: 1 is their yes and 2 their no to the question told last, and to nothing else."""

from typing import Any

from livekit.agents.voice import SpeechHandle

from interlock.agents.call.context import CallContext
from interlock.agents.call.draft import DraftEntry
from interlock.agents.caller.hearing import Hearing
from interlock.agents.speech.asking import Asking
from interlock.agents.speech.lines import LinesOwed

ANSWERS = {"1": "Yes.", "2": "No."}
PRESS = ", or press 1 for yes and 2 for no"


class Keypad:
    """Hears the keys of one call's caller."""

    def __init__(self, context: CallContext, hearing: Hearing, asking: Asking, lines: LinesOwed) -> None:
        self._context = context
        self._hearing = hearing
        self._asking = asking
        self._lines = lines

    def pressed(self, key: str) -> SpeechHandle | None:
        """A key went down: it counts as the word it stands for, where a question was told to its end and is open.

        Any other key, and one pressed too early, says nothing and goes on no record: it may be part of a number.
        """
        words = ANSWERS.get(key)
        if words is None or not self._asking.is_open or self._lines.any_owed or self._context.ending:
            return None
        self._context.spawn(self._context.record_if_possible(DraftEntry("key.pressed", {"key": key})))
        return self._hearing.hear(words)


def has_keypad(facts: Any) -> bool:
    """Whether the caller has keys that reach us: who calls by telephone."""
    return bool(getattr(facts, "caller_kind", None) == "sip")

"""What every desk can do, written once."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import AfterValidator

from agents.base import Desk
from agents.tools import proposes


def _iso(text: str) -> str:
    datetime.fromisoformat(text)
    return text


IsoTime = Annotated[str, AfterValidator(_iso)]
"""A day and time in ISO 8601; without a zone it is the service's own."""


class LiveDesk(Desk):
    """A desk with somebody on the line: a colleague and a goodbye are always one sentence away."""

    @proposes(
        "I want to talk to a human",
        "can I speak to a real person please",
        "get me a colleague",
        "let me talk to somebody",
        "yes please, have somebody call me back",
    )
    def escalate(self) -> None:
        """Pass the caller on to a person, when they ask for one or you cannot help."""

    @proposes(
        "goodbye",
        "no, that is all, thank you, bye",
        "thanks, I have everything I need",
        "I have to go now",
        "you can hang up",
    )
    def say_goodbye(self) -> None:
        """End the call, when the caller says goodbye or needs nothing more."""


class Farewell(Desk):
    """Says goodbye and hangs up."""

    INSTRUCTIONS = "The call is over. Say goodbye."
    OPENING = "Thank you for calling. Goodbye."
    OPENINGS: ClassVar = {
        "caller_silent": "I cannot hear you, so I will hang up now. Please call again any time. Goodbye.",
        "refused_thrice": "I am sorry, I could not help you with that. Please call again another time. Goodbye.",
        "handoff_failed": "I am sorry, we have a problem on our side. Please call again in a few minutes. Goodbye.",
    }

    def _speak_first(self, words: str) -> None:
        """Say the last word, then close the session."""
        try:
            last_word = self.session.say(self.opening(), allow_interruptions=False)
        except RuntimeError:
            self.session.shutdown()
            raise
        last_word.add_done_callback(lambda _: self.session.shutdown())

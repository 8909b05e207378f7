"""What every desk can do, written once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from interlock.agents.callbacks import book_callback
from interlock.agents.desk import Desk
from interlock.agents.effects import Effect
from interlock.agents.speech.parting import GOODBYE_LIMIT_S
from interlock.agents.speech_requests import SpeechRequests
from interlock.agents.tools import Answer, Consent, Slot, data_tool, proposes
from interlock.guards.cards import Words


def _iso(text: str) -> str:
    datetime.fromisoformat(text)
    return text


IsoTime = Annotated[str, AfterValidator(_iso)]
"""A day and time in ISO 8601; without a zone it is the service's own."""


class LiveDesk(SpeechRequests):
    """A desk with somebody on the line: a colleague and a goodbye are always one sentence away, and so are its last
    words, once more or slower."""

    @proposes(
        "I want to talk to a human",
        "can I speak to a real person please",
        "a human, please",
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
    def say_goodbye(self, more: Annotated[str, Answer("more")], objection: Annotated[str, Answer("removal")]) -> None:
        """End the call, when the caller says goodbye or needs nothing more."""


def waits(
    name: str, words: str, *, on: Mapping[str, str] | None = None, voice: str = "", base: type[Desk] = LiveDesk
) -> type[Desk]:
    """A desk that keeps the caller company while our systems are at work, and says `words` on entry.

    `on` gives other words for particular events, as `Desk.OPENINGS`; `name` is what the record calls it; `base` is the
    flow's own kind of desk, where all of them have a tool.
    """
    its = {
        "__doc__": f"Keeps the caller company: “{words}”",
        "__module__": __name__,
        "INSTRUCTIONS": "Our systems are at work. Ask for a moment's patience. You do not know yet whether it worked.",
        "OPENING": words,
        "OPENINGS": dict(on or {}),
        "VOICE": voice,
    }
    return type(name, (base,), its)


class CallerDesk(LiveDesk):
    """A desk where callers say who they are; `NEXT` asks for what it is there for."""

    NEXT: ClassVar[str] = ""

    @data_tool("my name is Anna Kowalski", "this is Peter", "I am called Maria Lopez", "it's John Smith", leads_on=True)
    async def note_name(
        self, name: Annotated[str, Slot("the caller's name", ask="May I have your name, please?", kind="name")]
    ) -> str:
        """Note the caller's name."""
        await self.call.claim(caller_name=name)
        return f"Thank you. {self.question()}"

    @data_tool(
        "my number is 030 1234567",
        "you can reach me on 0171 2345678",
        "my phone number is plus 49 30 123456",
        leads_on=True,
    )
    async def note_phone(
        self, phone: Annotated[str, Slot("the number", ask="Which number can we reach you on?", kind="phone")]
    ) -> str:
        """Note the number we can reach the caller on."""
        await self.call.claim(contact_phone=phone)
        return f"I have your number. {self.question()}"

    def question(self) -> str:
        """What is asked next."""
        return self.NEXT


class Farewell(Desk):
    """Says goodbye and hangs up."""

    PARTS = True
    INSTRUCTIONS = "The call is over. Say goodbye."
    OPENING = "Thank you for calling. Goodbye."
    OPENINGS: ClassVar = {
        "caller_silent": "I cannot hear you, so I will hang up now. Please call again any time. Goodbye.",
        "refused_thrice": "I am sorry, I could not help you with that. Please call again another time. Goodbye.",
        "handoff_failed": "I am sorry, we have a problem on our side. Please call again in a few minutes. Goodbye.",
    }

    def _speak_first(self, words: str) -> None:
        """Say what is owed still and the last word, where it was not said before, then close the session."""
        if self.call.parting.said:
            self.session.shutdown()
            return
        self.call.lines.say_what_is_left(answered=True)
        try:
            last_word = self.session.say(self.opening(), allow_interruptions=False)
        except RuntimeError:
            self.session.shutdown()
            raise
        # The end of what is played may never be reported, and nobody is to hold a line on which all is said.
        session = self.session
        late = self.call.clock.call_later(GOODBYE_LIMIT_S, lambda: session.shutdown(drain=False))
        last_word.add_done_callback(lambda _: late.cancel())
        last_word.add_done_callback(lambda _: session.shutdown())


class PersonOffer(LiveDesk):
    """Offers a person when a call goes in circles."""

    INSTRUCTIONS = "We went in circles. Offer a colleague; if the caller would rather go on, go back."
    OPENING = "I am sorry, we are going in circles. Shall I have a colleague call you back?"

    @proposes("no, let us go on", "no thanks, go back", "let us try again", "I do not want a colleague")
    def return_to_desk(self) -> None:
        """Go back to where the caller was, when they do not want a colleague."""


WHICH_NUMBER = "Which number may we call you back on?"
WHICH_TIME = "Which day and time suit you?"


class WaitingDesk(LiveDesk):
    """Stands in for the person until they call back."""

    INSTRUCTIONS = """
A colleague will take over. None is free this minute: offer a callback, ask for a number and a time on a weekday from 9
to 18, and book it. The caller may also go back to where they were.
"""
    OPENING = f"A colleague will take care of this. {WHICH_NUMBER}"
    OPENINGS: ClassVar = {
        "callback_booked": "Your callback is booked. Is there anything else?",
        "callback_failed": "That hour is full, I am afraid. Which day and time suit you?",
        "callback_unconfirmed": "I am sorry, I could not confirm your callback. Which other day and time suit you?",
        "handoff_failed": "I am sorry, I cannot put you through just now. " + WHICH_NUMBER,
        "take_over": "A colleague has taken over this call. One moment, please.",
    }

    def opening(self) -> str:
        """What is asked next, and not what the caller gave already; a callback with its day, time and number."""
        facts = self.facts
        said = _booked(facts) if self.event == "callback_booked" and facts.callback_at else super().opening()
        if self.event == "callback_failed" and facts.callback_at:
            said = f"That hour is full, I am afraid, and your callback stands as it was. {WHICH_TIME}"
        return f"{said.removesuffix(WHICH_NUMBER)}{_on_which(facts)}" if said.endswith(WHICH_NUMBER) else said

    @proposes(
        "please call me back tomorrow at ten",
        "you can reach me on 030 1234567",
        "book a callback",
        "call me later",
        consent=Consent(
            "offer", acts=("call me", "call us", "call you", "call back", "callback", "reach me"), by_value=True
        ),
    )
    def book_callback(
        self,
        time: Annotated[
            IsoTime,
            Slot(
                "day and time as the caller said it, ISO 8601; with an offset only where they named a zone",
                ask=f"We call back on weekdays from nine to six. {WHICH_TIME}",
                kind="datetime",
                on_our_clock=True,
            ),
        ],
        phone: Annotated[
            Words | None,
            Slot(
                "the number to call; left out for the one they gave before, or call from",
                ask=WHICH_NUMBER,
                kind="phone",
            ),
        ] = None,
    ) -> None:
        """Book a callback, or another one in place of it, once the caller gave a number and a time."""

    def ask_book_callback(self, time: str, phone: str | None = None) -> str:
        """When, and on which number, a colleague would call."""
        when, facts = datetime.fromisoformat(time), self.facts
        when = when.astimezone(ZoneInfo(facts.timezone)) if when.tzinfo else when
        number = phone or facts.number_heard
        on = spoken_number(number) if number else "the number you call from"
        return f"Shall we call you back on {when:%A}, {when.day} {when:%B} at {when:%H:%M}, on {on}?"

    @proposes(
        "take me back, please", "I would rather go on with the agent", "back to where I was", "never mind, go back"
    )
    def return_to_desk(self) -> None:
        """Go back to where the caller was."""


def _booked(facts: Any) -> str:
    """The callback as it was booked, for the ear."""
    at = facts.callback_at.astimezone(ZoneInfo(facts.timezone))
    on = (
        "the number you call from"
        if facts.callback_number == facts.caller_phone
        else spoken_number(facts.callback_number)
    )
    return f"Your callback is booked for {at:%A}, {at.day} {at:%B} at {at:%H:%M}, on {on}. Is there anything else?"


def _on_which(facts: Any) -> str:
    """Which number to call back on: the one given before or called from, or the question for one."""
    if facts.number_heard:
        return f"Shall we call you back on {spoken_number(facts.number_heard)}? {WHICH_TIME}"
    return f"Shall we call you back on the number you call from? {WHICH_TIME}" if facts.caller_phone else WHICH_NUMBER


def spoken_number(number: str) -> str:
    """A telephone number in groups, as it is read aloud."""
    sign, digits = ("plus ", number[1:]) if number.startswith("+") else ("", number)
    if not digits.isdecimal():
        return sign + digits
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        groups[-2:] = [groups[-2] + groups[-1]]
    return sign + " ".join(groups)


class BookingClerk(LiveDesk):
    """Keeps the caller company while the callback is booked."""

    INSTRUCTIONS = "A callback is being booked. Ask for a moment's patience. You do not know yet whether it worked."
    OPENING = "One moment, I am booking the callback."


COMMON_CAST: Mapping[str, type[Desk]] = {
    "offer": PersonOffer,
    "person": WaitingDesk,
    "booking": BookingClerk,
    "closed": Farewell,
}
"""Who speaks in the states of `interlock.machines.common`."""
COMMON_EFFECTS: Mapping[str, Effect] = {"booking": book_callback}
"""The work of those states."""

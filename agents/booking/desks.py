"""Who speaks in an appointment call on the way to a new appointment."""

from typing import ClassVar

from agents.booking.calendar_desks import WHICH_TIME, CalendarDesk, PickingDesk, for_whom
from interlock.agents import CallerDesk, Consent, proposes


class BookingDesk(CallerDesk, CalendarDesk):
    """A desk of the way to an appointment."""

    NEXT: ClassVar[str] = WHICH_TIME


class Reception(BookingDesk):
    """The first voice."""

    INSTRUCTIONS = """
You are the receptionist of an appointment line, warm and quick. Find out whether the caller wants a new appointment or
is calling about one they have. If they name a day and time at once, look it up before you pass them on; if they give
their name or number, note it.
"""
    NEXT = "Would you like a new appointment, or to change one you have?"
    OPENING = f"Hello, this is the appointment line. {NEXT}"
    OPENINGS: ClassVar = {
        "cancelled": "Your appointment is cancelled. Is there anything else?",
        "back_to_reception": f"All right, nothing is changed. {NEXT}",
        "return_to_desk": f"All right. {NEXT}",
    }

    @proposes(
        "I would like an appointment on Tuesday at ten",
        "I need an appointment",
        "a new appointment please",
        "can I come in on Friday at three",
        "when are you free",
        "book me in",
    )
    def find_time(self) -> None:
        """Go on to find a free time for a new appointment."""

    @proposes(
        "I want to cancel my appointment",
        "I need to move my appointment",
        "I have to reschedule",
        "it is about an appointment I have",
        "I cannot make it, I already have an appointment",
    )
    def change_booking(self) -> None:
        """Pass the caller on to move or cancel an appointment they have."""


class FreeTimes(BookingDesk, PickingDesk):
    """Finds a free time and has it held."""

    INSTRUCTIONS = """
You find a free time. Look up the day and time the caller wants, say what is free, and hold the time they pick; only a
time the look-up named can be held. Give days and times to tools as the caller said them. Nothing is booked yet.
"""
    SORRY: ClassVar = {
        "time_taken": "I am sorry, somebody was faster. ",
        "hold_unclear": "I am sorry, I could not hold that time just now. ",
        "hold_ran_out": "I am sorry, I could not hold that time for you any longer. ",
        "time_lost": "I am sorry, I could not book that time, so nothing is booked. ",
    }
    OPENINGS: ClassVar = SORRY

    @proposes(
        "actually I already have an appointment", "I want to move the appointment I have", "cancel my appointment"
    )
    def change_booking(self) -> None:
        """Pass the caller on to move or cancel an appointment they have."""


class TimeHeld(BookingDesk):
    """Keeps a time while the caller decides."""

    INSTRUCTIONS = """
A time is held for the caller for a few minutes. Say which, and ask whether to book it. When they say yes, book it: that
needs their name and a number to reach them on. If they would rather have another time, look that up and let this go.
"""

    NEXT = "Shall I book it?"

    def opening(self) -> str:
        """Which time is held; or, for a caller who comes back later, how it stands by now."""
        if asked := self.ask_book():
            return asked
        return self.booked() if self.facts.booked_slot else f"I am not holding a time for you any more. {WHICH_TIME}"

    @proposes(
        "yes, book it",
        "yes please, book it for me",
        "that is right, book it",
        "please go ahead and book it",
        "I confirm",
        consent=Consent("offer", acts=("book", "take it", "reserve")),
    )
    def book(self) -> None:
        """Book the time that is held, when the caller said yes to it."""

    def ask_book(self) -> str:
        """Which time would be booked."""
        return f"{held}{for_whom(self.facts)} {self.NEXT}" if (held := self.held()) else ""

    @proposes(
        "no, another time please",
        "no, that does not suit me",
        "rather Thursday at two",
        "what about Wednesday at eleven",
        "I changed my mind, another day",
    )
    def other_time(self) -> None:
        """Let the held time go, when the caller would rather have another."""

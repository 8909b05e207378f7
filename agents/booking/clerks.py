"""Who speaks in an appointment call while our calendar is at work, and when nobody knows what came of it."""

from typing import ClassVar

from interlock.agents.desks import LiveDesk, WaitingDesk


class HoldClerk(LiveDesk):
    """Keeps the caller company while a time is held."""

    INSTRUCTIONS = "A time is being held. Ask for a moment's patience. You do not know yet whether it worked."
    OPENING = "One moment, please."


class CalendarClerk(LiveDesk):
    """Keeps the caller company while the calendar changes."""

    INSTRUCTIONS = "The calendar is being changed. Ask for a moment's patience. You do not know yet whether it worked."
    OPENING = "One moment, I am entering that in the calendar."


class BookingWaiting(WaitingDesk):
    """Stands in for the person until they call back, also when the calendar may have changed."""

    OPENINGS: ClassVar = {
        **WaitingDesk.OPENINGS,
        "change_unconfirmed": (
            "I could not confirm that with our calendar, so a colleague will look into it. Which number may we call you"
            " back on?"
        ),
    }

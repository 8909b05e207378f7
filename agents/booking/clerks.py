"""Who speaks in an appointment call when nobody knows what came of our calendar's work."""

from typing import ClassVar

from interlock.agents import WaitingDesk


class BookingWaiting(WaitingDesk):
    """Stands in for the person until they call back, also when the calendar may have changed."""

    OPENINGS: ClassVar = {
        **WaitingDesk.OPENINGS,
        "change_unconfirmed": (
            "I could not confirm that with our calendar, so a colleague will look into it. Which number may we call you"
            " back on?"
        ),
    }

"""The cast of an appointment call: who speaks in each state, and the work that our calendar does."""

from agents.booking.changes import Confirmation, ExistingAppointment, NewTimeHeld
from agents.booking.clerks import BookingWaiting, CalendarClerk, HoldClerk
from agents.booking.desks import FreeTimes, Reception, TimeHeld
from agents.booking.effects import BOOK, CANCEL, HOLD, MOVE, watch_again
from interlock.agents.desks import COMMON_CAST, COMMON_EFFECTS
from interlock.agents.flow import Flow
from machines.booking import Booking, BookingFacts

BOOKING = Flow(
    name="booking",
    title="Appointment",
    summary="A free time found, held while the caller decides, and booked; later moved or cancelled.",
    machine=Booking,
    facts=BookingFacts,
    cast={
        "reception": Reception,
        "availability": FreeTimes,
        "deciding": TimeHeld,
        "existing": ExistingAppointment,
        "deciding_move": NewTimeHeld,
        "confirmation": Confirmation,
        "holding": HoldClerk,
        "holding_move": HoldClerk,
        "reserving": CalendarClerk,
        "moving": CalendarClerk,
        "cancelling": CalendarClerk,
        **COMMON_CAST,
        "person": BookingWaiting,
    },
    effects={
        "holding": HOLD,
        "holding_move": HOLD,
        "reserving": BOOK,
        "moving": MOVE,
        "cancelling": CANCEL,
        **COMMON_EFFECTS,
    },
    on_takeover=watch_again,
)

"""The cast of an appointment call: who speaks in each state, and the work that our calendar does."""

from agents.booking.changes import Confirmation, ExistingAppointment, NewTimeHeld
from agents.booking.clerks import BookingWaiting
from agents.booking.desks import FreeTimes, Reception, TimeHeld
from agents.booking.effects import book, cancel, hold, hold_ran_out, move
from guards.limits import CODES, PROOFS
from interlock.agents import COMMON_CAST, COMMON_EFFECTS, Flow, waits
from machines.booking import Booking, BookingFacts

BOOKING = Flow(
    name="booking",
    title="Appointment",
    summary="A free time found, held while the caller decides, and booked; later moved or cancelled.",
    disclosure="You are speaking with the appointment line's automated assistant.",
    machine=Booking,
    facts=BookingFacts,
    cast={
        "reception": Reception,
        "availability": FreeTimes,
        "deciding": TimeHeld,
        "existing": ExistingAppointment,
        "deciding_move": NewTimeHeld,
        "confirmation": Confirmation,
        **dict.fromkeys(("holding", "holding_move"), waits("HoldClerk", "One moment, please.")),
        **dict.fromkeys(
            ("reserving", "moving", "cancelling"),
            waits("CalendarClerk", "One moment, I am entering that in the calendar."),
        ),
        **COMMON_CAST,
        "person": BookingWaiting,
    },
    effects={
        "holding": hold,
        "holding_move": hold,
        "reserving": book,
        "moving": move,
        "cancelling": cancel,
        **COMMON_EFFECTS,
    },
    deadlines={"held_until": hold_ran_out},
    quotas=(PROOFS, CODES),
)

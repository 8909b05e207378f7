"""The cast of a sales call: who speaks in each state, and the work of our systems."""

from agents.booking.effects import BOOK, HOLD, watch_again
from agents.sales.asking import Disqualified, Intro, Parting, Qualification
from agents.sales.clerks import ListingClerk, SalesCallbackClerk, SalesClerk, SalesFarewell, SalesOffer, SalesWaiting
from agents.sales.demo import DemoBooked, DemoHeld, DemoTimes, Executive
from agents.sales.effects import ASSESS, FOLLOW_UP, NEVER_CALL
from interlock.agents.desks import COMMON_EFFECTS
from interlock.agents.flow import Flow
from machines.sales import Sales, SalesFacts

SALES = Flow(
    name="sales",
    title="Sales",
    summary="Four questions, a demo booked, and an account executive; or a follow-up, and never for who wants none.",
    machine=Sales,
    facts=SalesFacts,
    cast={
        "intro": Intro,
        "qualification": Qualification,
        "demo": DemoTimes,
        "deciding": DemoHeld,
        "demo_booked": DemoBooked,
        "executive": Executive,
        "disqualified": Disqualified,
        "parting": Parting,
        **dict.fromkeys(("assessing", "holding", "reserving", "following_up"), SalesClerk),
        "listing": ListingClerk,
        "offer": SalesOffer,
        "person": SalesWaiting,
        "booking": SalesCallbackClerk,
        "closed": SalesFarewell,
    },
    effects={
        "assessing": ASSESS,
        "holding": HOLD,
        "reserving": BOOK,
        "following_up": FOLLOW_UP,
        "listing": NEVER_CALL,
        **COMMON_EFFECTS,
    },
    on_takeover=watch_again,
)

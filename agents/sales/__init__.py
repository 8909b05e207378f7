"""The cast of a sales call: who speaks in each state, and the work of our systems."""

from agents.booking.effects import book, hold, hold_ran_out
from agents.sales.asking import Disqualified, Intro, Parting, Qualification
from agents.sales.clerks import SalesCallbackClerk, SalesDesk, SalesFarewell, SalesOffer, SalesWaiting
from agents.sales.demo import DemoBooked, DemoHeld, DemoTimes, Executive
from agents.sales.effects import assess, follow_up, never_call
from interlock.agents import COMMON_EFFECTS, Flow, waits
from machines.sales import Sales, SalesFacts

SALES = Flow(
    name="sales",
    title="Sales",
    summary="Four questions, a demo booked, and an account executive; or a follow-up, and never for who wants none.",
    disclosure="You are speaking with the sales team's automated assistant.",
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
        **dict.fromkeys(
            ("assessing", "holding", "reserving", "following_up"),
            waits("SalesClerk", "One moment, please.", base=SalesDesk),
        ),
        "listing": waits("ListingClerk", "I am sorry that we disturbed you. One moment."),
        "offer": SalesOffer,
        "person": SalesWaiting,
        "booking": SalesCallbackClerk,
        "closed": SalesFarewell,
    },
    effects={
        "assessing": assess,
        "holding": hold,
        "reserving": book,
        "following_up": follow_up,
        "listing": never_call,
        **COMMON_EFFECTS,
    },
    deadlines={"held_until": hold_ran_out},
)

"""Who speaks in a sales call from the demo on."""

from typing import Annotated, ClassVar

from agents.booking.calendar_desks import PickingDesk
from agents.booking.desks import BookingDesk, FreeTimes, TimeHeld
from agents.booking.times import day_and_time, spelled
from agents.sales.clerks import SalesDesk
from agents.sales.systems import SalesSystems
from interlock.agents import Slot, data_tool, proposes
from interlock.guards import money
from machines.sales import SalesFacts

MEET = "Shall I put you through to an account executive?"


class DemoTimes(SalesDesk, BookingDesk, PickingDesk):
    """Finds a time for the demo and has it held."""

    facts: SalesFacts
    systems: SalesSystems

    INSTRUCTIONS = """
A demo suits the caller. Look up the day and time they want, say what is free, and hold the time they pick; only a time
the look-up named can be held. Give days and times to tools as the caller said them. Nothing is booked yet.
"""
    SORRY: ClassVar = {
        **FreeTimes.SORRY,
        **dict.fromkeys(("lead_noted", "lead_unnoted"), "That fits. A demo takes half an hour. "),
    }
    OPENINGS: ClassVar = SORRY


class DemoHeld(SalesDesk, TimeHeld):
    """Keeps a time while the caller decides."""

    facts: SalesFacts
    systems: SalesSystems

    NEXT = "Shall I book the demo?"

    def booked(self) -> str:
        """What is booked, for a caller who comes back here later."""
        return booked_demo(self)


class DemoBooked(SalesDesk):
    """Says when the demo is, and puts the caller through."""

    INSTRUCTIONS = """
The demo is booked. Say when it is, and its code digit by digit; ask whether to put the caller through to an account
executive, who knows the prices. Another time a colleague arranges. If they want neither, say goodbye.
"""

    def opening(self) -> str:
        """What our calendar says is booked."""
        return f"{booked_demo(self)} {MEET}"

    @data_tool("what was the code again", "when is the demo again", "can you repeat the code")
    async def say_booking(self) -> str:
        """Say again when the demo is, and its code."""
        return self.opening()

    @proposes("yes, put me through", "I would like to talk to an account executive", "what does it cost", "yes please")
    def meet_executive(self) -> None:
        """Put the caller through to an account executive, when they say yes or ask for prices."""


class Executive(SalesDesk):
    """Talks about prices."""

    VOICE = "executive"
    HOW_MANY: ClassVar[str] = "For how many people would it be?"

    INSTRUCTIONS = """
You are an account executive: competent and relaxed. Look a price up before you name it, and conclude nothing on this
call: the demo comes first. Offer a colleague for what the price list does not have.
"""
    OPENING = f"The account executive, hello. {HOW_MANY}"

    @data_tool("for twenty people", "what does it cost for us", "we are a team of eight", "and for fifty people")
    async def price(self, people: Annotated[int, Slot("how many people", ask=HOW_MANY, kind="count")]) -> str:
        """Look up what so many people cost in a month."""
        cents = await self.systems.prices.a_month(people)
        if cents is None:
            return "For that many a colleague makes you an offer. Shall I have somebody call you back?"
        return f"For {people} people it is {money(cents)} a month. Is there anything else you would like to know?"


def booked_demo(desk: SalesDesk) -> str:
    """When the demo is, and the code that goes with it; or that it was given up meanwhile."""
    if (slot := desk.facts.booked_slot) is None:
        return "No demo is booked any more."
    at, code = day_and_time(desk.call, slot), spelled(desk.facts.booked_code or "")
    return f"Your demo is booked for {at}. Its code is {code}."

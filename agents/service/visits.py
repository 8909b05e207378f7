"""Who speaks in a service call once there is a diagnosis: the visit, its confirmation, and while our systems work."""

from typing import Annotated, ClassVar

from agents.booking.calendar_desks import for_whom
from agents.service.noting import NotingDesk, ServiceDesk
from agents.service.words import price, window, windows
from guards.repairs import picked, window_free
from interlock.agents import CallerDesk, Consent, IsoTime, Slot, WaitingDesk, data_tool, proposes
from machines.service import NO_WARRANTY

NONE_FREE = "We have nobody free this week. Shall I have a colleague call you back?"
WHICH_TIME = "Which day and time suit you?"
MOST_SAID = 4


class VisitDesk(ServiceDesk, CallerDesk):
    """Says what it seems to be and what it costs, and books the visit."""

    INSTRUCTIONS = """
Say what our service system found: the likely cause, the price, and the next free visit; ask whether to book it. When
the caller wants another day or time, pick that first: only free visits can be booked. The price stands: promise no
other. Booking needs a number to reach the caller on.
"""
    OPENINGS: ClassVar = {"visit_refused": "I am sorry, I could not book that, so nothing is booked."}

    def opening(self) -> str:
        """The diagnosis when it is new, what went wrong, or what was booked meanwhile; and the visit to decide on."""
        known = self.facts
        if known.quote_id is None:
            return f"{known.order_words} Is there anything else?"
        return f"{self.OPENINGS.get(self.event, self.found())} {self.question()}"

    def found(self) -> str:
        """What it seems to be, and what the visit costs."""
        known = self.facts
        given = known.warranty_number not in (None, NO_WARRANTY)
        return f"{known.diagnosis_words} {price(known.price_cents or 0, number_given=given)}"

    def question(self) -> str:
        """The visit that would be booked now."""
        known = self.facts
        if not known.free_windows:
            return NONE_FREE
        begins = picked(known)
        return f"We can come on {window(begins)}. Shall I book that visit?" if begins else window_free.say

    @data_tool(
        "on Wednesday in the morning, please",
        "tomorrow afternoon would be better",
        "rather Thursday at two",
        "do you have something on Friday",
        "can you come on Tuesday",
        leads_on=True,
    )
    async def pick_visit(
        self,
        time: Annotated[
            IsoTime, Slot("day and time; a day alone at 00:00", ask=WHICH_TIME, kind="datetime", on_our_clock=True)
        ],
    ) -> str:
        """Pick the visit at the day and time the caller wants, when it is not the one just named."""
        await self.call.claim(wanted_time=time)
        return self.question()

    @data_tool(
        "when else can you come",
        "no, that does not suit me",
        "another day, please",
        "which other times do you have",
    )
    async def say_visits(self) -> str:
        """Say which visits are free next."""
        free = self.facts.free_windows[:MOST_SAID]
        return f"We can come {windows(free)}, or later. {WHICH_TIME}" if free else NONE_FREE

    @data_tool("what does it cost", "is that under warranty", "how much is it", "what is wrong with it")
    async def say_price(self) -> str:
        """Say again what it seems to be and what the visit costs."""
        return f"{self.found()} {self.question()}"

    @proposes(
        "yes, please book it",
        "yes, book that visit",
        "that suits me",
        "my number is 030 1234567",
        consent=Consent("offer", acts=("book", "take it", "send somebody")),
    )
    def book_visit(self) -> None:
        """Book the visit just named, when the caller said yes to it."""

    def ask_book_visit(self) -> str:
        """Which visit would be booked."""
        return f"{for_whom(self.facts)} {self.question()}".strip() if picked(self.facts) else ""

    @proposes(
        "it is another appliance",
        "the postcode was wrong",
        "I found the warranty number",
        "it is something else that is broken",
        "I need a repair for something else",
    )
    def change_details(self) -> None:
        """Go back, when what was noted is wrong: what is then diagnosed anew has a price of its own."""


class Confirmation(NotingDesk):
    """Says what is booked."""

    INSTRUCTIONS = """
The visit is booked: say when, at what price, and the number of the work order. The technician rings before. Ask whether
anything else needs a repair; if so, note what they say and gather the rest. What is booked, a colleague can change.
"""

    NEXT = "Shall we go on with that repair?"

    def opening(self) -> str:
        """What the service system booked."""
        return f"{self.facts.order_words} Is there anything else?"

    def question(self) -> str:
        """Whether to go on: the rest is asked for there."""
        return self.NEXT

    @data_tool("when was it again", "what was the number again", "which order number do I have", "what does it cost")
    async def say_order(self) -> str:
        """Say again what is booked."""
        return self.opening()

    @proposes(
        "yes, go on with that repair",
        "yes, my fridge is broken as well",
        "something is wrong with my washing machine too",
        "my dryer makes a terrible noise",
        "I need another repair",
    )
    def gather(self) -> None:
        """Gather what a specialist needs for another repair."""


class ServiceWaiting(ServiceDesk, WaitingDesk):
    """Stands in for the person until they call back, also when a visit may have been booked."""

    OPENINGS: ClassVar = {
        **WaitingDesk.OPENINGS,
        "visit_unconfirmed": (
            "I could not confirm the visit, so a colleague will look into it. Which number may we call you back on?"
        ),
    }

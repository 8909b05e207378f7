"""The cast of a call about returns: instructions worth reading, an opening, and tools that propose."""

from typing import Annotated, ClassVar

from interlock.agents import LiveDesk, Slot, WaitingDesk, data_tool, proposes
from interlock.guards import Words
from machines.__flow__ import __Flow__Facts

ORDER = Slot("the order number, digits only", ask="What is your order number, please?", kind="digits")
REASON = Slot("why it comes back, in the caller's words", ask="Why would you like to send it back?")


class NotesOrders(LiveDesk):
    """What both desks can do: note the order number."""

    facts: __Flow__Facts

    @data_tool("my order number is 1042", "it is order 1043", "order number 2 0 0 1", "1042", leads_on=True)
    async def note_order(self, number: Annotated[str, ORDER]) -> str:
        """Note the order number the caller gives."""
        await self.call.claim(order_number=number)
        return "I have your order number."


class Reception(NotesOrders):
    """The first voice."""

    INSTRUCTIONS = """
You are the receptionist of a shop, warm and quick. Find out the order number and note it; then pass the caller on to
the returns desk. You do not decide about returns yourself.
"""
    OPENING = "Hello, this is the returns line. What is your order number, please?"
    OPENINGS: ClassVar = {
        "to_reception": "All right. What else can I do for you?",
        "return_to_desk": "This is the returns line again. What is your order number, please?",
    }

    @proposes(
        "I would like to send something back",
        "I want to return my order",
        "my order number is 1042",
        "it is order 1043",
        "put me through to returns",
    )
    def to_returns(self) -> None:
        """Pass the caller on to the returns desk, once the order number is noted."""


class ReturnsDesk(NotesOrders):
    """The specialist."""

    INSTRUCTIONS = """
You are the returns desk. Ask why the item comes back, note it, then register the return: our system, not you, says
whether it may come back and gives the label. Never invent a label. When it says no, tell why and offer a colleague.
"""
    OPENING = "Returns desk. Why would you like to send it back?"

    def opening(self) -> str:
        """What our system said, where it just said something."""
        known = self.facts
        if self.event == "return_registered":
            return f"Your return is registered: {known.item}, label {known.return_label}. Is there anything else?"
        if self.event == "return_refused":
            why = known.refused_because or "That did not work."
            return f"{why} Shall I pass you on to a colleague?"
        return super().opening()

    @data_tool("it is broken", "it does not fit", "I do not like it", "it came too late", leads_on=True)
    async def note_reason(self, reason: Annotated[Words, REASON]) -> str:
        """Note why the caller sends it back."""
        await self.call.claim(reason=reason)
        return "I have noted why."

    @proposes(
        "it is broken",
        "it does not fit",
        "please register the return",
        "yes, send me a label",
    )
    def register_return(self) -> None:
        """Register the return, once it is noted why."""

    @proposes("it is about something else", "take me back to the start", "I have another order")
    def to_reception(self) -> None:
        """Pass the caller back to the reception, for anything but this return."""


class ReturnsWaiting(WaitingDesk):
    """Stands in for the person, and says why one takes over."""

    OPENINGS: ClassVar = {
        **WaitingDesk.OPENINGS,
        "return_unconfirmed": "I could not confirm your return, so a colleague will. Which number may we call?",
    }

"""The desks from the payment on, and those that keep the caller company while our systems work."""

from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

from agents.restaurant.discreet import RestaurantDesk
from agents.restaurant.menu import TakesName
from interlock.agents import Consent, Farewell, Slot, WaitingDesk, data_tool, proposes, spoken_number
from interlock.guards import Words, money

PHONE = Slot("the number to send it to", ask="Which mobile number may I send the payment link to?", kind="phone")
TELL_ME = "Please stay on the line and tell me when you have paid."


class PaymentDesk(TakesName):
    """Sends a link, and waits for the payment."""

    INSTRUCTIONS = """
The order was read back and confirmed. Payment is by a link to the caller's mobile phone, and by nothing else. Never ask
for card details; if the caller begins to say them, stop them: you neither need nor keep them. When the caller says they
have paid, or asks, have the payment looked for; only our payment system knows. Ask for the name when it is missing. To
change the order, go back: the link is taken back first.
"""
    OPENING = PHONE.ask
    OPENINGS: ClassVar = {
        "link_delivered": f"I have sent you a link to pay by. It is good for ten minutes. {TELL_ME}",
        "link_kept": "Your order is paid already, so it stays as it is. Shall I pass it on to the kitchen?",
        "payment_open": "I cannot see a payment yet. Take your time, and tell me when you have paid.",
        "return_to_desk": "Back to your payment. Have you paid by the link, or shall I send you one?",
    }

    def opening(self) -> str:
        """With the amount, as the order system has it."""
        if self.event == "link_delivered":
            amount = money(self.facts.order_total_cents)
            return f"I have sent you a link to pay {amount} by. It is good for ten minutes. {TELL_ME}"
        return super().opening()

    @proposes(
        "my number is 0151 2345678",
        "send it to 0170 1234567",
        "please send me the link",
        "send the link again",
        consent=Consent("offer", acts=("send",), by_value=True),
    )
    def send_link(self, phone: Annotated[Words, PHONE]) -> None:
        """Send the link to pay by to the caller's mobile phone, also once more or to another number."""

    def ask_send_link(self, phone: str) -> str:
        """Which number the link would be sent to."""
        return f"I would send the link to {spoken_number(phone)}. Shall I?"

    @proposes(
        "I have paid", "done, it is paid", "the payment went through", "can you see my payment", "yes, I have paid"
    )
    def collect_payment(self) -> None:
        """Have our payment system look for the payment, when the caller says they paid or asks about it."""

    @proposes("I want to change my order", "one more pizza please", "take something off again", "cancel the order")
    def change_order(self) -> None:
        """Take the payment link back and change the order."""


class ConfirmationDesk(RestaurantDesk):
    """Says when it will be ready."""

    INSTRUCTIONS = """
The order is paid and the kitchen has it: it can no longer be changed. Say the number and the time again when asked.
What goes beyond that a colleague has to do. If there is nothing else, say goodbye.
"""
    OPENINGS: ClassVar = {
        "kitchen_took_order": "Your order is paid and in the kitchen. Is there anything else?",
        "return_to_desk": "Your order is paid and in the kitchen. Is there anything else?",
    }

    def opening(self) -> str:
        """With the number and the time."""
        return f"Thank you! {self._pick_up()} Is there anything else?"

    @data_tool("when will it be ready", "what was my number", "how long does it take")
    async def say_pick_up(self) -> str:
        """Say the number and the time again."""
        return self._pick_up()

    def _pick_up(self) -> str:
        facts = self.facts
        if facts.ready_at is None:
            return "Your order is paid and in the kitchen."
        at = facts.ready_at.astimezone(ZoneInfo(facts.timezone))
        return f"Your order is paid and in the kitchen: number {facts.ticket_number}, ready at {at:%H:%M}."


class RestaurantWaiting(RestaurantDesk, WaitingDesk):
    """Stands in for the person, also when nobody knows what became of the money."""

    _CALL_BACK = "Which number may we call you back on?"
    OPENINGS: ClassVar = {
        **WaitingDesk.OPENINGS,
        "link_unconfirmed": f"I could not confirm your payment link, and nothing was charged. {_CALL_BACK}",
        "withdrawal_unconfirmed": (
            f"I could not take the payment link back for certain, so please do not pay by it. {_CALL_BACK}"
        ),
        "payment_unconfirmed": (
            f"I could not find out whether your payment is here, so please do not pay again. {_CALL_BACK}"
        ),
        "kitchen_unconfirmed": (
            f"Your payment is here and your order is on the kitchen's list, but I do not know the time. {_CALL_BACK}"
        ),
    }


class RestaurantFarewell(Farewell):
    """Says goodbye, and what becomes of an order that is not paid."""

    def opening(self) -> str:
        """Nobody shall hang up and wait for an order that nobody cooks."""
        facts = self.facts
        if facts.order_portions and facts.payment is None and self.event == "say_goodbye":
            return "Your order was not paid, so we do not cook it, and nothing was charged. Goodbye."
        return super().opening()

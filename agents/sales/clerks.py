"""Who speaks in any sales call: "never call me again" is heard wherever the caller says it, at work and at the end."""

from typing import Annotated, ClassVar

from agents.sales.systems import SalesSystems
from guards.leads import number_to_list
from interlock.agents import BookingClerk, Farewell, LiveDesk, PersonOffer, Slot, WaitingDesk, proposes
from interlock.guards import Words
from machines.sales import SalesFacts


class SalesDesk(LiveDesk):
    """A desk that hears when somebody does not want to be called again."""

    facts: SalesFacts
    systems: SalesSystems

    # No phrase has a "no" or a "not": a bare "no" to "shall we call you back?" must never be taken for this.
    @proposes(
        "please stop calling me any more",
        "I want you to stop calling me",
        "take me off your list",
        "I forbid you to call me again",
        "this is the last time I want to hear from you again",
    )
    def do_not_call(
        self,
        phone: Annotated[
            Words | None,
            Slot("the number, where the caller names one", ask=number_to_list.say, kind="phone"),
        ] = None,
    ) -> None:
        """Put the caller on our do-not-call list and end the call, as soon as they ask not to be called again."""


class SalesCallbackClerk(SalesDesk, BookingClerk):
    """Keeps the caller company while the callback is booked."""


class SalesOffer(SalesDesk, PersonOffer):
    """Offers a person when a call goes in circles."""


class SalesWaiting(SalesDesk, WaitingDesk):
    """Stands in for the person until they call back: also for the account executive out of hours."""

    ASK_NUMBER: ClassVar[str] = "Which number may we call you back on?"
    OPENINGS: ClassVar = {
        **WaitingDesk.OPENINGS,
        "callback_failed": "That hour is full, or we must not call that number. Which other day and time suit you?",
        "meet_executive": f"Our account executives are here on weekdays from nine to six. {ASK_NUMBER}",
        "change_unconfirmed": f"I could not confirm your demo, so a colleague will look into it. {ASK_NUMBER}",
        "follow_up_unconfirmed": f"I could not note that just now, so a colleague will see to it. {ASK_NUMBER}",
        "listing_unconfirmed": "I am sorry, I could not confirm that. Shall I try again to take you off our list?",
    }


class SalesFarewell(Farewell):
    """Says goodbye, to some for good."""

    OPENINGS: ClassVar = {
        **Farewell.OPENINGS,
        "number_listed": "You are on our do-not-call list, and we will not call you again. Goodbye.",
    }

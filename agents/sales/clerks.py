"""Who speaks in any sales call: "never call me again" is heard wherever the caller says it, at work and at the end."""

from typing import ClassVar

from agents.sales.systems import SalesSystems
from interlock.agents import BookingClerk, Consent, Farewell, LiveDesk, PersonOffer, WaitingDesk, proposes
from interlock.guards import is_somebodys
from machines.sales import SalesFacts

_CALL, _CALLING = ("call", "phone", "ring", "contact"), ("calling", "phoning", "ringing", "contacting")
NEVER_AGAIN = (
    *(f"stop {calling}" for calling in _CALLING),
    *(
        f"{never} {call} {whom}"
        for never in ("never", "never ever", "not", "not ever")
        for call in _CALL
        for whom in ("me", "us", "again", "here")
    ),
    *(
        f"{who} do not want {what}"
        for who in ("i", "we")
        for what in ("you to call", "to be called", "calls", "any calls", "any more calls", "your calls")
    ),
    *(f"i forbid you to {call}" for call in _CALL),
    *(f"{take} {what} {off}" for take, off in (("take", "off"), ("remove", "from")) for what in ("me", "us")),
    "take my number off",
    "remove my number",
    "no more calls",
    "put me on your do not call list",
    "put me on the do not call list",
)
"""In what words people ask not to be called again: who says so plainly is asked nothing more."""


class SalesDesk(LiveDesk):
    """A desk that hears when somebody does not want to be called again."""

    facts: SalesFacts
    systems: SalesSystems

    # No phrase has a "no" or a "not": for a bare "no" to "shall we call you back?" a model is not to propose this.
    @proposes(
        "please stop calling me any more",
        "I want you to stop calling me",
        "take me off your list",
        "I forbid you to call me again",
        "this is the last time I want to hear from you again",
        consent=Consent("offer", acts=NEVER_AGAIN, stops=True),
    )
    def do_not_call(self) -> None:
        """Put the number they call from on our do-not-call list and end the call, when they want no more calls."""

    def ask_do_not_call(self) -> str:
        """Which number would be listed: the one they call from, and no other they may have named."""
        if is_somebodys(self.facts.caller_phone):
            return "Shall I put the number you are calling from on our do-not-call list?"
        return "Shall I call off every call that was arranged in this conversation?"


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
        "calls_called_off": (
            "Every call that was arranged in this conversation is called off. I do not see a whole number that you are"
            " calling from; to have yours on our do-not-call list, please call us from it. Goodbye."
        ),
    }

"""Who puts callers through: the router, who stands in meanwhile, and the desk that asks whether that was all."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from interlock.agents import LiveDesk, PersonOffer, Slot, data_tool, proposes
from machines.routing import DeskName, RoutingFacts

WHICH: Mapping[str, tuple[str, ...]] = {
    "technical": ("it does not work", "no internet connection", "the device is broken", "technical support"),
    "billing": ("I was charged twice", "my invoice is wrong", "about a bill", "a payment", "the billing desk"),
    "sales": ("I want to buy something", "a new plan", "what does it cost", "an offer", "the sales desk"),
    "general": ("a general question", "opening hours", "where are you", "your address", "general questions"),
}
ASK_WHICH = "Is it about something technical, a bill, buying something, or a general question?"
CATEGORY = Slot("what the issue is about", ask=ASK_WHICH, kind="choice", choices=WHICH)
DETAILS = Slot("the issue in the caller's own words", ask="What happened?")
NOT_THROUGH = "I am sorry, I could not put you through just now."


ELSEWHERE = (
    "my router does not connect to the internet",
    "I was charged twice",
    "I would like to buy a new plan",
    "what are your opening hours",
    "put me through to the billing desk",
    "this is really a technical problem",
)


class PassingDesk(LiveDesk):
    """A desk that can put the caller through to any other."""

    @proposes(*ELSEWHERE)
    def transfer(
        self, desk: Annotated[DeskName, Slot("who can help", ask=ASK_WHICH, kind="choice", choices=WHICH)]
    ) -> None:
        """Put the caller through to the desk that can help with what they need."""


class Router(PassingDesk):
    """The first voice: finds out who can help."""

    INSTRUCTIONS = """
You are the switchboard, quick and kind. Find out in one or two questions what the call is about, note it, and put the
caller through: technical for what does not work, billing for invoices and payments, sales for buying and prices,
general for everything else. You do not solve anything yourself.
"""
    OPENING = "Hello, this is the switchboard. What can we help you with?"
    OPENINGS: ClassVar = {
        "not_connected": f"{NOT_THROUGH} {ASK_WHICH}",
        "return_to_desk": f"This is the switchboard again. {ASK_WHICH}",
        "connected_back": f"You are through to the switchboard again. {ASK_WHICH}",
    }

    @data_tool(
        "my router does not connect to the internet",
        "I was charged twice",
        "I would like to buy a new plan",
        "what are your opening hours",
        "put me through to the billing desk",
        leads_on=True,
    )
    async def note_issue(
        self, category: Annotated[DeskName, CATEGORY], details: Annotated[str | None, DETAILS] = None
    ) -> str:
        """Note what the call is about, as soon as the caller said it."""
        claims = {"issue_category": category} | ({"issue_details": details} if details else {})
        await self.call.claim(**claims)
        return "Noted. Shall I put you through?"


class RouterAgain(Router):
    """The switchboard, when a desk gave the caller back."""

    OPENING = "This is the switchboard again. Who can help you?"
    OPENINGS: ClassVar = {"not_connected": f"{NOT_THROUGH} {ASK_WHICH}"}

    @proposes("take me back to the desk I was at", "back to where I was before", "return me to the person I spoke to")
    def go_back(self) -> None:
        """Put the caller back through to the desk they were at last, when they ask for it."""


def next_issue(now: RoutingFacts, category: DeskName) -> Mapping[str, Any]:
    """What is known once another issue begins: about the same thing it is the same issue, and its transfers count on.

    Whether an issue is another one a model says; what it is about can only be one of our desks' matters. So a caller
    is put through twice for each of them at most, whatever is said to be solved.
    """
    before = {its[0]: its[1:] for its in now.issues}
    if now.issue_category is not None:
        before[now.issue_category] = (now.issue_number, now.transfers)
    fresh = (1 + max((number for number, _ in before.values()), default=now.issue_number), 0)
    number, transfers = before.get(category, fresh)
    issues = tuple((its, *counts) for its, counts in sorted(before.items()))
    return {"issue_number": number, "transfers": transfers, "issues": issues}


class SolvedDesk(PassingDesk):
    """Asks whether that was all; only here does another issue begin."""

    INSTRUCTIONS = """
The issue is solved; what is noted about it is done with. Ask whether there is anything else. If there is, note the next
issue first, then put the caller through. If the old one is not solved after all, reopen it. If nothing, say goodbye.
"""
    OPENING = "I am glad that is solved. Is there anything else?"
    OPENINGS: ClassVar = {"not_connected": f"{NOT_THROUGH} Is there anything else?"}

    @data_tool(
        "yes, I was also charged twice",
        "yes, and now my phone is dead",
        "one more thing, my router does not work",
        "I would also like to buy a new plan",
        "another question, what are your opening hours",
        leads_on=True,
    )
    async def note_next_issue(
        self, category: Annotated[DeskName, CATEGORY], details: Annotated[str | None, DETAILS] = None
    ) -> str:
        """Note what else the caller needs, now that the first issue is solved."""
        await self.call.learn(lambda now: next_issue(now, category))
        await self.call.claim(issue_category=category, issue_details=details)
        return "Noted. Shall I put you through?"

    @proposes("no, it still does not work", "it is not solved after all", "wait, that did not help", "go back to that")
    def reopen(self) -> None:
        """Go back to the desk the caller was at, when the issue is not solved after all."""


class CircleOffer(PersonOffer):
    """Offers a person instead of a third transfer."""

    CIRCLING = "I do not want to send you round in circles. Shall I have a colleague call you back?"
    OPENINGS: ClassVar = dict.fromkeys(("transfer", "go_back", "put_through_twice"), CIRCLING)

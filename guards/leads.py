"""When a lead gets a demo, who may be followed up, and when our account executive is there."""

from datetime import datetime
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from interlock.guards import (
    CLOSES,
    LAST_WEEKDAY,
    OPENS,
    Proposal,
    guard,
    mark_given,
    says_something,
)

Authority = Literal["decides", "shares", "none"]
Timeline = Literal["now", "this_year", "no_plan"]

LEAST_BUDGET_CENTS = 5_000_00
"""A year; our smallest contract."""


class Lead(Protocol):
    @property
    def need(self) -> str | None: ...
    @property
    def budget_cents(self) -> int | None: ...
    @property
    def authority(self) -> Authority | None: ...
    @property
    def timeline(self) -> Timeline | None: ...
    @property
    def listed(self) -> bool | None: ...
    @property
    def now(self) -> datetime | None: ...
    @property
    def timezone(self) -> str: ...


@guard("Ask what they need first, and note it.", say="What are you looking for?")
def need_stated(facts: Lead, proposal: Proposal) -> bool:
    """The caller said what they need."""
    return says_something(facts.need)


@guard("Ask for the budget of a year first, and note it.", say="What is your budget for a year?")
def budget_stated(facts: Lead, proposal: Proposal) -> bool:
    """The caller said what they can spend."""
    return facts.budget_cents is not None


@guard("Ask who decides about it first, and note it.", say="Do you decide about this yourself?")
def authority_stated(facts: Lead, proposal: Proposal) -> bool:
    """The caller said who decides."""
    return facts.authority is not None


@guard("Ask when they would like to start first, and note it.", say="When would you like to start?")
def timeline_stated(facts: Lead, proposal: Proposal) -> bool:
    """The caller said when they would like to start."""
    return facts.timeline is not None


@guard("This is no fit at present: say so kindly.", say="I am afraid we are not the right fit at present.")
def nothing_rules_it_out(facts: Lead, proposal: Proposal) -> bool:
    """Nothing that the caller said rules a demo out."""
    enough = facts.budget_cents is None or facts.budget_cents >= LEAST_BUDGET_CENTS
    return enough and facts.authority != "none" and facts.timeline != "no_plan"


@guard(
    "The caller may be on our do-not-call list: offer no follow-up.", say="Then we will not call you. Anything else?"
)
def not_on_the_list(facts: Lead, proposal: Proposal) -> bool:
    """Our do-not-call list was read, and the caller is not on it."""
    return facts.listed is False


@guard(
    "Nobody said when to call again: ask whether in three, six or twelve months.",
    say="In three, six or twelve months?",
)
def months_heard(facts: Lead, proposal: Proposal) -> bool:
    """The caller said when to call again."""
    return mark_given(proposal, "months") != "unheard"


@guard(
    "Our account executives are there Monday to Friday from 9 to 18: offer a callback.", say="Shall we call you back?"
)
def executive_on_duty(facts: Lead, proposal: Proposal) -> bool:
    """Our account executives are at work now."""
    if facts.now is None:
        return False
    here = facts.now.astimezone(ZoneInfo(facts.timezone))
    return here.weekday() <= LAST_WEEKDAY and OPENS <= here.time() < CLOSES

"""When a repair may be passed to a specialist, looked into, and arranged."""

from datetime import datetime, timedelta
from typing import Any, Protocol

from interlock.guards import Proposal, agreed, consent_of, guard

WINDOW = timedelta(hours=4)
FIRST_HOUR = 8
"""No window begins earlier: a time before that hour stands for the whole day."""
POSTCODE_DIGITS = 5


class Repair(Protocol):
    @property
    def appliance(self) -> str | None: ...
    @property
    def fault(self) -> str | None: ...
    @property
    def postcode(self) -> str | None: ...
    @property
    def warranty_number(self) -> str | None: ...
    @property
    def dispatched_for(self) -> tuple[str, ...] | None: ...
    @property
    def quote_id(self) -> int | None: ...
    @property
    def free_windows(self) -> tuple[str, ...]: ...
    @property
    def wanted_time(self) -> str | None: ...
    @property
    def last_order(self) -> str | None: ...


def where_and_what(facts: Any) -> tuple[str, str]:
    """What dispatch goes by: the appliance, and where it is."""
    return facts.appliance or "", facts.postcode or ""


def picked(facts: Any) -> str | None:
    """When the free visit begins that the caller picked, the next one when they picked none; None when it is taken."""
    if facts.wanted_time is None:
        return next(iter(facts.free_windows), None)
    wanted = datetime.fromisoformat(facts.wanted_time).replace(tzinfo=None)
    return next((its for its in facts.free_windows if _is_meant(datetime.fromisoformat(its), wanted)), None)


@guard("Ask which appliance it is first, and note it.", say="Which appliance is it, and what is wrong with it?")
def appliance_known(facts: Repair, proposal: Proposal) -> bool:
    """The caller said which appliance it is."""
    return facts.appliance is not None


@guard("Ask what is wrong with the appliance, and note it.", say="What is wrong with it?")
def fault_known(facts: Repair, proposal: Proposal) -> bool:
    """The caller said what is wrong with it."""
    return facts.fault is not None


@guard("Ask for the postcode, five digits, and note it.", say="What is your postcode?")
def postcode_known(facts: Repair, proposal: Proposal) -> bool:
    """The caller gave a postcode of five digits."""
    return len(facts.postcode or "") == POSTCODE_DIGITS


@guard("Ask whether there is a warranty: note its number, or that there is none.", say="Is it still under warranty?")
def warranty_settled(facts: Repair, proposal: Proposal) -> bool:
    """The caller gave the number of a warranty, or said there is none."""
    return bool(facts.warranty_number)


@guard(
    "Appliance or postcode changed since you were found for it: change the details, so that dispatch looks anew.",
    say="For that I have to find the right specialist anew. Shall I?",
)
def specialist_found_for_it(facts: Repair, proposal: Proposal) -> bool:
    """Our dispatch found the specialist for this very appliance and postcode."""
    return facts.dispatched_for == where_and_what(facts)


@guard("Ask whether they smell gas, and wait for their answer.", say="Do you smell gas?")
def gas_question_answered(facts: Repair, proposal: Proposal) -> bool:
    """The caller was asked whether they smell gas, and said something to that."""
    return consent_of(proposal) not in ("unasked", "changed", "attention", "early")


@guard(
    "The caller smells gas: they have to leave the house.",
    say="Please leave the house, and call 112 from outside.",
    implies=(agreed, gas_question_answered),
)
def no_gas_smell(facts: Repair, proposal: Proposal) -> bool:
    """The caller was asked, and smells no gas: they said a plain no to that, and nothing else."""
    if "consent" not in proposal.args and "smell" in proposal.args:  # as on record from before
        return proposal.args["smell"] is False
    return bool(consent_of(proposal) == "agreed")


@guard(
    "No price is established: the specialist has to look into it first.",
    say="Our specialist has to look into that first. Shall I have a colleague call you back?",
)
def quote_stands(facts: Repair, proposal: Proposal) -> bool:
    """The service system gave a diagnosis and a price."""
    return facts.quote_id is not None


@guard(
    "That time is not free: name the free ones, and book only one of those.",
    say="We have nobody free at that time. Which day and time suit you?",
)
def window_free(facts: Repair, proposal: Proposal) -> bool:
    """The service system found that time free."""
    return picked(facts) is not None


@guard(
    "An earlier order is not confirmed, so another could send two technicians: offer to pass the caller on.",
    say="Your visit is not confirmed yet, and a colleague has to look into it. Shall I pass you on?",
)
def no_order_unconfirmed(facts: Repair, proposal: Proposal) -> bool:
    """No earlier order of this call is unconfirmed."""
    return facts.last_order != "unconfirmed"


def _is_meant(begins: datetime, wanted: datetime) -> bool:
    whole_day = wanted.hour < FIRST_HOUR and begins.date() == wanted.date()
    return whole_day or begins <= wanted < begins + WINDOW

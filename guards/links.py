"""When a link to pay may be sent, and when there is one to pay by."""

from typing import Protocol

from interlock.guards import Proposal, can_be_dialled, costs_the_caller, guard, mark_given


class Link(Protocol):
    @property
    def link_sent(self) -> bool: ...


@guard("Ask for the mobile number the link goes to.", say="Which mobile number may I send the payment link to?")
def link_number_given(facts: Link, proposal: Proposal) -> bool:
    """There is one whole number to send the link to."""
    phone = proposal.args.get("phone")
    return can_be_dialled(phone) and not costs_the_caller(phone)


@guard(
    "Nobody said that number: ask for the mobile number, and give it as the caller says it.",
    say="Which mobile number may I send the payment link to?",
)
def link_number_heard(facts: Link, proposal: Proposal) -> bool:
    """The caller said the number the link goes to, or calls from it."""
    return mark_given(proposal, "phone") != "unheard"


@guard(
    "No payment link was sent yet: ask for the mobile number and send it.",
    say="Which mobile number may I send the payment link to?",
)
def link_sent(facts: Link, proposal: Proposal) -> bool:
    """A link to pay by was sent."""
    return facts.link_sent

"""When a link to pay may be sent, and when there is one to pay by."""

import re
from typing import Protocol

from interlock.guards import Proposal, guard

FEWEST_DIGITS, MOST_DIGITS = 7, 15


class Link(Protocol):
    @property
    def link_sent(self) -> bool: ...


@guard("Ask for the mobile number the link goes to.", say="Which mobile number may I send the payment link to?")
def link_number_given(facts: Link, proposal: Proposal) -> bool:
    """The caller gave a number to send the link to."""
    digits = re.findall(r"[0-9]", proposal.args.get("phone") or "")
    return FEWEST_DIGITS <= len(digits) <= MOST_DIGITS


@guard(
    "No payment link was sent yet: ask for the mobile number and send it.",
    say="Which mobile number may I send the payment link to?",
)
def link_sent(facts: Link, proposal: Proposal) -> bool:
    """A link to pay by was sent."""
    return facts.link_sent

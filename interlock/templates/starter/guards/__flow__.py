"""When a return may be registered."""

from typing import Protocol

from interlock.guards import Proposal, guard


class Return(Protocol):
    """What is read of the facts; any flow that has these may ask these guards."""

    @property
    def order_number(self) -> str | None: ...
    @property
    def reason(self) -> str | None: ...
    @property
    def return_label(self) -> str | None: ...


@guard("Ask for the order number first, and note it.", say="What is your order number, please?")
def order_given(facts: Return, proposal: Proposal) -> bool:
    """The caller gave an order number."""
    return facts.order_number is not None


@guard("Ask why it comes back first, and note it.", say="Why would you like to send it back?")
def reason_given(facts: Return, proposal: Proposal) -> bool:
    """The caller said why they send it back."""
    return facts.reason is not None


@guard("The return is registered already: tell the label again.", say="Your return is registered already.")
def not_registered_yet(facts: Return, proposal: Proposal) -> bool:
    """No return was registered in this call."""
    return facts.return_label is None

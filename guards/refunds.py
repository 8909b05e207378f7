"""When money may go back to a caller."""

from typing import Protocol

from guards.base import Proposal, guard

REFUND_LIMIT_CENTS = 50_00


class Order(Protocol):
    @property
    def order_found(self) -> bool: ...
    @property
    def order_paid_cents(self) -> int: ...


@guard("Look the order up first: ask for the order number.", say="What is your order number?")
def order_found(facts: Order, proposal: Proposal) -> bool:
    """The order was found."""
    return facts.order_found


@guard(
    "Refunds above 50 need a colleague: offer to pass the caller on.",
    say="A refund that large needs a colleague. Shall I have somebody call you back?",
)
def within_refund_limit(facts: Order, proposal: Proposal) -> bool:
    """The refund is 50 or less."""
    return bool(0 < proposal.args["amount_cents"] <= REFUND_LIMIT_CENTS)


@guard(
    "The refund is more than was paid for the order: name the amount that was paid.",
    say="That is more than was paid for the order. How much shall we pay back?",
)
def within_what_was_paid(facts: Order, proposal: Proposal) -> bool:
    """The refund is not more than what was paid for the order."""
    return bool(proposal.args["amount_cents"] <= facts.order_paid_cents)

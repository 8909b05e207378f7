"""When money may go back to a caller."""

from typing import Protocol

from interlock.guards import Proposal, guard, mark_given, money

REFUND_LIMIT_CENTS = 50_00


class Order(Protocol):
    @property
    def order_found(self) -> bool: ...
    @property
    def order_paid_cents(self) -> int: ...
    @property
    def order_refunded_cents(self) -> int: ...
    @property
    def last_refund(self) -> str | None: ...


@guard("Look the order up first: ask for the order number.", say="What is your order number?")
def order_found(facts: Order, proposal: Proposal) -> bool:
    """The order was found."""
    return facts.order_found


@guard(
    "An earlier refund is not confirmed, so another could pay twice: offer to pass the caller on to a colleague.",
    say="Your last refund is not confirmed yet, and a colleague has to look into it. Shall I pass you on?",
)
def no_refund_unconfirmed(facts: Order, proposal: Proposal) -> bool:
    """No earlier refund of this call is unconfirmed."""
    return facts.last_refund != "unconfirmed"


@guard("A refund is more than nothing: ask for the amount.", say="How much shall we pay back?")
def amount_above_zero(facts: Order, proposal: Proposal) -> bool:
    """The refund is more than nothing."""
    return bool(proposal.args["amount_cents"] > 0)


@guard(
    "Nobody said that amount, and it is not what was paid: ask how much to pay back.",
    say="How much shall we pay back?",
)
def amount_heard(facts: Order, proposal: Proposal) -> bool:
    """The caller named the amount, or it is what was paid."""
    return mark_given(proposal, "amount_cents") != "unheard"


@guard(
    f"Refunds above {money(REFUND_LIMIT_CENTS)} for one order need a colleague, in parts too: "
    "offer to pass the caller on.",
    say="A refund that large needs a colleague. Shall I have somebody call you back?",
)
def within_refund_limit(facts: Order, proposal: Proposal) -> bool:
    """The refund is 50 or less, with what was paid back for the order before."""
    return bool(facts.order_refunded_cents + proposal.args["amount_cents"] <= REFUND_LIMIT_CENTS)


@guard(
    "The refund is more than was paid for the order: name the amount that was paid.",
    say="That is more than was paid for the order. How much shall we pay back?",
)
def within_what_was_paid(facts: Order, proposal: Proposal) -> bool:
    """The refund is not more than what was paid for the order."""
    return bool(proposal.args["amount_cents"] <= facts.order_paid_cents)

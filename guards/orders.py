"""When an order may be paid for: as it was read back, with the allergies stated and nothing in it that harms."""

from typing import Protocol

from interlock.guards import Proposal, guard


class Ordered(Protocol):
    @property
    def order_portions(self) -> int: ...
    @property
    def order_revision(self) -> int: ...
    @property
    def read_back_revision(self) -> int: ...
    @property
    def allergens(self) -> tuple[str, ...] | None: ...
    @property
    def harmful(self) -> str: ...


@guard("Nothing is ordered yet: ask what they would like, and add it.", say="What would you like to order?")
def something_ordered(facts: Ordered, proposal: Proposal) -> bool:
    """At least one dish is ordered."""
    return facts.order_portions > 0


@guard(
    "Ask whether anybody who eats this has an allergy, and note the answer, also when it is no.",
    say="Does anybody who eats this have an allergy?",
)
def allergies_stated(facts: Ordered, proposal: Proposal) -> bool:
    """The caller said which allergies there are, or that there are none."""
    return facts.allergens is not None


@guard(
    "The order changed since it was read back, or was never read back: read it back first.",
    say="The order has changed, so let me read it back. Shall I?",
)
def read_back_is_current(facts: Ordered, proposal: Proposal) -> bool:
    """The order is exactly as it was read back."""
    return facts.order_revision > 0 and facts.read_back_revision == facts.order_revision


@guard(
    "Something ordered contains what the caller is allergic to: offer to change the order, or a colleague.",
    say="Something in this order contains what you cannot eat. What shall I change?",
)
def nothing_harmful(facts: Ordered, proposal: Proposal) -> bool:
    """Nothing ordered contains what the caller is allergic to."""
    return not facts.harmful

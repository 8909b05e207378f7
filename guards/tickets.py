"""When our own steps may be tried, and when a colleague has to hear of it."""

from typing import Literal, Protocol

from interlock.guards import Proposal, guard

Severity = Literal["low", "normal", "high", "critical"]


class Rated(Protocol):
    @property
    def severity(self) -> Severity | None: ...


@guard(
    "Ask how bad it is first, and note it.", say="How bad is it: can you still work, or is everybody at a standstill?"
)
def severity_known(facts: Rated, proposal: Proposal) -> bool:
    """The caller said how bad it is."""
    return facts.severity is not None


@guard(
    "This is critical: no more steps, a colleague has to hear of it at once.",
    say="This is urgent, so a colleague has to help. Shall I pass you on?",
)
def not_critical(facts: Rated, proposal: Proposal) -> bool:
    """The problem is not critical."""
    return facts.severity != "critical"

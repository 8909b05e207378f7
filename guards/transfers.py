"""When a caller may be put through to another desk: not round in circles."""

from typing import Protocol

from interlock.guards import Proposal, guard

TRANSFERS_LIMIT = 2
"""Times a caller is put through for one issue; instead of the next one a person is offered."""


class Transfers(Protocol):
    @property
    def transfers(self) -> int: ...


@guard(
    "The caller was put through twice for this issue: offer a colleague instead.",
    say="I have put you through twice already. Shall I have a colleague call you back?",
)
def transfers_left(facts: Transfers, proposal: Proposal) -> bool:
    """The caller was put through fewer than two times for this issue."""
    return facts.transfers < TRANSFERS_LIMIT

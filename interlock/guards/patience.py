"""How long we wait for a caller who says nothing."""

from typing import Protocol

from interlock.guards.base import Proposal, guard

SILENCES_TO_GOODBYE = 2


class Silence(Protocol):
    """What this guard reads: how often in a row the caller said nothing."""

    @property
    def silences(self) -> int: ...


@guard("The caller was silent once: ask whether they are still there.", say="Are you still there?")
def silent_twice(facts: Silence, proposal: Proposal) -> bool:
    """The caller stayed silent twice in a row."""
    return facts.silences >= SILENCES_TO_GOODBYE

"""Who the caller is, and whether they proved it."""

from typing import Protocol

from guards.base import Proposal, guard


class Identity(Protocol):
    @property
    def caller_name(self) -> str | None: ...
    @property
    def caller_verified(self) -> bool: ...


@guard("Ask for the caller's name first, and note it.", say="May I have your name, please?")
def caller_named(facts: Identity, proposal: Proposal) -> bool:
    """The caller said their name."""
    return bool(facts.caller_name)


@guard("Verify the caller first: ask for the account number, then the postcode.", say="What is your account number?")
def caller_verified(facts: Identity, proposal: Proposal) -> bool:
    """The caller proved who they are."""
    return facts.caller_verified

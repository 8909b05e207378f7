"""Who the caller is, and whether they proved it."""

from typing import Protocol

from interlock.guards import Proposal, guard, says_something, was_heard

FAILED_CHECKS_LIMIT = 3
TRIES_STAY_USED_UP = "whoever joins anew has no more tries"
"""Why failed checks are of the call, whoever its caller is."""

YOUR_NAME = "May I have your name, please?"
NOBODY_SAID_IT = "Nobody said that name: ask for the caller's name, and note it as they say it."


class Identity(Protocol):
    @property
    def caller_name(self) -> str | None: ...
    @property
    def caller_verified(self) -> bool: ...
    @property
    def failed_checks(self) -> int: ...


@guard("Ask for the caller's name first, and note it.", say=YOUR_NAME)
def caller_named(facts: Identity, proposal: Proposal) -> bool:
    """The caller said their name."""
    return says_something(facts.caller_name) and any(letter.isalpha() for letter in facts.caller_name or "")


@guard(NOBODY_SAID_IT, say=YOUR_NAME)
def name_heard(facts: Identity, proposal: Proposal) -> bool:
    """The name is one the caller said."""
    return was_heard(facts, "caller_name")


@guard(NOBODY_SAID_IT, say=YOUR_NAME)
def name_confirmed(facts: Identity, proposal: Proposal) -> bool:
    """The name is one the caller said, or heard from us and said yes to."""
    return was_heard(facts, "caller_name") or proposal.args.get("consent") == "agreed"


@guard("Verify the caller first: ask for the account number, then the postcode.", say="What is your account number?")
def caller_verified(facts: Identity, proposal: Proposal) -> bool:
    """The caller proved who they are."""
    return facts.caller_verified


@guard(
    "The caller could not be verified and no more checks are made: offer to pass the caller on to a colleague.",
    say="I could not verify you, so a colleague has to help. Shall I pass you on?",
)
def checks_left(facts: Identity, proposal: Proposal) -> bool:
    """The caller failed to prove who they are fewer than three times."""
    return facts.failed_checks < FAILED_CHECKS_LIMIT

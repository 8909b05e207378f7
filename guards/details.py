"""When what a caller said about themselves may be checked, and when it counts as confirmed."""

from typing import Any, Protocol

from guards.earlier import words_said_yes
from interlock.guards import Proposal, agreed, consent_of, guard, says_something

IDENTITY = ("caller_name", "date_of_birth", "policy_number")
"""What our policy record knows of a caller."""
DETAILS = (*IDENTITY, "home_address", "phone", "email")
"""All that is taken down."""

Values = tuple[str, ...]


class Taken(Protocol):
    @property
    def verified_as(self) -> Values | None: ...
    @property
    def unmatched(self) -> Values | None: ...
    @property
    def read_back(self) -> Values | None: ...


def details_of(facts: Any, names: tuple[str, ...] = DETAILS) -> Values:
    """What is taken down now, in the order of `names`; empty where nothing is."""
    return tuple(getattr(facts, name) or "" for name in names)


@guard(
    "Some details are still missing: ask for each you have not noted yet.",
    say="Something is still missing. Shall I tell you what is missing?",
)
def details_complete(facts: Taken, proposal: Proposal) -> bool:
    """Name, date of birth, policy number, address, phone and e-mail were all given."""
    return all(says_something(each) for each in details_of(facts))


@guard(
    "These very details did not match: ask which of name, date of birth and policy number to correct, and note it.",
    say="That is what did not match. What shall I correct?",
)
def not_refused_already(facts: Taken, proposal: Proposal) -> bool:
    """Name, date of birth or policy number changed since they did not match."""
    return facts.unmatched != details_of(facts, IDENTITY)


@guard(
    "Name, date of birth or policy number are not checked as they are now: have them checked first.",
    say="I have to check that against our record again. Shall I?",
)
def details_verified(facts: Taken, proposal: Proposal) -> bool:
    """Name, date of birth and policy number matched our record as they are now."""
    return all(details_of(facts, IDENTITY)) and facts.verified_as == details_of(facts, IDENTITY)


@guard(
    "Something changed since the details were read back: have them checked and read back again, then ask for a yes.",
    say="Something has changed since I read it back. Shall I read it back again?",
)
def as_read_back(facts: Taken, proposal: Proposal) -> bool:
    """The details are exactly as they were read back."""
    return all(details_of(facts)) and facts.read_back == details_of(facts)


@guard(
    "That was no clear yes to all of it. If they named a correction, note it; if not, ask what to correct.",
    say="I need a clear yes, or tell me what is wrong. Is all of that right?",
    implies=(agreed,),
)
def clear_yes(facts: Taken, proposal: Proposal) -> bool:
    """The caller answered with a clear yes and nothing that takes it back."""
    if "consent" not in proposal.args and "answer" in proposal.args:
        return words_said_yes(proposal.args["answer"] or "")
    return bool(consent_of(proposal) == "agreed")

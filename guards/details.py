"""When what a caller said about themselves may be checked, and when it counts as confirmed."""

import re
from typing import Any, Protocol

from interlock.guards import Proposal, guard, says_something

IDENTITY = ("caller_name", "date_of_birth", "policy_number")
"""What our policy record knows of a caller."""
DETAILS = (*IDENTITY, "home_address", "phone", "email")
"""All that is taken down."""

Values = tuple[str, ...]

_YES = re.compile(r"\b(?:yes|yeah|yep|yup|correct|right|exactly|i confirm|confirmed|absolutely)\b")
_BESIDE_A_YES = """
a absolutely ahead all and are completely confirm confirmed correct course definitely details do entirely everything
exactly file fine go good great have i indeed is it its just looks much my of oh ok okay on perfect perfectly please put
quite really right s so sounds sure thank thanks that thats the them there these they this totally uh um very we well
yeah yep yes you yup
"""
_AND_NOTHING_ELSE = frozenset(_BESIDE_A_YES.split())
"""Any other word may be a doubt or a correction, and then one more question is asked."""
_A_REQUEST = re.compile(r"\b(?:correct|right) (?:my|the|it|this|that|them|these|all|everything)\b|\?")
""" "Correct that, please" is no yes."""


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
)
def clear_yes(facts: Taken, proposal: Proposal) -> bool:
    """The caller answered with a clear yes and nothing that takes it back."""
    answer = (proposal.args.get("answer") or "").lower()
    nothing_else = _AND_NOTHING_ELSE.issuperset(re.findall(r"\w+", answer))
    return bool(_YES.search(answer)) and nothing_else and not _A_REQUEST.search(answer)

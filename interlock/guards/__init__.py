"""What must be true: pure predicates over facts and a proposal.

What is named in `__all__` is what an application imports; the modules below are private and may change. It loads the
standard library, pydantic and phonenumbers only.
"""

from interlock.guards.amounts import money
from interlock.guards.answers import agreed, consent_of, not_over_a_no
from interlock.guards.base import Guard, Proposal, ProposalError, Proposer, guard
from interlock.guards.callbacks import CLOSES, LAST_WEEKDAY, OPENS, can_be_dialled, costs_the_caller
from interlock.guards.cards import Words, without_card_numbers
from interlock.guards.evidence import mark_given, mark_in, was_heard
from interlock.guards.facts import Facts, FactsError, claimed, established
from interlock.guards.lines import line_of
from interlock.guards.numbers import is_somebodys, numbers_in, one_number
from interlock.guards.quotas import HOUR_S, Limit, Quota
from interlock.guards.told import told
from interlock.guards.words import says_something

__all__ = [
    "CLOSES",
    "HOUR_S",
    "LAST_WEEKDAY",
    "OPENS",
    "Facts",
    "FactsError",
    "Guard",
    "Limit",
    "Proposal",
    "ProposalError",
    "Proposer",
    "Quota",
    "Words",
    "agreed",
    "can_be_dialled",
    "claimed",
    "consent_of",
    "costs_the_caller",
    "established",
    "guard",
    "is_somebodys",
    "line_of",
    "mark_given",
    "mark_in",
    "money",
    "not_over_a_no",
    "numbers_in",
    "one_number",
    "says_something",
    "told",
    "was_heard",
    "without_card_numbers",
]

"""What must be true: pure predicates over facts and a proposal.

What is named in `__all__` is what an application imports; the modules below are private and may change. It loads the
standard library and pydantic only.
"""

from interlock.guards.answers import agreed, not_over_a_no
from interlock.guards.base import Guard, Proposal, ProposalError, Proposer, guard
from interlock.guards.callbacks import CLOSES, LAST_WEEKDAY, LEAST_DIGITS, OPENS, can_be_dialled
from interlock.guards.cards import Words, without_card_numbers
from interlock.guards.facts import Facts, FactsError, claimed, established
from interlock.guards.told import told

__all__ = [
    "CLOSES",
    "LAST_WEEKDAY",
    "LEAST_DIGITS",
    "OPENS",
    "Facts",
    "FactsError",
    "Guard",
    "Proposal",
    "ProposalError",
    "Proposer",
    "Words",
    "agreed",
    "can_be_dialled",
    "claimed",
    "established",
    "guard",
    "not_over_a_no",
    "told",
    "without_card_numbers",
]

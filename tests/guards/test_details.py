"""What counts as a yes to what was read back."""

import pytest

from guards.details import clear_yes
from interlock.guards.base import Proposal
from machines.intake import IntakeFacts

YES = [
    "Yes.",
    "yes, that is right",
    "Yeah, all of it",
    "That is correct, thank you",
    "Exactly.",
    "Yes, that's all correct.",
]
NO_YES = [
    "",
    "No.",
    "okay",
    "maybe",
    "yes, but the phone is wrong",
    "I think so, yes",
    "Right?",
    "yes, 0151",
    "isn't it right",
    "Correct my phone number, please.",
    "correct that please",
    "right, my name is with a K",
    "yes, and my street is Mill Lane",
    "yes, read it again",
    "yes да, кроме телефона",
]


@pytest.mark.parametrize("answer", [*YES, *NO_YES])
def test_only_a_clear_yes_is_one(answer):
    """Nothing that takes it back, doubts it, asks, or says something new."""
    held = clear_yes.ask(IntakeFacts(), Proposal("confirm_details", {"answer": answer})).held
    assert held == (answer in YES)

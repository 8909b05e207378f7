"""What counts as a yes to what was read back."""

import pytest

from guards.details import clear_yes
from interlock.agents import Answer
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


@pytest.mark.parametrize("words", [*YES, *NO_YES])
def test_only_a_clear_yes_is_one(words):
    """Nothing that takes it back, doubts it, asks, or says something new."""
    assert (Answer("check").of(words) == "yes") == (words in YES)


@pytest.mark.parametrize(
    "consent",
    ["no", "correction", "question", "unclear", "attention", "requested", "unasked", "Yes.", "", None, True, 1],
)
def test_no_other_answer_is_a_yes(consent):
    """Words are none either: what is judged is the answer, and it alone is on record."""
    assert not holds(consent)
    assert holds("agreed")


def holds(consent):
    """Whether the guard takes it."""
    return clear_yes.ask(IntakeFacts(), Proposal("confirm_details", {"consent": consent})).held

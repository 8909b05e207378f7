"""What is not done over a no, a correction or an objection, and that nothing else is kept back by that."""

from typing import get_args

import pytest

from interlock.agents import Answer
from interlock.agents.speech.asking import Consent
from interlock.guards import Facts, Proposal, agreed, not_over_a_no
from interlock.guards.answers import nothing_open

ANSWERS = ("yes", "no", "correction", "question", "unclear", "attention", None)


def held(guard, **args):
    """Whether the guard holds over these arguments."""
    return guard.ask(Facts(), Proposal("book", args)).held


@pytest.mark.parametrize("answer", ANSWERS)
def test_only_a_no_stops_what_was_asked_for(answer):
    """A request is consent, in whatever form it comes."""
    assert held(not_over_a_no, answer=answer) == (answer != "no")


@pytest.mark.parametrize("consent", get_args(Consent))
def test_only_who_wants_exactly_that_agreed(consent):
    """By a yes to the question about it, by asking for it, or by giving what it was waiting for."""
    assert held(agreed, consent=consent) == (consent in ("agreed", "requested", "given"))


def test_a_no_on_record_from_before_consents_is_none():
    """Whatever guard refused it then."""
    assert not held(agreed, answer="no")
    assert held(agreed, answer="no", consent="agreed")


@pytest.mark.parametrize("guard", [agreed, not_over_a_no, nothing_open])
def test_who_was_not_judged_is_not_kept_back(guard):
    """Our systems and operators propose without a caller's answer."""
    assert held(guard)


@pytest.mark.parametrize(
    "words",
    [
        "No, wait!",
        "No, wait, do not hang up, I have another question.",
        "No, I want to go on",
        "Do not go yet.",
        "Is that all?",
    ],
)
def test_nobody_is_hung_up_on_over_an_objection(words):
    """Nor over a question of theirs."""
    assert not held(nothing_open, **goodbye(words))


@pytest.mark.parametrize(
    "words",
    [
        "no, that is all, bye",
        "No, thanks.",
        "No.",
        "Goodbye",
        "I have to go now",
        "you can hang up",
        "Nothing, that was it",
        "",
    ],
)
def test_who_is_done_may_go(words):
    """Also by a no, which is the answer to "Is there anything else?"."""
    assert held(nothing_open, **goodbye(words))


def goodbye(words):
    """The arguments that a goodbye has of these words."""
    return {"more": Answer("more").of(words), "objection": Answer("removal").of(words)}

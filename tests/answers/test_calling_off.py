"""When somebody asks that something end, in words that hold their own no, and when not."""

import pytest

from agents.sales.clerks import NEVER_AGAIN
from interlock.agents.answers.requesting import ended, for_good
from interlock.agents.speech.asking import Said, read_answer

PLAIN = (
    "Never call me again!",
    "please never call me again",
    "Don't call me again.",
    "do not call me any more",
    "Please do not ever call me again",
    "Stop calling me.",
    "please stop phoning us",
    "I want you to stop calling me",
    "take me off your list",
    "Could you take me off your list, please?",
    "I forbid you to call me again",
    "I don't want you to call me again",
    "we do not want any more calls",
    "No more calls, please.",
    "Put me on your do-not-call list.",
    "No, never call me again.",
    "No, wait, never call me again!",
    "Leave me alone and never call again.",
    "Listen, I am not interested, stop calling me.",
)
OTHERWISE = (
    "Please do call me again.",
    "please call me again",
    "Yes, please call me again in six months",
    "Why did you never call me again?",
    "You never call me again, do you?",
    "Don't stop calling me.",
    "please don't take me off your list",
    "please don't hesitate to call me again",
    "nobody asked you to stop calling me",
    "I never said stop calling me",
    "My boss said never call again",
    "Did you put me on the do not call list?",
    "What happens if you take me off your list?",
    "You should never call before nine.",
    "Never call me before nine in the morning",
    "Please do not call me on Monday, call me on Tuesday",
    "Do not call me on the office number, call my mobile",
    "no, don't call me back",
    "Never call 030 7654321 again, they are my rivals.",
    "Take me off your list. No, wait, leave me on it.",
    "Never!",
    "No.",
    "",
)


@pytest.mark.parametrize("said", PLAIN)
def test_one_plain_request_is_enough(said):
    """Nobody who says it plainly is asked whether they mean it; and to the question it is a yes, whatever its no."""
    assert ended(said, NEVER_AGAIN)
    assert for_good(said)
    assert read_answer(Said(said, said), "offer", NEVER_AGAIN, stops=True) == "yes"


@pytest.mark.parametrize("said", OTHERWISE)
def test_anything_else_is_asked_about(said):
    """A wish for calls, a story, a part, somebody else's number, a change of mind: a question is the smaller harm."""
    assert not ended(said, NEVER_AGAIN)


def test_do_not_call_me_is_for_good_in_other_words_only():
    """As an answer to "shall we call you back?" it says no to that, and nothing of a list."""
    assert ended("No, don't call me.", NEVER_AGAIN)
    assert not for_good("No, don't call me.")


def test_what_was_not_told_to_its_end_is_not_agreed_to():
    """The words stand for themselves then: they are a request of their own, and no answer."""
    said = Said("Never call me again!", "")
    assert read_answer(said, "offer", NEVER_AGAIN, stops=True) == "unclear"


@pytest.mark.parametrize("story", ["never call me again " * 40, "never call me again" + " x" * 2000])
def test_a_story_is_no_request(story):
    """However often it says so: that is more than anybody says who means just that."""
    assert not ended(story, NEVER_AGAIN)

"""What is a plain request for an act, and what only speaks of it."""

import pytest

from interlock.agents.answers.requesting import denied, requested

REFUND = ("refund", "pay back", "pay me back", "money back", "give me my money back")
CANCEL = ("cancel", "delete", "give it up", "call off")
BOOK = ("book", "take it", "reserve")
CALL = ("call me", "call back", "callback")

ASKED_FOR = [
    ("Please refund twenty euros.", REFUND),
    ("pay me back 19.90", REFUND),
    ("I want a refund of ten euros", REFUND),
    ("give me my money back", REFUND),
    ("It does not work, give me my money back", REFUND),
    ("I can't come any more, please cancel", CANCEL),
    ("i cant come any more please cancel it", CANCEL),
    ("Could you cancel it for me?", CANCEL),
    ("yes please cancel it", CANCEL),
    ("I need to cancel my appointment", CANCEL),
    ("cancel it", CANCEL),
    ("ok cancel the appointment please", CANCEL),
    ("I would like you to cancel it", CANCEL),
    ("can I get a refund please", REFUND),
    ("Please refund fifteen euros", REFUND),
    ("can you please just quickly cancel it", CANCEL),
    ("go ahead and book it", BOOK),
    ("Yes, book it please.", BOOK),
    ("twenty euros refund please", REFUND),
    ("just cancel the whole thing", CANCEL),
    ("we have to cancel", CANCEL),
    ("let's book that", BOOK),
    ("please call me back tomorrow", CALL),
    ("have somebody call me", CALL),
]
ONLY_SPOKEN_OF = [
    ("No refund, please, I only want to know why.", REFUND),
    ("no refund please", REFUND),
    ("Sorry, my line broke up. Did you refund the fifteen?", REFUND),
    ("did you refund it", REFUND),
    ("What would it cost to cancel?", CANCEL),
    ("what would it cost to cancel", CANCEL),
    ("don't cancel it", CANCEL),
    ("I do not want you to cancel it", CANCEL),
    ("how do I cancel", CANCEL),
    ("can you tell me how to cancel it", CANCEL),
    ("maybe cancel it", CANCEL),
    ("cancel it no wait", CANCEL),
    ("please cancel it actually no", CANCEL),
    ("I was refunded last time", REFUND),
    ("my refund has not arrived", REFUND),
    ("refund status", REFUND),
    ("I never asked for a refund", REFUND),
    ("book it if it is free", BOOK),
    ("book it but not on Tuesday", BOOK),
    ("I am thinking about a refund", REFUND),
    ("I had to cancel my trip", CANCEL),
    ("I paid twenty euros", REFUND),
    ("should I cancel", CANCEL),
    ("is it possible to cancel", CANCEL),
    ("I want to know about the refund", REFUND),
    ("will you refund me if I send it back", REFUND),
    ("why did you cancel it", CANCEL),
    ("please do not book anything", BOOK),
    ("hold on, book", BOOK),
    ("not book it", BOOK),
    ("I'd rather not cancel", CANCEL),
    ("instead of cancelling", CANCEL),
    ("can I cancel?", CANCEL),
    ("do not call me back", CALL),
    ("do not ever call me again", CALL),
    ("nobody has to call me", CALL),
]


@pytest.mark.parametrize(("words", "acts"), ASKED_FOR)
def test_who_asks_for_it_in_plain_words_wants_it(words, acts):
    """As a caller or a recogniser writes it."""
    assert requested(words, acts)


@pytest.mark.parametrize(("words", "acts"), ONLY_SPOKEN_OF)
def test_a_question_a_doubt_a_story_or_a_no_is_no_request(words, acts):
    """Whatever act they name."""
    assert not requested(words, acts)


def test_a_long_story_is_no_request():
    """Nobody knows what all of it wants."""
    assert not requested("please refund it " + "and then something else happened " * 20, REFUND)


@pytest.mark.parametrize(
    ("words", "acts"),
    [
        ("No, do not call me on 030 1234567, not tomorrow at ten and not ever.", CALL),
        ("nobody should call me tomorrow at ten", CALL),
        ("no need to call me on 030 1234567", CALL),
        ("No refund of the twenty euros, please, I only want to know why.", REFUND),
    ],
)
def test_a_no_to_the_act_is_one_whatever_values_stand_beside_it(words, acts):
    """Who gives a number may still not want to be called on it."""
    assert denied(words, acts)


@pytest.mark.parametrize(
    "words", ["No, tomorrow at eleven on 030 1234567", "not Tuesday, Wednesday at ten", "Rather at eleven."]
)
def test_a_no_to_a_value_is_no_no_to_the_act(words):
    """Another is given in the same breath."""
    assert not denied(words, CALL)

"""Answers put together from parts: what is added to a yes decides what becomes of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.agents.answers import Question, judge
from interlock.agents.answers.question import ACTED_ON

YES = [
    "yes",
    "yeah",
    "yep",
    "absolutely",
    "yes that's right",
    "that's correct",
    "sounds good",
    "go ahead",
    "that's fine",
]
BEFORE = ["um", "uh", "well", "oh", "er", "er um", "ah", "you know what"]
AFTER = ["please", "thank you", "thanks a lot", "sir", "thank you very much", "mate", "madam", "thanks for your help"]
NEGATED = [
    "i don't want you to",
    "don't do that",
    "that's not right",
    "not now",
    "it isn't mine",
    "i never said that",
    "please do not",
    "the name is wrong",
    "nothing of that is right",
    "you can't do that",
]
ASKED = [
    "is it free",
    "how much is it",
    "did you book it",
    "what was the number",
    "are you sure",
    "can you say that again",
    "when is that",
    "do you have my number",
    "who comes",
    "will it hurt",
]
BUT = ["but", "except", "apart from", "only that", "however", "although"]
CHANGED = [
    "the other number",
    "on wednesday",
    "make it eleven",
    "it's hannah",
    "the street",
    "fourteen",
    "my wife",
    "not that",
]
HEDGED = ["i guess", "maybe", "i think", "probably", "if it's free", "i'm not sure", "more or less", "unless it costs"]
EVERY = [*YES, *BEFORE, *AFTER, *NEGATED, *ASKED, *BUT, *CHANGED, *HEDGED]

questions = st.builds(Question, st.sampled_from(["offer", "check", "removal"]), told=st.just(True))
yeses = st.sampled_from(YES)


def joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def some(words: list[str]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(words), max_size=2).map(" ".join)


@given(yeses, some(BEFORE), some(AFTER), questions)
def test_fillers_and_politeness_leave_a_yes_one(yes: str, before: str, after: str, question: Question) -> None:
    """However many."""
    assert judge(joined(before, yes, after), question) == "yes"


@pytest.mark.parametrize("added", [NEGATED, ASKED, HEDGED], ids=["negated", "asked", "hedged"])
@given(yeses, st.data(), some(BEFORE), some(AFTER), st.booleans(), questions)
def test_what_denies_asks_or_doubts_takes_a_yes_back(
    added: list[str], yes: str, data: st.DataObject, before: str, after: str, first: bool, question: Question
) -> None:
    """Before the yes or after it."""
    more = data.draw(st.sampled_from(added))
    said = joined(before, *((more, yes) if first else (yes, more)), after)
    assert judge(said, question) != "yes"


@given(yeses, st.sampled_from(BUT), st.sampled_from(CHANGED), some(BEFORE), some(AFTER), questions)
def test_a_but_takes_a_yes_back(yes: str, but: str, what: str, before: str, after: str, question: Question) -> None:
    """Whatever comes after it."""
    assert judge(joined(before, yes, but, what, after), question) != "yes"


@given(st.lists(st.sampled_from(EVERY), max_size=6), st.data())
def test_case_punctuation_and_doubled_words_change_nothing(parts: list[str], data: st.DataObject) -> None:
    """A recogniser may write the same words in any of these ways."""
    question = data.draw(questions)
    said = joined(*parts)
    words = said.split()
    doubled = [word for word in words for _ in range(data.draw(st.integers(1, 2)))]
    stops = [word + data.draw(st.sampled_from(["", ".", ",", "!", " -"])) for word in doubled]
    written = data.draw(st.sampled_from([str.upper, str.title, str.lower]))(" ".join(stops))
    assert judge(written.replace("'S", "'s"), question) == judge(said, question)


@given(st.text(max_size=200), st.builds(Question, st.sampled_from(sorted(ACTED_ON))))
def test_any_text_is_judged(said: str, question: Question) -> None:
    """Whatever a recogniser writes, there is an answer, and the same one again."""
    assert judge(said, question) == judge(said, question)


@given(st.text(min_size=1, max_size=30).filter(lambda its: not its.isascii()), yeses, questions)
def test_a_yes_beside_unknown_words_is_none(strange: str, yes: str, question: Question) -> None:
    """They may be a doubt."""
    answer = judge(f"{yes} x{strange}x", question)
    assert answer != "yes" or not any(its.isalnum() for its in strange)


@pytest.mark.parametrize(
    "pieces", [("yes", "but the other number"), ("no", "wait yes"), ("yes and", "the street is wrong")]
)
def test_an_answer_in_two_pieces_is_read_as_one(pieces: tuple[str, ...]) -> None:
    """What the first piece seems to say, the second may take back."""
    assert judge(" ".join(pieces), Question("check")) != "yes"

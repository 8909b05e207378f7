"""How the layers of a judgement weigh."""

import asyncio
import threading
from typing import Any

import pytest

from interlock.agents.answers import Answer, Question, endangered, judge, judged
from interlock.agents.answers.question import ACTED_ON, Kind
from interlock.agents.answers.timing import LIMIT_S
from interlock.app.offline.clock import ManualClock

OFFER, CHECK = Question("offer"), Question("check")
SURE = 0.9


def scores(answer: Answer, share: float = SURE) -> dict[Answer, float]:
    return {answer: share, "unclear": 1 - share}


@pytest.mark.parametrize("against", ["no", "correction", "question"])
def test_any_layer_stops_a_yes(against: Answer) -> None:
    """A classifier that is certain, a model that says so; what is left is unclear, and names who stood against it."""
    assert judge("yes", OFFER, scores(against)).as_record() == {
        "answer": "unclear",
        "by": "classifier",
        "words": "yes",
        "classifier": against,
    }
    assert judge("yes", OFFER, None, against).answer == "unclear"
    assert judge("yes", OFFER, scores(against, 0.7)).answer == "yes"


@pytest.mark.parametrize("said", ["no", "not now", "no wednesday", "how much is it", "maybe", "", "banana", "yes but"])
def test_no_layer_makes_a_yes_of_other_words(said: str) -> None:
    """Both others together do not."""
    assert judge(said, OFFER, scores("yes"), "yes").answer != "yes"


def test_weak_words_are_a_yes_where_another_layer_says_so() -> None:
    """ "Okay" after a read-back may say no more than that it was heard."""
    alone = judge("okay", CHECK)
    assert (alone.answer, alone.leans) == ("unclear", "yes")
    assert judge("okay", CHECK, scores("yes")).by == ("words", "classifier")
    assert judge("okay", CHECK, scores("yes"), "yes").by == ("words", "classifier", "model")
    assert judge("okay", CHECK, scores("yes"), "no").answer == "unclear"


def test_a_question_that_was_cut_is_not_agreed_to() -> None:
    """Assent over it is attention or unclear; an objection is one."""
    cut = Question("check", told=False)
    found = {
        said: judge(said, cut, scores("yes"), "yes").answer
        for said in ("right right", "yes go ahead", "no that's wrong")
    }
    assert found == {"right right": "attention", "yes go ahead": "unclear", "no that's wrong": "no"}


def test_the_same_words_mean_what_their_question_asks() -> None:
    """ "That's it" confirms what was read back and ends a call; "cancel it" declines one offer and takes up another."""
    kinds: dict[tuple[str, Kind], Answer] = {
        ("that's it", "check"): "yes",
        ("that's it", "more"): "no",
        ("cancel it", "offer"): "no",
        ("cancel it", "removal"): "yes",
        ("i do", "danger"): "yes",
        ("i do", "check"): "unclear",
        ("go ahead", "offer"): "yes",
        ("go ahead", "danger"): "unclear",
    }
    assert {key: judge(key[0], Question(key[1])).answer for key in kinds} == kinds


def test_repeating_what_was_asked_says_nothing_new() -> None:
    """And any other value does; the same number in words and in figures is one value."""
    booked = Question("offer", echoes="book the appointment for Tuesday at ten")
    assert judge("yes, Tuesday at 10", booked).answer == "yes"
    assert judge("yes, Wednesday at 10", booked).answer == "correction"
    assert judge("I'd like to book the appointment, yes", booked).answer == "yes"
    assert judge("yes, Tuesday at 10", OFFER).answer == "correction"


@pytest.mark.parametrize(
    "said", ["", "maybe", "not really", "no but it hisses", "what", "I can't smell at all", "nein"]
)
def test_anything_but_a_plain_no_leaves_a_danger(said: str) -> None:
    """So does no answer at all, and a plain no that another layer does not believe."""
    danger = Question("danger", echoes="smell gas")
    assert endangered(judge(said, danger, scores("no"), "no"))
    assert endangered(None)
    assert endangered(judge("no", danger, None, "yes"))
    assert not endangered(judge("no, I don't smell any gas", danger))


def test_another_language_counts_where_it_is_set() -> None:
    """Its plain words, and no others."""
    german = Question("offer", languages=frozenset({"de"}))
    assert judge("ja bitte", OFFER, None, "yes").answer == "unclear"
    assert [judge(said, german).answer for said in ("ja bitte", "nein danke", "ja aber Mittwoch")] == [
        "yes",
        "no",
        "unclear",
    ]


TAKE_NOTHING_ON: dict[Kind, tuple[str, ...]] = {
    "offer": (
        "book it but later",
        "yeah right",
        "yes I can hear you",
        "I'd love to but",
        "why not Wednesday",
        "for now it's fine",
    ),
    "check": (
        "yes correct it",
        "go on",
        "you're right",
        "that's right isn't it",
        "no change that to today",
        "my name is right",
    ),
    "removal": ("I want it", "yes I want the order", "I need it", "yes keep it", "cancel or keep", "I'll take it"),
    "danger": ("nothing here", "no smell upstairs", "no more gas", "no it smells", "no now it's gone", "not strongly"),
    "more": ("no wait", "no that's wrong", "no that's not all", "nothing works", "no but", "no you didn't book it"),
    "fact": ("yes but I don't remember", "I tried", "not really sure", "yes maybe", "no wait yes", "partly"),
}


@pytest.mark.parametrize(
    ("kind", "said"), [(kind, said) for kind, all_of_it in TAKE_NOTHING_ON.items() for said in all_of_it]
)
def test_what_only_looks_like_an_answer_is_not_acted_on(kind: Kind, said: str) -> None:
    """Whatever a model holds of it."""
    echoes = {"removal": "cancel the order", "danger": "smell gas"}.get(kind, "")
    for model in ACTED_ON[kind]:
        assert judge(said, Question(kind, echoes=echoes), None, model).answer not in ACTED_ON[kind]


def test_a_story_is_no_answer() -> None:
    """However many times it says yes."""
    assert judge("yes and then my neighbour said go ahead " * 20, OFFER).answer == "unclear"


@pytest.mark.parametrize("kind", ACTED_ON)
def test_nothing_said_is_acted_on_nowhere(kind: Kind) -> None:
    """Nor is a sound."""
    assert judge("", Question(kind), scores("yes"), "yes").answer == "unclear"
    assert judge("um...", Question(kind), scores("no"), "no").answer == "unclear"


class Fails:
    def scores(self, words: str, kind: Kind) -> Any:
        raise RuntimeError("no model")


class Slow:
    """Scores when it is let."""

    def __init__(self) -> None:
        self.asked, self.let = threading.Event(), threading.Event()

    def scores(self, words: str, kind: Kind) -> Any:
        self.asked.set()
        self.let.wait()
        return scores("yes")


class Certain:
    def __init__(self, answer: Answer) -> None:
        self._answer = answer

    def scores(self, words: str, kind: Kind) -> Any:
        return scores(self._answer)


async def test_a_classifier_that_fails_leaves_the_words_alone() -> None:
    """Plain words are what they are, weak ones unclear."""
    clock = ManualClock()
    plain, used = await judged("yes please", OFFER, clock, Fails())
    assert (plain.answer, used) == ("yes", None)
    weak, _ = await judged("okay", CHECK, clock, Fails())
    assert weak.answer == "unclear"


async def test_a_classifier_that_is_slow_leaves_the_words_alone() -> None:
    """After 700 ms on the call's clock the turn goes on without it."""
    clock, slow = ManualClock(), Slow()
    task = asyncio.ensure_future(judged("okay", CHECK, clock, slow))
    await asyncio.to_thread(slow.asked.wait)
    clock.advance(LIMIT_S)
    try:
        found, used = await task
    finally:
        slow.let.set()
    assert (found.answer, found.leans, used) == ("unclear", "yes", None)


async def test_what_was_judged_can_be_judged_again() -> None:
    """From the words, the question and the scores that were handed back."""
    found, used = await judged("okay", CHECK, ManualClock(), Certain("yes"), "yes")
    assert found == judge("okay", CHECK, used, "yes")
    assert found.answer == "yes"

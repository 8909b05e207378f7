"""What words are taken for, and what they are never taken for."""

import pytest

from interlock.agents.answers import Answer, Question, judge, prepare
from interlock.agents.answers.pieces import _phrases
from interlock.agents.answers.question import ACTED_ON, Kind

OFFER, CHECK = Question("offer"), Question("check")


@pytest.mark.parametrize("said", ["no", "not now", "no wednesday", "how much is it", "maybe", "", "banana", "yes but"])
def test_other_words_are_no_yes(said: str) -> None:
    """Nor is "okay" to a read-back, which may say no more than that it was heard."""
    assert judge(said, OFFER) != "yes"
    assert judge("okay", CHECK) == "unclear"


def test_a_question_that_was_cut_is_not_agreed_to() -> None:
    """Assent over it is attention or unclear; an objection is one."""
    cut = Question("check", told=False)
    found = {said: judge(said, cut) for said in ("right right", "yes go ahead", "no that's wrong")}
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
    assert {key: judge(key[0], Question(key[1])) for key in kinds} == kinds


def test_repeating_what_was_asked_says_nothing_new() -> None:
    """And any other value does; the same number in words and in figures is one value."""
    booked = Question("offer", echoes="book the appointment for Tuesday at ten")
    assert judge("yes, Tuesday at 10", booked) == "yes"
    assert judge("yes, Wednesday at 10", booked) == "correction"
    assert judge("I'd like to book the appointment, yes", booked) == "yes"
    assert judge("yes, Tuesday at 10", OFFER) == "correction"


@pytest.mark.parametrize(
    "said", ["", "maybe", "not really", "no but it hisses", "what", "I can't smell at all", "nein"]
)
def test_anything_but_a_plain_no_leaves_a_danger(said: str) -> None:
    """Only that clears it."""
    danger = Question("danger", echoes="smell gas")
    assert judge(said, danger) != "no"
    assert judge("no, I don't smell any gas", danger) == "no"


def test_another_language_counts_where_it_is_set() -> None:
    """Its plain words, and no others."""
    german = Question("offer", languages=frozenset({"de"}))
    assert judge("ja bitte", OFFER) == "unclear"
    assert [judge(said, german) for said in ("ja bitte", "nein danke", "ja aber Mittwoch")] == [
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
    """But for a word it could be one."""
    echoes = {"removal": "cancel the order", "danger": "smell gas"}.get(kind, "")
    assert judge(said, Question(kind, echoes=echoes)) not in ACTED_ON[kind]


def test_a_story_is_no_answer() -> None:
    """However many times it says yes."""
    assert judge("yes and then my neighbour said go ahead " * 20, OFFER) == "unclear"


@pytest.mark.parametrize("kind", ACTED_ON)
def test_nothing_said_is_acted_on_nowhere(kind: Kind) -> None:
    """Nor is a sound."""
    assert judge("", Question(kind)) == "unclear"
    assert judge("um...", Question(kind)) == "unclear"


def test_a_prepared_process_reads_its_first_answers_at_once() -> None:
    """Every table is written out by then, whatever is asked first."""
    prepare()
    written = _phrases.cache_info().misses
    for kind in ACTED_ON:
        judge("yes", Question(kind))
    assert _phrases.cache_info().misses == written

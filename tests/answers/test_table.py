"""The table of utterances, judged: run with -s to see what was taken for what."""

import pytest

from interlock.agents.answers import Answer, judge
from interlock.agents.answers.question import ACTED_ON
from tests.answers.counting import Counts, counted
from tests.answers.table import HARDER, Utterance, utterances

TABLE = utterances()
FALSE_YES, TRUE_YES = 0.005, 0.90

HALVES = {
    "the half tuned to": [its for its in TABLE if not its.held_out],
    "the half held out": [its for its in TABLE if its.held_out],
}


def words_alone(its: Utterance) -> Answer:
    return judge(its.words, its.question)


def worst_model_alone(its: Utterance) -> Answer:
    """The rule that the judge stands in for: the model says that the caller agreed."""
    return "yes"


def within_bounds(counts: Counts) -> bool:
    print(f"\n{counts}")
    few = counts.false_yes <= FALSE_YES * counts.no_yes
    return few and counts.true_yes >= TRUE_YES * counts.yes and counts.objections_acted_on == 0


@pytest.mark.parametrize("half", HALVES)
def test_words_make_few_false_yes_and_take_most_true_ones(half: str) -> None:
    """With nothing acted on over an objection."""
    assert within_bounds(counted(f"the words, {half}", HALVES[half], words_alone))


def test_harder_words_are_acted_on_over_no_objection() -> None:
    """They were written against the reader."""
    counts = counted("the words, the harder table", utterances(HARDER), words_alone)
    print(f"\n{counts}")
    assert (counts.objections_acted_on, counts.false_yes) == (0, 0)
    assert counts.true_yes >= TRUE_YES * counts.yes


def test_a_model_alone_takes_every_no_for_a_yes() -> None:
    """What the judge is measured against."""
    counts = counted("the model alone, at its worst", TABLE, worst_model_alone)
    assert not within_bounds(counts)
    assert counts.false_yes == counts.no_yes


def test_no_danger_is_cleared_that_may_be_one() -> None:
    """Of all that callers say to "Do you smell gas?", only plain noes clear it; it is asked again after the rest."""
    dangers = [its for its in TABLE if its.kind == "danger"]
    assert [its.words for its in dangers if words_alone(its) == "no" and its.label != "no"] == []
    assert sum(words_alone(its) == "no" for its in dangers) >= 0.9 * sum(its.label == "no" for its in dangers)


def test_nothing_said_before_the_end_is_acted_on() -> None:
    """Whatever it is: nobody can agree to what they did not hear."""
    early = [its for its in TABLE if not its.told]
    assert early
    assert all(words_alone(its) not in ACTED_ON[its.kind] for its in early)


def test_the_table_is_as_large_as_it_says() -> None:
    """Every label and kind is in both halves, and no line twice."""
    for half in HALVES.values():
        assert len(half) >= 1000
        assert {its.label for its in half} == {"yes", "no", "correction", "question", "unclear", "attention"}
        assert {its.kind for its in half} == set(ACTED_ON)
    assert len({(its.kind, its.told, its.words) for its in TABLE}) == len(TABLE)

"""Which sentences claim an effect: measured on a table of what models say on the telephone."""

from pathlib import Path

import pytest

from interlock.agents.speech.claims import Claim, claims_in, may_claim

TABLE = Path(__file__).with_name("claim_sentences.txt").read_text(encoding="utf-8").splitlines()
CLAIMS = [line[2:] for line in TABLE if line.startswith("+ ")]
HARMLESS = [line[2:] for line in TABLE if line.startswith("- ")]
LEAST_RECALL, MOST_FALSE_ALARMS = 0.9, 0.04
"""On the other half 93 % of the claims are seen, and 3 % of the harmless sentences are taken for one."""


def test_the_table_is_large_enough_to_tell():
    """
    At least 75 sentences of each kind, none twice.
    """
    assert min(len(CLAIMS), len(HARMLESS)) >= 75
    assert len({*CLAIMS, *HARMLESS}) == len(CLAIMS) + len(HARMLESS)


def test_claims_are_seen_in_the_half_set_aside():
    """
    Nine of ten at least.
    """
    aside = CLAIMS[1::2]
    assert sum(bool(claims_in(sentence)) for sentence in aside) / len(aside) >= LEAST_RECALL


def test_harmless_sentences_of_the_half_set_aside_are_left_alone():
    """
    All but one or two.
    """
    aside = HARMLESS[1::2]
    assert sum(bool(claims_in(sentence)) for sentence in aside) / len(aside) <= MOST_FALSE_ALARMS


@pytest.mark.parametrize("sentence", CLAIMS[::2])
def test_each_claim_that_was_tuned_to_is_seen(sentence):
    """
    And is held back from the word on that makes it one.
    """
    assert claims_in(sentence)
    assert may_claim(sentence)


@pytest.mark.parametrize("sentence", HARMLESS[::2])
def test_each_harmless_sentence_that_was_tuned_to_is_left_alone(sentence):
    """
    Offers, questions, conditions, denials, and what is told of a past date.
    """
    assert claims_in(sentence) == []


def test_a_sentence_can_claim_several_effects():
    """
    One done, the other under way.
    """
    said = "I have refunded it and I am transferring you now."
    assert set(claims_in(said)) == {Claim("refund", True), Claim("transfer", False)}

"""What a classifier of answers is to the judge: any model that gives each answer a score."""

from collections.abc import Mapping
from typing import Protocol

from interlock.agents.answers.question import Answer, Kind

Scores = Mapping[Answer, float]
"""A share of 1 for each of yes, no, correction, question and unclear."""


class Classifier(Protocol):
    """Scores words as the answer to a kind of question; the same words, the same scores. It may raise, or be slow."""

    def scores(self, words: str, kind: Kind) -> Scores:
        """How likely each answer is."""
        ...


CERTAIN = 0.8
"""The share from which on a score is an opinion; below it the classifier has none."""


def opinion(scores: Scores | None) -> Answer | None:
    """The answer that a classifier is certain of, if any."""
    certain = [answer for answer, share in (scores or {}).items() if share >= CERTAIN]
    return certain[0] if certain else None

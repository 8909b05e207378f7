"""A small logistic regression over sentence embeddings; its weights are a table beside this file."""

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

from interlock.agents.answers.classifier import Scores
from interlock.agents.answers.question import Answer, Kind
from interlock.app.offline.meaning import Meaning

WEIGHTS = Path(__file__).with_name("weights.json")
LABELS: tuple[Answer, ...] = ("yes", "no", "correction", "question", "unclear")
KINDS: tuple[Kind, ...] = ("offer", "check", "removal", "danger", "more", "fact")

Matrix = npt.NDArray[np.float64]


def features(meaning: Meaning, words: str, kind: Kind) -> Matrix:
    """The direction of the words, in lower case, and which kind of question they answer: 390 numbers."""
    asked = np.array([float(kind == its) for its in KINDS])
    return np.concatenate([meaning.vector(words.lower()).astype(np.float64), asked])


def shares(scores: Matrix) -> Matrix:
    """Scores as shares of 1, along the last axis."""
    risen = np.exp(scores - scores.max(axis=-1, keepdims=True))
    made: Matrix = risen / risen.sum(axis=-1, keepdims=True)
    return made


class EmbeddedClassifier:
    """Scores answers by what they mean, 4 ms each. `meaning` may be the offline brain's own; no download."""

    def __init__(self, meaning: Meaning, weights: Path = WEIGHTS) -> None:
        self._meaning = meaning
        self._weights: Matrix = np.array(json.loads(weights.read_text(encoding="ascii")))

    def scores(self, words: str, kind: Kind) -> Scores:
        """A share of 1 for each answer, rounded to three places: the same on every machine, but for rare last ones."""
        found = shares(features(self._meaning, words, kind) @ self._weights)
        return {label: round(float(share), 3) for label, share in zip(LABELS, found, strict=True)}

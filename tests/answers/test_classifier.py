"""The embedded classifier and its weights."""

import json
from pathlib import Path

import numpy as np
import pytest

from interlock.agents.answers import judge
from interlock.agents.answers.question import Question
from interlock.app.offline.answers.classifier import WEIGHTS, EmbeddedClassifier
from interlock.app.offline.answers.training import main
from interlock.app.offline.meaning import Meaning
from tests.answers.train import examples

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def classifier() -> EmbeddedClassifier:
    return EmbeddedClassifier(Meaning())


def test_the_committed_weights_are_what_training_makes(tmp_path: Path) -> None:
    """From the half of the table that may be tuned to; processors may differ in the last places."""
    lines = tmp_path / "examples.tsv"
    lines.write_text("".join(f"{kind}\t{label}\t{words}\n" for kind, label, words in examples()), encoding="utf-8")
    main([str(lines), "--to", str(tmp_path / "weights.json")])
    made = np.array(json.loads((tmp_path / "weights.json").read_text()))
    assert np.abs(made - np.array(json.loads(WEIGHTS.read_text()))).max() < 0.1


def test_scores_are_shares_of_one(classifier: EmbeddedClassifier) -> None:
    """One for each answer, and the same again."""
    found = classifier.scores("yes please", "offer")
    assert sum(found.values()) == pytest.approx(1, abs=0.01)
    assert found == classifier.scores("Yes please", "offer")


def test_it_lends_to_weak_words_what_they_lack(classifier: EmbeddedClassifier) -> None:
    """ "Okay" to a read-back, heard to its end."""
    assert judge("okay", Question("check"), classifier.scores("okay", "check")).classifier in ("yes", None)
    assert judge("no", Question("check"), classifier.scores("no", "check")).answer == "no"

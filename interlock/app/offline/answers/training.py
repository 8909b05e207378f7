"""`python -m interlock.app.offline.answers.training EXAMPLES`: make the classifier's weights anew.

EXAMPLES has a kind, a label and words on each line, tabs between them. The same examples make the same weights.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from interlock.agents.answers.question import Answer, Kind
from interlock.app.offline.answers.classifier import LABELS, WEIGHTS, Matrix, features, shares
from interlock.app.offline.meaning import Meaning

STEPS, RATE, MOMENTUM, DECAY = 400, 2.0, 0.9, 1e-4
PLACES = 2

Example = tuple[Kind, Answer, str]


def trained(examples: Sequence[Example], meaning: Meaning) -> Matrix:
    """Weights by gradient descent on the cross entropy of all examples, from zero: nothing in it is random."""
    known = np.array([features(meaning, words, kind) for kind, _, words in examples])
    right = np.array([[float(label == its) for its in LABELS] for _, label, _ in examples])
    weights, moving = np.zeros((known.shape[1], len(LABELS))), np.zeros((known.shape[1], len(LABELS)))
    for _ in range(STEPS):
        slope = known.T @ (shares(known @ weights) - right) / len(examples) + DECAY * weights
        moving = MOMENTUM * moving - RATE * slope
        weights = weights + moving
    made: Matrix = np.round(weights, PLACES)
    return made


def main(arguments: list[str] | None = None) -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("examples", type=Path)
    parser.add_argument("--to", type=Path, default=WEIGHTS)
    given = parser.parse_args(arguments)
    lines = given.examples.read_text(encoding="utf-8").splitlines()
    write([_example(*line.split("\t")) for line in lines if line], given.to)


def write(examples: Sequence[Example], to: Path) -> None:
    """Train, and write the weights one feature a line."""
    rows = (json.dumps(row) for row in trained(examples, Meaning()).tolist())
    to.write_text("[\n" + ",\n".join(rows) + "\n]\n", encoding="ascii")


def _example(kind: Kind, label: Answer, words: str) -> Example:
    return kind, label, words


if __name__ == "__main__":
    main()

"""`python -m tests.answers.train`: the classifier's weights from the half of the table that may be tuned to."""

from interlock.app.offline.answers.classifier import WEIGHTS
from interlock.app.offline.answers.training import Example, write
from tests.answers.table import utterances


def examples() -> list[Example]:
    """The tuned-to half, but for what was said before the question was over."""
    return [(its.kind, its.label, its.words) for its in utterances() if its.told and not its.held_out]


if __name__ == "__main__":
    write(examples(), WEIGHTS)

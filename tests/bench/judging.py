"""`python -m tests.bench.judging`: what judging an answer adds to a turn, with and without the classifier."""

from rich.console import Console

from interlock.agents.answers import judge
from interlock.app.offline.answers.classifier import EmbeddedClassifier
from interlock.app.offline.meaning import Meaning
from tests.answers.table import utterances
from tests.bench.times import Times


def judging() -> list[Times]:
    """Every line of the table once by the words alone, and every tenth with the classifier."""
    alone, both, first = Times("words alone"), Times("words and classifier"), Times("the first answer of a process")
    classifier, table = EmbeddedClassifier(Meaning()), utterances()
    with first.one():
        judge("yes", table[0].question)
    for its in table:
        with alone.one():
            judge(its.words, its.question)
    for its in table[::10]:
        with both.one():
            judge(its.words, its.question, classifier.scores(its.words, its.kind))
    return [first, alone, both]


def main() -> None:
    """Print a line for each."""
    for times in judging():
        Console().print(
            f"{times.what}: p50 {times.p50:.3f} ms, p95 {times.below(0.95):.3f} ms, {len(times.seconds)} runs"
        )


if __name__ == "__main__":
    main()

"""`python -m tests.bench.judging`: what judging an answer adds to a turn."""

from rich.console import Console

from interlock.agents.answers import judge
from tests.answers.table import utterances
from tests.bench.times import Times


def judging() -> list[Times]:
    """Every line of the table once."""
    every, first, table = Times("an answer"), Times("the first answer of a process"), utterances()
    with first.one():
        judge("yes", table[0].question)
    for its in table:
        with every.one():
            judge(its.words, its.question)
    return [first, every]


def main() -> None:
    """Print a line for each."""
    for times in judging():
        Console().print(
            f"{times.what}: p50 {times.p50:.3f} ms, p95 {times.below(0.95):.3f} ms, {len(times.seconds)} runs"
        )


if __name__ == "__main__":
    main()

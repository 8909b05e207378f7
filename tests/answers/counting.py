"""Counting what a judge makes of the table."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from interlock.agents.answers import Answer
from interlock.agents.answers.question import ACTED_ON
from tests.answers.table import Utterance

LABELS: tuple[Answer, ...] = ("yes", "no", "correction", "question", "unclear", "attention")

Judge = Callable[[Utterance], Answer]


@dataclass(frozen=True)
class Counts:
    """How often each label was taken for each answer, and how often for one that something is done on."""

    name: str
    matrix: Counter[tuple[Answer, Answer]]
    false_yes: int
    no_yes: int
    true_yes: int
    yes: int
    acted_wrongly: int
    objections_acted_on: int

    def __str__(self) -> str:
        head = f"{self.name}\n{'':>12}" + "".join(f"{answer:>12}" for answer in LABELS)
        rows = [f"{label:>12}" + "".join(f"{self.matrix[label, its]:>12}" for its in LABELS) for label in LABELS]
        rates = (
            f"false yes {self.false_yes} of {self.no_yes} ({self.false_yes / self.no_yes:.2%}), "
            f"true yes taken {self.true_yes} of {self.yes} ({self.true_yes / self.yes:.2%}), "
            f"acted on wrongly {self.acted_wrongly}, of these over a no or a correction {self.objections_acted_on}"
        )
        return "\n".join((head, *rows, rates))


def counted(name: str, table: Sequence[Utterance], judge: Judge) -> Counts:
    """Every line judged once. A yes counts where something is done on it, as it is to an offer, a check, a fact."""
    judged = [(its, judge(its)) for its in table]
    to_a_yes = [(its, found) for its, found in judged if "yes" in ACTED_ON[its.kind]]
    wrong = [its for its, found in judged if found in ACTED_ON[its.kind] and found != its.label]
    return Counts(
        name,
        Counter((its.label, found) for its, found in judged),
        false_yes=sum(found == "yes" != its.label for its, found in to_a_yes),
        no_yes=sum(its.label != "yes" for its, _ in to_a_yes),
        true_yes=sum(found == "yes" == its.label for its, found in to_a_yes),
        yes=sum(its.label == "yes" for its, _ in to_a_yes),
        acted_wrongly=len(wrong),
        objections_acted_on=sum(its.label in ("no", "correction") for its in wrong if "yes" in ACTED_ON[its.kind]),
    )

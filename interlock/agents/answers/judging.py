"""The judge: one answer out of what each layer took the words for. It fails closed.

An answer that something is done on (a yes to an offer, a no to "Do you smell gas?") needs plain words, or words that
lean to it and another layer that says the same; and no layer may say otherwise. No layer makes one without the words.
Every other answer is harmless, and is what the words' reader says.
"""

from dataclasses import dataclass
from typing import Literal

from interlock.agents.answers.classifier import Scores, opinion
from interlock.agents.answers.question import ACTED_ON, Answer, Question
from interlock.agents.answers.reading import Reading, read

Layer = Literal["words", "classifier", "model"]

VETOES: frozenset[Answer] = frozenset({"no", "correction", "question", "yes"})
"""What a layer must say to stop another answer; "unclear" is no opinion."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The answer, and what each layer took the words for; it holds no word of the caller, so it may go on record.

    `by` are the layers it rests on: the words, with those that agreed, or those that stood against them. `leans` is
    what unclear words would be if another layer agreed. A layer that was not asked, failed, or had no opinion is None.
    """

    answer: Answer
    by: tuple[Layer, ...]
    words: Answer
    leans: Answer | None = None
    classifier: Answer | None = None
    model: Answer | None = None

    def as_record(self) -> dict[str, str]:
        """As it stands in the audit record: each layer's answer, by its name; layers without one are left out."""
        layers = {"words": self.words, "leans": self.leans, "classifier": self.classifier, "model": self.model}
        said = {name: answer for name, answer in layers.items() if answer is not None}
        return {"answer": self.answer, "by": "+".join(self.by), **said}


def judge(said: str, question: Question, scores: Scores | None = None, model: Answer | None = None) -> Judgement:
    """What the caller's words answer. Pure: the same words, question, scores and opinion, the same judgement.

    `said` is everything final since the question, pieces joined by a blank. `scores` are a classifier's, where there
    is one; `model` is what a deciding model said the answer was, never more than evidence.
    """
    reading, classified = read(said, question), opinion(scores)
    others: Layers = (("classifier", classified), ("model", model))
    answer, by = _weighed(reading, others, ACTED_ON[question.kind])
    return Judgement(answer, by, reading.answer, reading.leans, classified, model)


Weighed = tuple[Answer, tuple[Layer, ...]]
Layers = tuple[tuple[Layer, Answer | None], ...]


def _weighed(reading: Reading, others: Layers, acted_on: frozenset[Answer]) -> Weighed:
    wanted = reading.leans or reading.answer
    if wanted not in acted_on:
        return reading.answer, ("words",)
    if against := _which(others, VETOES - {wanted}):
        return "unclear", against
    if reading.leans is None:
        return wanted, ("words",)
    agreeing = _which(others, frozenset({wanted}))
    return (wanted, ("words", *agreeing)) if agreeing else ("unclear", ("words",))


def _which(others: Layers, answers: frozenset[Answer]) -> tuple[Layer, ...]:
    return tuple(layer for layer, its in others if its in answers)

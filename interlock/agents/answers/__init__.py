"""What a caller's words answer to a question: judged once, the same words always the same way."""

from interlock.agents.answers.classifier import Classifier, Scores
from interlock.agents.answers.judging import Judgement, judge
from interlock.agents.answers.pieces import prepare
from interlock.agents.answers.question import Answer, Kind, Question
from interlock.agents.answers.safety import endangered
from interlock.agents.answers.timing import judged

__all__ = [
    "Answer",
    "Classifier",
    "Judgement",
    "Kind",
    "Question",
    "Scores",
    "endangered",
    "judge",
    "judged",
    "prepare",
]

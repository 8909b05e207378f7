"""The judge in a call: a classifier that fails or is slow leaves the words alone."""

import asyncio
from collections.abc import Callable

import structlog

from interlock.agents.answers.classifier import Classifier, Scores
from interlock.agents.answers.judging import Judgement, judge
from interlock.agents.answers.question import Answer, Kind, Question
from interlock.agents.call.clock import Clock, within

LIMIT_S = 0.7
"""How long a turn waits for a classifier."""

log = structlog.get_logger("interlock.answers")


async def judged(
    said: str,
    question: Question,
    clock: Clock,
    classifier: Classifier | None = None,
    model: Answer | None = None,
) -> tuple[Judgement, Scores | None]:
    """The judgement, and the scores it rests on: whoever replays it needs those, too."""
    scores = await _scores(classifier, said, question.kind, clock) if classifier else None
    return judge(said, question, scores, model), scores


async def _scores(classifier: Classifier, said: str, kind: Kind, clock: Clock) -> Scores | None:
    try:
        return await within(clock, LIMIT_S, _in_a_thread(lambda: classifier.scores(said, kind)))
    except Exception as error:
        log.warning("answers.classifier_failed", why=type(error).__name__)
        return None


async def _in_a_thread(work: Callable[[], Scores]) -> Scores:
    return await asyncio.to_thread(work)

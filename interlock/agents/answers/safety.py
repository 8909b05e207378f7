"""What a judgement makes of a danger: the careful way round."""

from interlock.agents.answers.judging import Judgement


def endangered(judgement: Judgement | None) -> bool:
    """Whether to act as if there were a danger: after anything but a plain no, no answer at all included.

    For the fact that a danger's question establishes: `smell = endangered(judgement)`.
    """
    return judgement is None or judgement.answer != "no"

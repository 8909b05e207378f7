"""What a caller's words answer to a question: judged once, the same words always the same way."""

from interlock.agents.answers.pieces import prepare
from interlock.agents.answers.question import Answer, Kind, Question
from interlock.agents.answers.reading import judge

__all__ = ["Answer", "Kind", "Question", "judge", "prepare"]

"""Whether a caller says goodbye, and nothing else."""

import re

from interlock.agents.answers.question import Question
from interlock.agents.answers.reading import judge

_BYE = frozenset({"bye", "goodbye", "ciao", "cheers", "thanks", "thank", "okay", "ok", "great", "alright", "fine"})
_LEADING_ON = frozenset({"a", "very", "so", "and", "have", "to", "for", "your", "the", "is"})
_BESIDE = _LEADING_ON | {
    *("you", "much", "good", "nice", "lovely", "day", "evening", "night", "weekend", "too", "help", "all", "right"),
    *("take", "care", "now", "then", "that", "s"),
}
_FAREWELLS = re.compile(
    r"[.,;:!]+|\b(?:(?:you )?have a (?:very )?(?:good|nice|lovely|great) (?:day|evening|night|weekend)"
    rf"|for (?:your|the) help|take care|you too|thank you|{'|'.join(sorted(_BYE))})\b"
)
"""What stands between the clauses of a goodbye."""
_WORD = re.compile(r"[^\W\d_]+")


def says_goodbye(words: str) -> bool:
    """Whether they say goodbye or thank you, and nothing else.

    A question, with or without its mark, and words that lead on to more ("okay, so") are none: whoever says them stays.
    """
    said = _WORD.findall(words.lower())
    farewell = bool(_BYE.intersection(said)) and set(said) <= _BYE | _BESIDE
    return farewell and said[-1] not in _LEADING_ON and not _asks(words.lower())


def _asks(words: str) -> bool:
    """ "You have a nice day" wishes; "you have that" wants to know."""
    return any(judge(clause, Question("more")) == "question" for clause in _FAREWELLS.split(words))

"""Proposals on record that hold no `consent`: a yes in the caller's words, or in a model's argument.

They are judged as they were, so that such a record replays. No proposal of a call that runs is one of them: our ears
give each its consent.
"""

import re

_AFFIRMED = (
    r"(?:yes|yeah|yep|yup|exactly|correct|absolutely|definitely|i confirm|thank you|thanks"
    r"|(?:that|it|this|all|everything|all of (?:that|it|this))(?:'?s| is) (?:all |quite |exactly )?(?:right|correct))"
)
_A_YES = re.compile(rf"(?!thank){_AFFIRMED}(?:[\s,.!]+(?:and\s+)?{_AFFIRMED})*[\s,.!]*")


def words_said_yes(words: str) -> bool:
    """Whether words that stand in a record in place of a consent are a yes and nothing else."""
    return _A_YES.fullmatch(words.strip().lower()) is not None

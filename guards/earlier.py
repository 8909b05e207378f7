"""Proposals on record that hold no `consent`: a yes in the caller's words, or in a model's argument.

They are judged as they were, so that such a record replays. No proposal of a call that runs is one of them: our ears
give each its consent.
"""

import re

_YES = re.compile(r"\b(?:yes|yeah|yep|yup|correct|right|exactly|i confirm|confirmed|absolutely)\b")
_BESIDE_A_YES = """
a absolutely ahead all and are completely confirm confirmed correct course definitely details do entirely everything
exactly file fine go good great have i indeed is it its just looks much my of oh ok okay on perfect perfectly please put
quite really right s so sounds sure thank thanks that thats the them there these they this totally uh um very we well
yeah yep yes you yup
"""
_AND_NOTHING_ELSE = frozenset(_BESIDE_A_YES.split())
_A_REQUEST = re.compile(r"\b(?:correct|right) (?:my|the|it|this|that|them|these|all|everything)\b|\?")


def words_said_yes(words: str) -> bool:
    """Whether words that stand in a record in place of a consent are a yes and nothing else."""
    said = words.lower()
    nothing_else = _AND_NOTHING_ELSE.issuperset(re.findall(r"\w+", said))
    return bool(_YES.search(said)) and nothing_else and not _A_REQUEST.search(said)

"""Whether a caller asks for an act by themselves, in words that leave no doubt: then no question has to come first.

Anything that may be a question, a doubt, a story or a no is no request: one more question is the smaller harm.
"""

import re
from collections.abc import Iterable, Sequence

from interlock.agents.answers.phrases import Phrases, Words, expanded, words_of
from interlock.agents.answers.tables import refusal
from interlock.agents.answers.tables import requests as tables
from interlock.agents.answers.words import LONGEST, LONGEST_WORDS, plain

_WISHES = Phrases([("wish", tables.WISHES)])
_TAKEN_BACK = expanded(tables.TAKEN_BACK)
_AGAINST, _LIGHT = words_of(tables.AGAINST), words_of(tables.LIGHT)
_REFUSALS = frozenset(its for its in expanded(refusal.FIRM) if _AGAINST & set(its)) | _TAKEN_BACK
_STORIES, _CONDITIONS = words_of(tables.STORIES), words_of(tables.CONDITIONS)
_CLOSINGS, _FOR_GOOD = words_of(tables.CLOSINGS), words_of(tables.FOR_GOOD)
_BARE_NO = words_of(refusal.BARE)
_OPENINGS, _NAMES = words_of(tables.OPENINGS), words_of(tables.NAMES)
_BETWEEN = 6
"""How many words may stand between a wish and what is wished for: "could you please just quickly cancel it"."""
_CLAUSES = re.compile(r"[.,;:!?\u2026\u2013\u2014]+|\b(?:and|so|then|because|since)\b", re.IGNORECASE)

Place = tuple[int, int]
"""Where an act is named: its first word, and the first after it."""


def requested(said: str, acts: Iterable[str]) -> bool:
    """Whether the words ask for one of these acts ("cancel", "call me back"), and nothing in them takes that back.

    `acts` are in the imperative, or nouns ("refund"). A longer story than an answer can be is no request.
    """
    every = plain(said[: LONGEST + 1]).words
    if len(said) > LONGEST or len(every) > LONGEST_WORDS:
        return False
    wanted = [plain(act).words for act in acts]
    if _CONDITIONS & set(every) or any(_at(every, start, _TAKEN_BACK) for start in range(len(every))):
        return False
    if any(_denied(every, start) or "but" in every[end:] for start, end in _named(every, wanted)):
        return False
    return any(_wished(plain(clause).words, wanted) for clause in _CLAUSES.split(said))


def ended(said: str, acts: Iterable[str]) -> bool:
    """Whether the words ask for an end of something: these acts hold their own no ("never call me", "stop calling").

    As `requested` otherwise: an end of a part ("before nine", "on Mondays"), or one taken back afterwards, is none.
    """
    every = plain(said[: LONGEST + 1]).words
    if len(said) > LONGEST or len(every) > LONGEST_WORDS or _CONDITIONS & set(every):
        return False
    wanted = [plain(act).words for act in acts]
    clauses = [plain(clause).words for clause in _CLAUSES.split(said)]
    ends = [at for at, clause in enumerate(clauses) if any(_is_end(clause, *its) for its in _named(clause, wanted))]
    return bool(ends) and not any(_against(clause) for clause in clauses[ends[-1] + 1 :])


def for_good(said: str) -> bool:
    """Whether the words are about more than what was asked just now: "again", "ever", "your list"."""
    return bool(_FOR_GOOD & set(plain(said[:LONGEST]).words))


def denied(said: str, acts: Iterable[str]) -> bool:
    """Whether the words say not to do it: the act with a no to it ("do not call me", "no refund"), or a firm refusal.

    A no to something else beside a value, as in "no, tomorrow at ten", is none.
    """
    words = plain(said[:LONGEST]).words
    wanted = [plain(act).words for act in acts]
    if any(_denied(words, start) for start, _ in _named(words, wanted)):
        return True
    return any(_at(words, start, _REFUSALS) for start in range(len(words)))


def _wished(words: Words, wanted: Sequence[Words]) -> bool:
    """A clause that begins with the act, or in which a wish or "please" stands with it."""
    return any(_is_wish(words, start, end) for start, end in _named(words, wanted))


def _is_wish(words: Words, start: int, end: int) -> bool:
    before, after = words[:start], words[end:]
    if _STORIES & set(before) or (after and after[0] in _NAMES):
        return False
    if all(word in _OPENINGS for word in before) or "please" in after:
        return True
    return any(_WISHES.at(before, at) for at in range(max(0, start - _BETWEEN), start))


def _is_end(words: Words, start: int, end: int) -> bool:
    before, after = tuple(word for word in words[:start] if word not in _BARE_NO), words[end:]
    if not _CLOSINGS.issuperset(after) or _STORIES & set(before) or _AGAINST & set(before):
        return False
    opened = all(word in _OPENINGS for word in before) and (before[-1:] != ("you",) or "thank" in before)
    return opened or any(_WISHES.at(before, at) for at in range(max(0, len(before) - _BETWEEN), len(before)))


def _against(words: Words) -> bool:
    return bool(_AGAINST & set(words)) or any(_at(words, start, _TAKEN_BACK) for start in range(len(words)))


def _denied(words: Words, start: int) -> bool:
    """A no before the act with nothing between that could be what is denied: "do not cancel it", "no refund"."""
    heavy = (at for at in range(start - 1, -1, -1) if words[at] not in _LIGHT)
    return words[next(heavy, -1)] in _AGAINST if start else False


def _named(words: Words, wanted: Sequence[Words]) -> list[Place]:
    return [(start, start + len(act)) for start in range(len(words)) for act in wanted if _at(words, start, (act,))]


def _at(words: Words, start: int, phrases: Iterable[Words]) -> bool:
    return any(words[start : start + len(phrase)] == phrase for phrase in phrases)

"""Tables of phrases, and the longest phrase that words begin with."""

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Generic, TypeVar

from interlock.agents.answers.words import spelled

Words = tuple[str, ...]
S = TypeVar("S")

_SLOT = re.compile(r"\(([^)]*)\)|\[([^\]]*)\]|(\S+)")


class Phrases(Generic[S]):
    """What each of many phrases means; the longest counts, and of the same phrase in two tables the later one."""

    def __init__(self, tables: Iterable[tuple[S, str]]) -> None:
        self._meaning: dict[Words, S] = {}
        for sense, table in tables:
            self._meaning |= dict.fromkeys(expanded(table), sense)
        self._longest = max(map(len, self._meaning), default=0)

    def at(self, words: Words, start: int) -> tuple[S, int] | None:
        """The sense of the longest phrase that begins at `start`, and how many words it has."""
        for size in range(min(self._longest, len(words) - start), 0, -1):
            sense = self._meaning.get(words[start : start + size])
            if sense is not None:
                return sense, size
        return None


@cache
def expanded(table: str) -> frozenset[Words]:
    """Every phrase of a table, its choices written out. Raises `ValueError` naming a line that may be no words."""
    whole = re.sub(r"\n +", " ", table).replace("| ", "|")
    return frozenset(phrase for line in whole.splitlines() if line for phrase in _written_out(line))


def _written_out(line: str) -> Iterator[Words]:
    slots = [_choices(*found) for found in _SLOT.findall(line)]
    for chosen in itertools.product(*slots):
        words = tuple(itertools.chain.from_iterable(chosen))
        if not words:
            raise ValueError(f"a phrase may be empty: {line!r}, expected one word that is not in [brackets]")
        yield words


def _choices(either: str, optional: str, word: str) -> list[Words]:
    choices = [_words(choice) for choice in (either or optional or word).split("|")]
    return [(), *choices] if optional else choices


def _words(choice: str) -> Words:
    return tuple(word for token in choice.split() for word in spelled(token).split())


def words_of(table: str) -> frozenset[str]:
    """The single words of a table that has no phrases."""
    return frozenset(table.split())


def merged(tables: Mapping[str, str], chosen: Iterable[str]) -> str:
    """The chosen ones of tables whose phrases stand between bars, as one table."""
    return "\n".join(phrase for name in chosen for phrase in tables.get(name, "").split("|") if phrase)

"""Amounts of money a caller named, in cents."""

import re
from collections.abc import Iterator, Sequence

from interlock.agents.evidence.figures import ZEROES, cardinals
from interlock.agents.evidence.tokens import STOPS

CURRENCIES_WORDS = """
euro euros eur dollar dollars usd buck bucks pound pounds gbp quid franc francs chf
"""
CURRENCIES = frozenset(CURRENCIES_WORDS.split())
CENTS = frozenset(["cent", "cents", "pence", "p", "penny", "pennies"])
_GROUPED = re.compile(r"\d{1,3}(?:[.,]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?")


def said_amount(cents: int, tokens: Sequence[str]) -> bool:
    """Whether the caller named this amount, with its currency or without.

    A model that takes the figure for cents gives less than was said, and the caller hears how much it is.
    """
    return any(cents in _amounts_at(tokens, at) for at in range(len(tokens)))


def _amounts_at(tokens: Sequence[str], at: int) -> set[int]:
    found: set[int] = set()
    for end, whole in _wholes(tokens, at):
        if _one_of(tokens, end, CENTS):
            found.add(round(whole))
            continue
        found |= {round(whole * 100), *([round(whole)] if _one_of(tokens, end, CURRENCIES) else [])}
        found |= {round(whole * 100) + part for part in _parts(tokens, end)}
    if tokens[at] == "half" and (_one_of(tokens, at + 1, CURRENCIES) or _one_of(tokens, at + 2, CURRENCIES)):
        found.add(50)
    return found


def _wholes(tokens: Sequence[str], at: int) -> Iterator[tuple[int, float]]:
    """Every number that begins here: in figures with their separators, or in words."""
    token = tokens[at]
    if _GROUPED.fullmatch(token):
        value = _value(token)
        yield at + 1, value
        if _one_of(tokens, at + 1, {"k", "thousand", "grand"}):
            yield at + 2, value * 1000
        elif _one_of(tokens, at + 1, {"hundred"}):
            yield at + 2, value * 100
    yield from cardinals(tokens, at)


def _value(token: str) -> float:
    """Of "1,200", "1.200,50" and "19.90": the last separator, before one or two figures, is the point."""
    whole, part = re.sub(r"[.,](\d{1,2})$", r" \1", token).partition(" ")[::2]
    return float(re.sub(r"[.,]", "", whole) + (f".{part}" if part else ""))


def _parts(tokens: Sequence[str], at: int) -> Iterator[int]:
    """The cents said after the whole: "twenty euros and fifty cents", "nineteen ninety", "ten point five"."""
    named = _one_of(tokens, at, CURRENCIES)
    at += named
    point = _one_of(tokens, at, {"point", "dot", "comma"})
    while at < len(tokens) and (tokens[at] in STOPS or tokens[at] in ("and", "point", "dot", "comma")):
        at += 1
    if at >= len(tokens):
        return
    if tokens[at] == "half" or (tokens[at] == "a" and _one_of(tokens, at + 1, {"half"})):
        yield 50
    if tokens[at] in ZEROES:
        yield from (value for _, value in cardinals(tokens, at + 1) if value < 10)
    if tokens[at].isdecimal() and len(tokens[at]) <= 2:
        yield int(tokens[at]) * (10 if point and len(tokens[at]) == 1 else 1)
    for end, value in cardinals(tokens, at):
        if value < 100:
            yield value
            if point and value < 10:
                yield value * 10 + next((its for _, its in cardinals(tokens, end) if its < 10), 0)


def _one_of(tokens: Sequence[str], at: int, words: "frozenset[str] | set[str]") -> bool:
    return at < len(tokens) and tokens[at] in words

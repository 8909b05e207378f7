"""Numbers in words and figures: every way in which the words from one place on can be read as digits."""

import re
from collections.abc import Iterator, Sequence

ZEROES = frozenset({"zero", "oh", "o", "nought", "naught", "nil"})
_ONES = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = (
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth",
)  # fmt: skip
_TIMES = {"double": 2, "triple": 3, "treble": 3}
ONES = {word: value for value, word in enumerate(_ONES, 1)} | {"niner": 9, "fife": 5}
TEENS = {word: value for value, word in enumerate(_TEENS, 10)}
TENS = {word: value * 10 for value, word in enumerate(_TENS, 2)} | {"fourty": 40, "ninty": 90}
ORDINALS = {word: value for value, word in enumerate(_ORDINALS, 1)} | {"thirtieth": 30}
SOUNDS_LIKE = {"to": "2", "too": "2", "for": "4", "fore": "4", "won": "1", "ate": "8"}
"""What recognisers write for a digit, between two others."""
FILLERS = frozenset(["um", "uh", "er", "erm", "hm", "then", "and", "dash", "hyphen", "space", "minus", "slash"])
"""What may be said between the figures of one number."""
ORDINAL = re.compile(r"(?:st|nd|rd|th)$")

Reading = tuple[int, str]
"""The place after the words read, and their digits."""


def readings(tokens: Sequence[str], at: int) -> Iterator[Reading]:
    """Every reading of one figure, or group of figures, that begins at this token."""
    token = tokens[at]
    if token[0].isdigit():
        yield at + 1, re.sub(r"[.,:]", "", token)
    if token in ZEROES:
        yield at + 1, "0"
    if token in _TIMES and at + 1 < len(tokens):
        for end, digit in readings(tokens, at + 1):
            if len(digit) == 1:
                yield end, digit * _TIMES[token]
    if token in SOUNDS_LIKE and 0 < at < len(tokens) - 1 and _is_figure(tokens[at - 1]) and _is_figure(tokens[at + 1]):
        yield at + 1, SOUNDS_LIKE[token]
    for end, value in cardinals(tokens, at):
        yield end, str(value)


def cardinals(tokens: Sequence[str], at: int) -> Iterator[tuple[int, int]]:
    """Every whole number that begins at this token: of "twenty five", 20 and 25."""
    for end, value in _below_thousand(tokens, at):
        yield end, value
        if _is(tokens, end, "thousand") or _is(tokens, end, "k"):
            yield end + 1, value * 1000
            for last, rest in _below_thousand(tokens, _past_and(tokens, end + 1)):
                yield last, value * 1000 + rest
        if _is(tokens, end, "million"):
            yield end + 1, value * 1_000_000


def _below_thousand(tokens: Sequence[str], at: int) -> Iterator[tuple[int, int]]:
    if at >= len(tokens):
        return
    if tokens[at] in ("a", "an") and at + 1 < len(tokens) and _is_scale(tokens, at + 1):
        firsts = [(at + 1, 1)]
    else:
        firsts = list(_below_hundred(tokens, at))
    for end, value in firsts:
        if tokens[at] not in ("a", "an") or _is(tokens, end, "thousand") or _is(tokens, end, "million"):
            yield end, value
        if _is(tokens, end, "hundred"):
            yield end + 1, value * 100
            for last, rest in _below_hundred(tokens, _past_and(tokens, end + 1)):
                yield last, value * 100 + rest


def _below_hundred(tokens: Sequence[str], at: int) -> Iterator[tuple[int, int]]:
    if at >= len(tokens):
        return
    token = tokens[at]
    small = ONES.get(token) or TEENS.get(token) or TENS.get(token)
    if small is None and token.isdecimal() and len(token) <= 3 and _is_scale(tokens, at + 1):
        small = int(token)
    if small is None:
        return
    yield at + 1, small
    one = at + 2 if _is(tokens, at + 1, "-") else at + 1
    if token in TENS and one < len(tokens) and tokens[one] in ONES:
        yield one + 1, small + ONES[tokens[one]]


def ordinal(tokens: Sequence[str], at: int) -> tuple[int, int] | None:
    """The ordinal that begins at this token: "third", "3rd", "twenty first"."""
    token = tokens[at]
    if token in ORDINALS:
        return at + 1, ORDINALS[token]
    if token.isdecimal() and at + 1 < len(tokens) and ORDINAL.fullmatch(tokens[at + 1]):
        return at + 2, int(token)
    one = at + 2 if _is(tokens, at + 1, "-") else at + 1
    if token in TENS and one < len(tokens) and ORDINALS.get(tokens[one], 10) < 10:
        return one + 1, TENS[token] + ORDINALS[tokens[one]]
    return None


def _is(tokens: Sequence[str], at: int, word: str) -> bool:
    return at < len(tokens) and tokens[at] == word


def _is_scale(tokens: Sequence[str], at: int) -> bool:
    return at < len(tokens) and tokens[at] in ("hundred", "thousand", "million", "k")


def _past_and(tokens: Sequence[str], at: int) -> int:
    at = at + 1 if _is(tokens, at, ",") else at
    return at + 1 if _is(tokens, at, "and") else at


def _is_figure(token: str) -> bool:
    return token[0].isdigit() or token in ZEROES or token in ONES or token in TEENS or token in TENS

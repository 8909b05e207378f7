"""Numbers as callers say them: digit by digit, in pairs, doubled, or as amounts of money."""

import re

from text_to_num import alpha2digit  # type: ignore[import-untyped]

from interlock.app.offline.words import plain

ASKED_DIGITS, UNASKED_DIGITS = 2, 3
"""How many digits make a number: "one moment, please" is none, and nobody asked for "two problems"."""

_TIMES = {"double": 2, "triple": 3}
_SOUNDS_LIKE = {"to": "2", "too": "2", "for": "4", "won": "1", "ate": "8"}
_PAUSES = {"um", "uh", "er", "erm", "then"}
_MONEY_UNITS = r"(?:euros?|eur|dollars?|usd|bucks|pounds?|gbp|quid)"
_CENTS = r"(?:cents?|pence|p)"
_COUNTED = re.compile(rf"{_MONEY_UNITS}|{_CENTS}|percent|am|pm|o'clock|seconds?|minutes?|hours?|days?|weeks?|years?")


def in_figures(words: str) -> str:
    """The words in lower case with every number in figures: "double four, twenty-five" gives "4 4, 25"."""
    text = re.sub(r"^\W*(?:oh|o)\s*,", "", plain(words))
    text = re.sub(r"(?<=[a-z])-(?=[a-z])", " ", text)
    text = re.sub(r"\b(?:oh|o|nought|naught)\b(?!')", "zero", text)
    text = re.sub(r"\b(double|triple)\s+(\w+)", lambda m: " ".join([m[2]] * _TIMES[m[1]]), text)
    return str(alpha2digit(text, "en", threshold=0))


def digits(words: str, asked: bool = True) -> str | None:
    """The first long number said, or else the longest, without spaces; amounts, times and ordinals are none."""
    said = all_digits(words, asked)
    return next((number for number in said if len(number) >= UNASKED_DIGITS), max(said, key=len, default=None))


def all_digits(words: str, asked: bool = True) -> list[str]:
    """Every number said, in order: "4471, and the postcode is 10115"."""
    runs: list[list[str]] = [[]]
    tokens = [t.strip(".!?;:#()\"'") for t in re.split(r"[\s,\-]+", in_figures(words))]
    for i, token in enumerate(tokens):
        token = _misheard(tokens, i) if asked else token
        if token.isdigit():
            runs[-1].append(token)
        elif _COUNTED.fullmatch(token):
            runs[-1] = []
        elif token not in _PAUSES:
            runs.append([])
    least = ASKED_DIGITS if asked else UNASKED_DIGITS
    return [number for run in runs if len(number := "".join(run)) >= least]


def count(words: str) -> int | None:
    """How many of something: the first number of one or two figures, and "a couple" is two."""
    text = re.sub(r"\b(?:a couple|a pair)\b", "2", in_figures(words))
    found = re.search(r"(?<![\d.,:])\d{1,2}(?![\d.,:]*\d)", text)
    return int(found[0]) if found else None


def cents(words: str, asked: bool = True) -> int | None:
    """An amount in whole cents; without a currency only when an amount was asked for."""
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", in_figures(words))
    text = re.sub(r"(?<=\d)\.(?=\d{3}(?:,\d{2})?(?![\d.]))", "", text)
    text = re.sub(r"\ba (?=\d)", "", text)
    whole = rf"(\d+)(?:[.,](\d{{2}}))?\s*{_MONEY_UNITS}(?:(?:\s*,?\s*and)?\s*(\d{{1,2}})\b(?:\s*{_CENTS}\b)?)?"
    for pattern in (r"[€$£]\s*(\d+)(?:[.,](\d{2}))?()", rf"\b{whole}", r"\b(\d+)[.](\d{2})\b()"):
        if found := re.search(pattern, text):
            return int(found[1]) * 100 + int(found[2] or found[3] or 0)
    if found := re.search(rf"\b(\d+)\s*{_CENTS}\b", text):
        return int(found[1])
    if asked and (found := re.fullmatch(r"\D*?(\d+)(?:\s+(\d{2}))?\D*", text)):
        return int(found[1]) * 100 + int(found[2] or 0)
    return None


def _misheard(tokens: list[str], i: int) -> str:
    """A word between two digits that sounds like a digit is one."""
    between = 0 < i < len(tokens) - 1 and tokens[i - 1].isdigit() and tokens[i + 1].isdigit()
    return _SOUNDS_LIKE.get(tokens[i], tokens[i]) if between else tokens[i]

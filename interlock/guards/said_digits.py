"""Digits as callers say them, recognisers write them and people type them, each with where it stands in the words."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

_ENGLISH = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_GERMAN = [
    "null",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
]
_GERMAN_TENS = ["zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"]
_OTHER_WORDS = {"oh": "0", "o": "0", "nought": "0", "naught": "0", "nil": "0", "niner": "9", "fife": "5", "zwo": "2"}
_OTHER_WORDS |= {"fourty": "40", "ninty": "90", "dreissig": "30", "ein": "1", "fuenf": "5", "zwoelf": "12"}

SURE: dict[str, str] = {
    **{word: str(value) for value, word in enumerate(_ENGLISH)},
    **{word: str(value) for value, word in enumerate(_GERMAN)},
    **{word: f"{tens}0" for tens, word in enumerate(_TENS, 2)},
    **{word: f"{tens}0" for tens, word in enumerate(_GERMAN_TENS, 2)},
    **{
        f"{'ein' if ones == 1 else word}und{ten}": f"{tens}{ones}"
        for tens, ten in enumerate(_GERMAN_TENS, 2)
        for ones, word in enumerate(_GERMAN[:10])
        if ones
    },
    **_OTHER_WORDS,
}
"""Words that are digits wherever digits are said."""
MISHEARD = {"for": "4", "fore": "4", "to": "2", "too": "2", "won": "1", "ate": "8", "tree": "3"}
"""Words that recognisers write for digits; elsewhere they are just words."""
_REPEATS = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4, "doppel": 2}
_LETTERS = str.maketrans("OoIlLSsB|", "001115581")
"""What looks like a digit, in a word that has one."""
_AHEAD = re.compile(
    r"\b(?:first|next|last|other|final|following|all)\s+(?:one|two|three|four|five|six|eight|[1-8])\b", re.IGNORECASE
)
"""How callers announce digits: "the next four are" says how many come, and none of them."""
_WORD = re.compile(r"\d+|[^\W\d_]+")
_LOOKS = re.compile(r"(?<![^\W_])(?=[OoIlLSsB|]*\d)[\dOoIlLSsB|]+(?![^\W_])")


@dataclass(frozen=True, slots=True)
class Digits:
    """Digits said as one, from `begin` to `end` in the words; `as_heard` says that words or letters stand for them."""

    begin: int
    end: int
    written: str
    as_heard: bool = False


def said_digits(words: str, *, misheard: bool) -> list[Digits]:
    """The digits in these words, in order. `misheard` takes "to" and "won" for the digits they sound like.

    "double four" is 44, "forty-two" 42, "O11O" 0110, whatever script the digits are written in.
    """
    found = list(_one_by_one(_as_ascii(words), SURE | MISHEARD if misheard else SURE))
    return list(_joined(words, found))


def _one_by_one(words: str, meant: dict[str, str]) -> Iterator[Digits]:
    announced = [found.span() for found in _AHEAD.finditer(words)]
    looks = {found.start(): found.end() for found in _LOOKS.finditer(words)}
    repeats, begin, upto = 1, -1, -1
    for found in _WORD.finditer(words):
        at, end = found.span()
        if at < upto or any(first <= at < last for first, last in announced):
            continue
        if at in looks:
            upto = end = looks[at]
            written = words[at:end].translate(_LETTERS)
            as_word = written != words[at:end]
        else:
            word = found[0].lower()
            written, as_word = (word, False) if word.isdigit() else (meant.get(word, ""), True)
            if word in _REPEATS:
                repeats, begin = _REPEATS[word], at
                continue
        if written:
            times = repeats if len(written) == 1 else 1
            yield Digits(begin if times > 1 else at, end, written * times, as_word)
        repeats = 1


def _joined(words: str, found: list[Digits]) -> Iterator[Digits]:
    """Tens and the ones right after them are one number; "hundred" is two noughts."""
    at = 0
    while at < len(found):
        its, after = found[at], found[at + 1] if at + 1 < len(found) else None
        between = words[its.end : after.begin] if after else ""
        is_tens = its.as_heard and len(its.written) == 2 and its.written[0] > "1" and its.written[1] == "0"
        is_one = after is not None and after.as_heard and len(after.written) == 1 and after.written != "0"
        if after and is_tens and is_one and not between.strip(" -\u2010\u2011"):
            its, at = Digits(its.begin, after.end, its.written[0] + after.written, True), at + 1
        if hundred := _HUNDRED.match(words, its.end):
            its = Digits(its.begin, hundred.end(), f"{its.written}00", True)
        yield its
        at += 1


_HUNDRED = re.compile(r"[\s-]+hundred\b", re.IGNORECASE)


def _as_ascii(words: str) -> str:
    """The same, as long as before, with every digit of any script as 0 to 9."""
    if words.isascii():
        return words
    return "".join(_ascii(each) for each in words)


def _ascii(each: str) -> str:
    value = unicodedata.decimal(each, None)
    return str(value) if value is not None else each

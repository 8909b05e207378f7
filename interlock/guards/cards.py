"""Card numbers, told from phone numbers, so that none is ever kept: callers say them whether asked or not."""

import re
from typing import Annotated

from pydantic import AfterValidator

from interlock.guards.base import ARGS_LIMIT_BYTES

FEWEST_DIGITS, MANY_DIGITS = 14, 16
"""No card has fewer than 14; no phone number has 16 (E.164 ends at 15)."""
SHORT_CARDS = {14: ("30", "36", "38"), 15: ("34", "37")}
"""The cards of fewer than 16 digits and how they begin; no country's phone numbers of that length begin so."""
NOT_KEPT = "(a card number, not kept)"

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_SPOKEN = {**{word: str(digit) for digit, word in enumerate(_WORDS)}, "oh": "0"}
_DIGIT = rf"(?:\d|\b(?:{'|'.join(_SPOKEN)})\b)"
_RUN = re.compile(rf"{_DIGIT}(?:[\s,.\-]{{0,3}}{_DIGIT}){{{FEWEST_DIGITS - 1},}}", re.IGNORECASE)


def without_card_numbers(words: str) -> str:
    """The words with every card number left out, written or said digit by digit."""
    return _RUN.sub(lambda found: NOT_KEPT if _is_card(found[0]) else found[0], words[:ARGS_LIMIT_BYTES])


def no_card_number(words: str) -> str:
    """The words as they are. Raises `ValueError`, which does not repeat them, when a card number is in them."""
    if NOT_KEPT in without_card_numbers(words):
        raise ValueError("a card number is never kept")
    return words


Words = Annotated[str, AfterValidator(no_card_number)]
"""What a caller said: a value with a card number in it is refused before anything is recorded."""


def _is_card(run: str) -> bool:
    number = "".join(_SPOKEN.get(part, part) for part in re.findall(_DIGIT, run.lower()))
    return len(number) >= MANY_DIGITS or number.startswith(SHORT_CARDS.get(len(number), ()))

"""Card numbers, told from other numbers by their check digit, so that none is ever kept: callers say them whether asked
or not, in one breath or in several."""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Annotated

from pydantic import AfterValidator

from interlock.guards.card_words import (
    A_MOBILE,
    BESIDE,
    ISSUED,
    MONTHS,
    SAID_OF_DIGITS,
    SAYS_CARD,
    SEVERAL,
    SOMETHING_ELSE,
)
from interlock.guards.said_digits import MISHEARD, Digits, said_digits

NOT_KEPT = "(a card number, not kept)"
FEWEST_DIGITS, MOST_DIGITS = 12, 19
"""ISO/IEC 7812: a card number has at most 19 digits; Maestro issued some of 12."""
WORDS_BETWEEN, OTHERS_BETWEEN = 8, 1
"""How many words may stand between two groups of one card, and how many of them that are not said of digits."""
FEWEST_HEARD = 6
"""How many of its digits are recognised for what they are, where others are taken for words."""
STRAY_DIGITS = 2
"""How many digits said one by one right before a card may belong to something else: "I have two: four one one one"."""
NEAR = 60
"""How many characters before and after a number say what it is."""
DOUBTFUL = re.compile(r"[3-6]\d{14,15}")
"""Numbers as long as the cards most people have, and beginning like them."""
Span = tuple[int, int]


def without_card_numbers(words: str) -> str:
    """The words with every card number left out, however it was said, and with it the code and expiry right beside."""
    for begin, end in reversed(card_spans(words)):
        words = words[:begin] + NOT_KEPT + words[end:]
    return words


def without_cards_across(turns: Sequence[str]) -> list[str]:
    """What a caller said in several turns, with every card number left out, also one that is said across them."""
    spans, left, at = card_spans("\n".join(turns)), [], 0
    for words in turns:
        kept = words
        for begin, end in reversed(spans):
            first, last = max(begin - at, 0), min(end - at, len(words))
            if first < last:
                kept = kept[:first] + NOT_KEPT + kept[last:]
        left.append(kept)
        at += len(words) + 1
    return left


def no_card_number(words: str) -> str:
    """The words as they are. Raises `ValueError`, which does not repeat them, when a card number is in them."""
    if card_spans(words):
        raise ValueError("a card number is never kept")
    return words


Words = Annotated[str, AfterValidator(no_card_number)]
"""What a caller said: a value with a card number in it is refused before anything is recorded."""


def card_spans(words: str) -> list[Span]:
    """Where card numbers stand in the words, each with the code and expiry right beside it."""
    digits = said_digits(words, misheard=False)
    marked = [its.span() for its in re.finditer(re.escape(NOT_KEPT), words)]
    many = sum(len(each.written) for each in digits)
    readings = [digits] if many >= FEWEST_DIGITS else []
    if many >= FEWEST_HEARD and any(MISHEARD.get(word) for word in re.findall(r"[a-z]+", words.lower())):
        readings.append(said_digits(words, misheard=True))
    found = [span for reading in readings for run in _runs(words, reading) for span in _cards_in(words, run)]
    spans = [(begin, _past_what_is_beside(words, end, digits)) for begin, end in (*found, *marked)]
    return _merged([span for span in spans if span not in marked])


def _runs(words: str, digits: Sequence[Digits]) -> Iterator[list[Digits]]:
    """Digits with little enough between them to be one number."""
    run: list[Digits] = []
    for each in digits:
        if run and not _goes_on(words[run[-1].end : each.begin]):
            yield run
            run = []
        run.append(each)
    if run:
        yield run


def _goes_on(between: str) -> bool:
    if NOT_KEPT in between or SOMETHING_ELSE.search(between):
        return False
    words = re.findall(r"[^\W\d_]+", between.lower())
    others = sum(word not in SAID_OF_DIGITS for word in words)
    allowed = 0 if "\n" in between else OTHERS_BETWEEN
    return len(between) <= 80 and len(words) <= WORDS_BETWEEN and others <= allowed


def _cards_in(words: str, run: list[Digits]) -> Iterator[Span]:
    if _sounds_like_one(words, run):
        yield run[0].begin, run[-1].end
        return
    first = 0
    while first < len(run):
        last = _card_from(words, run, first)
        if last is None:
            first += 1
        else:
            yield run[first].begin, run[last].end
            first = last + 1


def _card_from(words: str, run: list[Digits], first: int) -> int | None:
    """Where the longest card ends that begins with these digits."""
    if not _may_begin(words, run, first):
        return None
    number, found = "", None
    for at in range(first, len(run)):
        number += run[at].written
        if len(number) > MOST_DIGITS:
            break
        its = run[first : at + 1]
        if is_card(number) and _is_grouped(words, its) and not _are_several(words, its):
            found = at
    return found


def _sounds_like_one(words: str, run: list[Digits]) -> bool:
    """As long as a card, said in words or as letters, and called nothing else: where a digit may be misheard, the check
    digit tells nothing."""
    number = "".join(each.written for each in run)
    if not DOUBTFUL.fullmatch(number) or not any(each.as_heard for each in run):
        return False
    if "\n" in words[run[0].begin : run[-1].end] or not all(each.as_heard or len(each.written) == 4 for each in run):
        return False
    near = words[max(run[0].begin - NEAR, 0) : run[-1].end + NEAR]
    return SOMETHING_ELSE.search(near) is None


def _may_begin(words: str, run: list[Digits], first: int) -> bool:
    its = run[first]
    if words[: its.begin].rstrip(" (").endswith("+"):
        return False
    if first <= STRAY_DIGITS or len(its.written) > 1:
        return True
    return re.search(r"[^\W\d_]{2}|[,.;:\n]", words[run[first - 1].end : its.begin]) is not None


def _is_grouped(words: str, its: list[Digits]) -> bool:
    """Whether the digits are parted as those of a card are, and not other numbers one after the other."""
    if len(its) == 1 or all(len(each.written) <= 2 for each in its):
        return True
    sizes = [1 if each.as_heard else len(each.written) for each in its]
    total = sum(len(each.written) for each in its)
    if total == 16:
        return all(size == 1 or size % 2 == 0 for size in sizes)
    if total == 15 and not any(each.as_heard for each in its):
        ends = set(accumulate(sizes))
        return {4, 10} <= ends
    if total == 15:
        return True
    by_fours = all(size == 4 for size in sizes[:-1]) or sizes == [4, 6, 4]
    return SAYS_CARD.search(words) is not None or (by_fours and "\n" not in words[its[0].begin : its[-1].end])


def _are_several(words: str, run: list[Digits]) -> bool:
    """Two or three long numbers that the caller called by a name of their own, and not parts of one."""
    if len(run) not in (2, 3) or any(len(each.written) < 6 or each.as_heard for each in run):
        return False
    before = words[max(run[0].begin - NEAR, 0) : run[0].begin]
    return SEVERAL.search(before) is not None and SAYS_CARD.search(words) is None


def is_card(number: str) -> bool:
    """Whether these digits are a card number by how they begin, how many they are, and their check digit (Luhn)."""
    if not FEWEST_DIGITS <= len(number) <= MOST_DIGITS or not ISSUED.fullmatch(number) or A_MOBILE.fullmatch(number):
        return False
    doubled = (int(each) * 2 for each in number[-2::-2])
    return (sum(int(each) for each in number[-1::-2]) + sum(each // 10 + each % 10 for each in doubled)) % 10 == 0


def _past_what_is_beside(words: str, end: int, digits: Sequence[Digits]) -> int:
    """Past the code and the expiry that were said right after a card."""
    while True:
        beside = BESIDE.match(words, end)
        assert beside is not None, "it matches nothing, too"
        at = beside.end()
        if month := MONTHS.match(words, at):
            at = month.end()
        after = [each for each in digits if each.begin >= at]
        taken = _code_at(words, at, after, named=beside["named"] is not None or month is not None)
        if taken is None:
            return end
        end = taken


def _code_at(words: str, at: int, digits: Sequence[Digits], *, named: bool) -> int | None:
    """The end of the few digits that begin there: a code of three or four, an expiry of month and year."""
    number, end, limit = "", at, 8 if named else 6
    for each in digits:
        between = words[end : each.begin]
        if re.fullmatch(r"[\s/.,\-\u2013]*(?:slash|of|dash)?[\s/.,\-\u2013]*", between) is None:
            break
        if len(number + each.written) > limit:
            break
        number, end = number + each.written, each.end
    if len(number) in (3, 4) or (number and named) or (len(number) == 6 and re.search(r"\d/\d", words[at:end])):
        return end
    return None


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((begin, end))
    return merged

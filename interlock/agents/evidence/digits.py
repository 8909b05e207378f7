"""Whether a number was said: digit by digit, in groups and pairs, doubled, in words or figures, in several breaths."""

from collections.abc import Iterator, Sequence

import phonenumbers

from interlock.agents.evidence.figures import FILLERS, readings
from interlock.agents.evidence.tokens import STOPS

MOST_BETWEEN = 4
"""How many words without a figure may stand between two figures of one number."""
ANOTHER_NUMBER = 3
"""Digits from which what stands right beside a number, in the same breath, is taken for another number."""
COUNTED_WORDS = """
am pm o'clock oclock euro euros eur dollar dollars usd pound pounds gbp quid cent cents pence percent second
seconds minute minutes hour hours day days week weeks month months year years portions people persons
"""
COUNTED = frozenset(COUNTED_WORDS.split())
"""What makes the figure before it a time or an amount of something, and no part of a number."""


def said_digits(number: str, tokens: Sequence[str], *, whole: bool = False) -> bool:
    """Whether these digits were said as a number of their own; `whole` says that nothing may stand right beside."""
    return any(_stands_alone(tokens, begin, end, whole) for begin, end in _places(number, tokens))


def said_phone(number: str, tokens: Sequence[str], country: str | None) -> bool:
    """Whether a telephone number was said, in its national or its international writing.

    A country's code may be put before what was said only where it is the service's own, or nobody knows which that is.
    """
    base, _, extension = number.partition("x")
    return any(said_digits(form, tokens, whole=True) for form in phone_forms(base, country)) and (
        not extension or said_digits("".join(filter(str.isdecimal, extension)), tokens)
    )


def phone_forms(number: str, country: str | None) -> Iterator[str]:
    """The digits under which a caller may say a number."""
    digits = "".join(filter(str.isdecimal, number))
    yield digits
    try:
        its = phonenumbers.parse("+" + digits.removeprefix("00") if _is_abroad(number) else number, country)
    except phonenumbers.NumberParseException:
        return
    code, national = str(its.country_code), phonenumbers.national_significant_number(its)
    yield from (code + national, "00" + code + national, "011" + code + national, code + "0" + national)
    if not _is_abroad(number) or country is None or phonenumbers.country_code_for_region(country) == its.country_code:
        yield from (national, "0" + national)
        if code == "1":
            yield "1" + national


def _is_abroad(number: str) -> bool:
    return number.strip().startswith(("+", "00"))


def _places(number: str, tokens: Sequence[str]) -> Iterator[tuple[int, int]]:
    """From where to where the number can be read."""
    for begin in range(len(tokens)):
        ends: set[int] = set()
        seen: set[tuple[int, int]] = set()
        todo = [(begin, 0)]
        while todo:
            at, done = todo.pop()
            for end, digits in readings(tokens, at):
                if not number.startswith(digits, done) or (end, done + len(digits)) in seen:
                    continue
                seen.add((end, done + len(digits)))
                if done + len(digits) == len(number):
                    ends.add(end)
                elif (following := _past_fillers(tokens, end)) is not None:
                    todo.append((following, done + len(digits)))
        yield from ((begin, end) for end in sorted(ends))


def _past_fillers(tokens: Sequence[str], at: int) -> int | None:
    """Where the next figure can begin."""
    for end in range(at, min(at + MOST_BETWEEN + 1, len(tokens))):
        if tokens[end] not in FILLERS and tokens[end] not in STOPS:
            return end
    return None


def _stands_alone(tokens: Sequence[str], begin: int, end: int, whole: bool) -> bool:
    before, after = _digits_before(tokens, begin), _digits_after(tokens, end)
    if whole:
        return before == after == 0
    return all(beside == 0 or beside >= ANOTHER_NUMBER for beside in (before, after))


def _digits_after(tokens: Sequence[str], at: int) -> int:
    count = 0
    while at < len(tokens) and (found := max(readings(tokens, at), default=None)):
        at, digits = found
        if at < len(tokens) and tokens[at] in COUNTED:
            return count
        count += len(digits)
    return count


def _digits_before(tokens: Sequence[str], at: int) -> int:
    """Digits right before; an "oh" that begins a sentence is none."""
    count = 0
    while at > 0 and (found := _ending_at(tokens, at)) is not None:
        begin, digits = found
        if tokens[begin] in ("oh", "o") and (begin == 0 or tokens[begin - 1] in STOPS) and count == 0:
            return count
        at, count = begin, count + len(digits)
    return count


def _ending_at(tokens: Sequence[str], at: int) -> tuple[int, str] | None:
    for begin in range(max(0, at - 4), at):
        for end, digits in readings(tokens, begin):
            if end == at:
                return begin, digits
    return None

"""Days a caller named: of birth, and of an appointment."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from interlock.agents.evidence.figures import cardinals, ordinal

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NEAR_DAYS = 3
"""How many days ahead a time without its day may be meant: over a weekend, Monday."""
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*"
_WEEKDAY = re.compile(r"\b(mon|tues?|wed|wednes|thu|thurs?|fri|sat|satur|sun)(?:day)?s?\b")
_WINDOW = 14
"""How many words a date of birth may be spread over."""


def in_figures(tokens: Sequence[str]) -> str:
    """The words with numbers in figures, ordinals as "3th": "twenty first of May" is "21th of may"."""
    words: list[str] = []
    at = 0
    while at < len(tokens):
        if found := ordinal(tokens, at):
            at, value = found
            words.append(f"{value}th")
        elif longest := max(cardinals(tokens, at), default=None):
            at, value = longest
            words.append(str(value))
        else:
            words.append("0" if tokens[at] in ("zero", "oh") else tokens[at])
            at += 1
    return " ".join(words)


def said_date(day: date, tokens: Sequence[str]) -> bool:
    """Whether day, month and year were said near each other, in any order and writing."""
    words = in_figures(tokens).split()
    return any(_all_parts(day, words[at : at + _WINDOW]) for at in range(len(words)))


def _all_parts(day: date, words: Sequence[str]) -> bool:
    text = " ".join(words)
    if text.split(" ", 1)[0] in (day.isoformat(), day.strftime("%d%m%Y"), day.strftime("%m%d%Y")):
        return True
    figures = [part for word in words for part in re.split(r"[.,:/-]", word.removesuffix("th")) if part.isdecimal()]
    runs = _digits_together(words)
    if any(day.strftime(form) in runs for form in ("%d%m%Y", "%m%d%Y", "%Y%m%d", "%d%m%y", "%m%d%y")):
        return True
    named = any(re.fullmatch(_MONTH, word) and word.startswith(MONTHS[day.month - 1]) for word in words)
    numbers = [int(figure) for figure in figures if len(figure) <= 4]
    year = _year(day.year, figures)
    return year and _has(numbers, day.day, *(() if named else (day.month,)))


def _has(numbers: Sequence[int], *wanted: int) -> bool:
    left = list(numbers)
    for each in wanted:
        if each not in left:
            return False
        left.remove(each)
    return True


def _year(year: int, figures: Sequence[str]) -> bool:
    pairs = {first + second.zfill(2) for first, second in pairwise(figures)}
    short = f"{year % 100:02d}"
    return str(year) in figures or str(year) in pairs or short in figures or str(year % 100) in figures


def _digits_together(words: Sequence[str]) -> str:
    return "".join(word if word.isdecimal() else " " for word in words)


def said_day(day: date, today: date, tokens: Sequence[str]) -> bool | None:
    """Whether this day of the next weeks was named; None where no day was named at all."""
    text = in_figures(tokens)
    named = (_relative(day, today, text), _weekday(day, today, text), _calendar(day, today, text))
    known = [each for each in named if each is not None]
    return any(known) if known else None


def _relative(day: date, today: date, text: str) -> bool | None:
    ahead = (day - today).days
    said: set[int] = set()
    if "day after tomorrow" in text:
        said.add(2)
        text = text.replace("day after tomorrow", " ")
    if re.search(r"\b(?:today|tonight|this (?:morning|afternoon|evening)|now|right away|asap|as soon as)\b", text):
        said.add(0)
    if re.search(r"\btomorrow\b", text):
        said.add(1)
    for number, unit in re.findall(r"\b(?:in|after) (?:the next )?(a|an|\d+|couple of) (day|week|fortnight)s?\b", text):
        count = int(number) if number.isdecimal() else 2 if number == "couple of" else 1
        said.add(count * {"day": 1, "week": 7, "fortnight": 14}[unit])
    for number, unit in re.findall(r"\b(a|\d+) (day|week)s? from (?:now|today)\b", text):
        said.add((int(number) if number.isdecimal() else 1) * (7 if unit == "week" else 1))
    if re.search(r"\bweek from tomorrow\b", text):
        said.add(8)
    if re.search(r"\bin (?:a|an|half|\d+)(?: an?)? (?:hour|minute)s?\b", text):
        said |= {0, 1}
    if re.search(r"\bnext week\b", text):
        monday = 7 - today.weekday()
        said |= set(range(monday, monday + 7))
    if re.search(r"\b(?:this week|later this week)\b", text):
        said |= set(range(7 - today.weekday()))
    if re.search(r"\b(?:any day|whichever day|whenever|any ?time|either day)\b", text):
        said |= set(range(15))
    return ahead in said if said else None


def _weekday(day: date, today: date, text: str) -> bool | None:
    named = {found[:3] for found in _WEEKDAY.findall(re.sub(r"\b(?:sat|sun|mar|wed) (?:down|up)\b", "", text))}
    if re.search(r"\bweekend\b", text):
        named |= {"sat", "sun"}
    if not named:
        return None
    ahead = (day - today).days
    farthest = 21 if re.search(r"\bweek\b|\bfortnight\b", text) else 14
    return WEEKDAYS[day.weekday()] in named and 0 <= ahead <= farthest


def _calendar(day: date, today: date, text: str) -> bool | None:
    """Named by its number: with its month, with its year, or alone as one of this month or the next."""
    months = rf"({_MONTH})"
    with_month = [
        (month[:3], int(number))
        for month, number in [
            *((m, d) for d, m in re.findall(rf"\b(\d{{1,2}})(?:th)?(?: of)? {months}", text)),
            *re.findall(rf"\b{months} (?:the )?(\d{{1,2}})(?:th)?\b", text),
        ]
    ]
    written = re.findall(r"\b(\d{1,4})[./-](\d{1,2})(?:[./-](\d{2,4}))?\b", re.sub(r" ?([./-]) ?", r"\1", text))
    alone = [int(number) for number in re.findall(r"\b(\d{1,2})th\b", text)]
    if not (with_month or written or alone):
        return None
    if any((MONTHS[day.month - 1], day.day) == its for its in with_month):
        return _right_year(day, today, text)
    for first, second, third in written:
        numbers = [int(part) for part in (first, second, third) if part]
        if {day.day, day.month} <= set(numbers) and (len(numbers) == 2 or day.year % 100 in {n % 100 for n in numbers}):
            return len(numbers) == 3 or _right_year(day, today, text)
    ahead = (day - today).days
    return day.day in alone and 0 <= ahead <= 62


def _right_year(day: date, today: date, text: str) -> bool:
    """The year that was said; without one, the first such day from now on."""
    figures = re.findall(r"\d+", text)
    if str(day.year) in figures or any(a + b == str(day.year) for a, b in pairwise(figures)):
        return True
    return 0 <= (day - today).days < 366


def today_or_soon(day: date, today: date) -> bool:
    """Whether it can be the day of a time that was said without one."""
    return timedelta() <= day - today <= timedelta(days=NEAR_DAYS)

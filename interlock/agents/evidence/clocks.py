"""Times of day a caller named."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta

from interlock.agents.evidence.days import in_figures

Span = tuple[time, time]
"""From and until when; the same twice for one moment."""
ANY = (time(0), time(23, 59))
PARTS: tuple[tuple[str, Span], ...] = (
    (r"1th thing", (time(6), time(10))),
    (r"morning", (time(6), time(12))),
    (r"noon|midday|lunch(?:time| time| break)?", (time(11, 30), time(14))),
    (r"afternoon", (time(12), time(18))),
    (r"evening", (time(16), time(22))),
    (r"tonight|at night", (time(17), time(23, 59))),
    (r"end of (?:the )?(?:business )?day|close of business", (time(15), time(18))),
    (r"any ?time|whenever|as soon as|asap|earliest|right away|up to you|you (?:choose|decide|pick)|all day", ANY),
)
"""What gives a span and no moment: any time within it is the caller's."""
ROUGHLY = timedelta(minutes=10)
"""How far "in two hours" may be off by the time it is read."""
_TO = {"quarter": 15, "half": 30}
_RELATIVE = re.compile(
    r"\b(quarter|half|\d{1,2})(?: minutes?)? (past|after|to|before|of|till) (\d{1,2})\b"
    r"(?! (?:days?|weeks?)\b) ?(am|pm)?"
)
_HALF = re.compile(r"\bhalf (\d{1,2})\b ?(am|pm)?")
_WRITTEN = re.compile(r"\b(\d{1,2})[:. h](\d{2})\b ?(am|pm)?")
_HOUR = re.compile(r"\b(\d{1,2})\b(?! (?:minutes?|days?|hours?|weeks?|months?)\b) ?(am|pm)?")
_HOURS = re.compile(r"\b(\d{1,2})(\d{2}) ?(?:hours|h|uhr|hrs)\b")


def said_time(at: time, tokens: Sequence[str], now: datetime) -> bool:
    """Whether this time of day was said in this utterance, exactly or as a part of the day; `now` in the same zone."""
    text = _plain(tokens)
    if any(abs(_minutes(at) - _minutes((now + ahead).time())) <= ROUGHLY.seconds // 60 for ahead in _ahead(text)):
        return True
    exact = set(_moments(text))
    if at.replace(second=0, microsecond=0) in exact:
        return True
    if any(begin <= at <= end for begin, end in _between(text, exact)):
        return True
    return not exact and any(
        begin <= at <= end for words, (begin, end) in PARTS if re.search(rf"\b(?:{words})\b", text)
    )


def _plain(tokens: Sequence[str]) -> str:
    text = in_figures(tokens).replace("o'clock", "oclock")
    return re.sub(r"(?:\b\d+(?:\.\d+)*\b[ ,]*){3,}", " ", re.sub(r"\b\d{5,}\b", " ", text))


def _moments(text: str) -> Iterator[time]:
    """Every moment named; what was read is struck out, so that the nine of "half past nine" is no time of its own."""
    for part, how, hour, half in _RELATIVE.findall(text):
        yield from _shifted(_TO.get(part) or int(part), how, hour, half)
    text = _RELATIVE.sub(" ", text)
    for hour, half in _HALF.findall(text):
        yield from _either(hour, 30, half)
        yield from _either(str(int(hour) - 1), 30, half)
    text = _HALF.sub(" ", text)
    for hour, minute, half in _WRITTEN.findall(text):
        yield from _either(hour, int(minute), half)
    for hour, half in _HOUR.findall(_WRITTEN.sub(" ", text)):
        yield from _either(hour, 0, half)
    for hour, minute in _HOURS.findall(text):
        yield from _either(hour, int(minute), "")
    if re.search(r"\b(?:noon|midday)\b", text):
        yield time(12)
    if re.search(r"\bmidnight\b", text):
        yield time(0)


def _shifted(minutes: int, how: str, hour: str, half: str) -> Iterator[time]:
    for at in _either(hour, 0, half):
        moved = _minutes(at) + (minutes if how in ("past", "after") else -minutes)
        yield time(moved // 60 % 24, moved % 60)


def _either(hour: str, minute: int, half: str) -> Iterator[time]:
    """Before and after noon alike, where it was not said which."""
    number = int(hour)
    if number > 24 or minute > 59 or (half and not 1 <= number <= 12):
        return
    if half:
        yield time(number % 12 + (12 if half == "pm" else 0), minute)
        return
    yield time(number % 24, minute)
    if 1 <= number < 12:
        yield time(number + 12, minute)


def _between(text: str, exact: "set[time]") -> Iterator[Span]:
    """Spans between two times: "between nine and eleven", "from two to four"; and "after three"."""
    for first, last in re.findall(r"\b(?:between|from) (\d{1,2})\b.{0,12}?\b(?:and|to|until|till) (\d{1,2})\b", text):
        for begin in _either(first, 0, ""):
            yield from ((begin, end) for end in _either(last, 0, "") if _minutes(begin) < _minutes(end))
    for how, hour, half in re.findall(r"\b(after|from|before|until|by) (\d{1,2})\b(?! past) ?(am|pm)?", text):
        for at in _either(hour, 0, half):
            later = how in ("after", "from")
            yield (at, time(min(at.hour + 3, 23), 59)) if later else (time(max(at.hour - 3, 0)), at)


def _ahead(text: str) -> Iterator[timedelta]:
    for number, unit in re.findall(r"\bin (a|an|half an|\d+)(?: more)? (hour|minute)s?\b", text):
        count = int(number) if number.isdecimal() else 0.5 if number == "half an" else 1
        yield timedelta(**{f"{unit}s": count})


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute

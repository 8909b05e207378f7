"""Days and times as callers say them, always ahead of now unless they name a day that is past."""

import re
import warnings
from datetime import datetime, timedelta

from interlock.app.offline.numbers import in_figures

OFFICE_MORNING = 8
"""A bare hour below this one means the afternoon: nobody asks to be called "at three" in the night."""

_WEEKDAYS = r"mon|tues|wednes|thurs|fri|satur|sun"
_MONTHS = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)"
)
_DAY = re.compile(
    rf"day after tomorrow|tomorrow|today|tonight|yesterday|next week|\b(?:next |this )?(?:{_WEEKDAYS})day\b"
    rf"|\b\d{{4}}-\d\d-\d\d\b|\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTHS}\b(?: \d{{4}}\b)?"
    rf"|\b{_MONTHS} (?:the )?\d{{1,2}}(?:st|nd|rd|th)?\b(?!:)"
)
_WHICH_ONE = re.compile(r"\b(?:this|that|which|any|no|the (?:first|second|third|last|next|other|same)) one\b")
_SPAN = re.compile(r"\bin (?:a |an )?(?:\d+ )?(?:half (?:an )?hour|minutes?|hours?|days?)\b")
_PART = {"morning": (9, 0), "noon": (12, 0), "midday": (12, 0), "lunchtime": (12, 0), "afternoon": (15, 0)}
_CLOCK = re.compile(r"\b(\d{1,2})(?:[:. ](\d{2}))?\s*(am|pm)?\b(?! (?:minutes?|hours?|days?))")


def moment(words: str, now: datetime) -> str | None:
    """The time asked for as ISO 8601 in the zone of `now`; None when either day-and-hour or span is missing."""
    text = re.sub(rf"\bnot (?:{_WEEKDAYS})day,? ", "", _plain(words))
    if span := _SPAN.search(text):
        return _iso(_span(span[0], now))
    day = _DAY.search(text)
    clock = _clock(text[: day.start()] + " " + text[day.end() :] if day else text)
    if clock is None:
        return None
    date = _date(day[0], now) if day else now
    if date is None:
        return None
    if "fortnight" in text or re.search(r"\bweek (?:on|from) ", text):
        date += timedelta(days=14 if "fortnight" in text else 7)
    when = date.replace(hour=clock[0], minute=clock[1], second=0, microsecond=0)
    return _iso(when if day or when > now else when + timedelta(days=1))


def _plain(words: str) -> str:
    text = re.sub(r"\b([ap])\.?\s?m\b\.?", r"\1m", in_figures(_WHICH_ONE.sub("it", words.lower())))
    text = re.sub(r"\bo'?\s?clock\b", "", text).replace("the ", "")
    text = re.sub(r"\bhalf (?:past )?(\d{1,2})\b", r"\1:30", text)
    text = re.sub(r"\bquarter past (\d{1,2})\b", r"\1:15", text)
    text = re.sub(r"\bquarter (?:to|2) (\d{1,2})\b", lambda m: f"{int(m[1]) - 1 or 12}:45", text)
    text = re.sub(
        r"(?<!from )(?<!between )\b(5|10|20|25) (?:to|2) (\d{1,2})\b",
        lambda m: f"{int(m[2]) - 1 or 12}:{60 - int(m[1]):02d}",
        text,
    )
    return re.sub(r"\s+", " ", text)


def _clock(text: str) -> tuple[int, int] | None:
    for found in _CLOCK.finditer(text):
        hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
        if hour > 23 or minute > 59 or (half and not 1 <= hour <= 12):
            continue
        if half:
            return hour % 12 + (12 if half == "pm" else 0), minute
        morning = "morning" in text or hour >= OFFICE_MORNING or hour == 0
        return (hour if morning and "evening" not in text else hour % 12 + 12), minute
    return next((at for part, at in _PART.items() if part in text), None)


def _date(day: str, now: datetime) -> datetime | None:
    import dateparser

    day = re.sub(r"^(?:next|this) (?=\w+day)", "", day)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning)  # dateparser's own, about formats without a year
        settings = {"RELATIVE_BASE": now.replace(tzinfo=None), "PREFER_DATES_FROM": "future"}
        found = dateparser.parse(day.replace("tonight", "today"), languages=["en"], settings=settings)
    return found.replace(tzinfo=now.tzinfo) if found else None


def _span(text: str, now: datetime) -> datetime:
    if "half" in text:
        return now + timedelta(minutes=30)
    number = int(found[0]) if (found := re.search(r"\d+", text)) else 1
    unit = "minutes" if "minute" in text else "hours" if "hour" in text else "days"
    return now + timedelta(**{unit: number})


def _iso(when: datetime) -> str:
    return when.replace(second=0, microsecond=0).isoformat()

"""What callers say about themselves: when they were born, and where they live."""

import re
from datetime import date

from interlock.app.offline.numbers import in_figures

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>\d{4}|(?:19|20)\s\d{2})"
_SAID = tuple(
    re.compile(rf"\b{pattern}\b")
    for pattern in (
        rf"{_DAY}(?: of)? {_MONTH},? {_YEAR}",
        rf"{_MONTH} (?:the )?{_DAY},? (?:of )?{_YEAR}",
        r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})",
    )
)
_LIVES = re.compile(
    r"\b(?:(?<!mail )address (?:is|to)|i live (?:at|in|on)|i(?: have|'ve)? moved to)\s+(?:now )?(.+)", re.I | re.S
)
_LEAD_IN = re.compile(r"^\W*(?:(?:yes|sure|okay|um|uh|well|so|it is|it's|that is|that's|at)\b[\s,]*)+", re.I)
_NEXT = re.compile(
    r"[,.;]?\s*(?:\band\s+)?\b(?:my|i|and)$|[.;!?,]*\s+(?:and )?my \w.*$|[.;!?,]*\s+(?:and )i\b.*$", re.I | re.S
)


def day(words: str) -> str | None:
    """A whole date as ISO 8601, written or said: "the third of May nineteen eighty"; no day of this week."""
    text = in_figures(words)
    for pattern in _SAID:
        if found := pattern.search(text):
            month = found["month"]
            number = int(month) if month.isdigit() else _MONTHS.index(month) + 1
            try:
                return date(int(found["year"].replace(" ", "")), number, int(found["day"])).isoformat()
            except ValueError:
                return None
    return None


def address(words: str, asked: bool = True) -> str | None:
    """A postal address, which has a number in it; unasked, only after "my address is" or "I live at"."""
    found = _LIVES.search(words)
    if found is None and not asked:
        return None
    said = _NEXT.sub("", found[1] if found else _LEAD_IN.sub("", words)).strip(" .,")
    return said if re.search(r"[a-z]", said, re.I) and re.search(r"\d", in_figures(said)) else None

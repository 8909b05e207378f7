"""What a caller's words say, as the value of a slot: the part of understanding that embeddings cannot do."""

import re
from collections.abc import Callable
from datetime import datetime

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from interlock.agents.tools import SlotKind
from interlock.app.offline.names import name
from interlock.app.offline.numbers import cents, count, digits, in_figures
from interlock.app.offline.personal import address, day
from interlock.app.offline.times import moment
from interlock.app.offline.words import plain

SHORTEST_PHONE, LONGEST_PHONE = 7, 15

_YES = re.compile(
    r"\b(?:yes|yeah|yep|yup|sure|correct|right|exactly|okay|ok|please do|go ahead|of course|absolutely|definitely"
    r"|sounds good|mm-?hmm?|uh-?huh)\b"
)
_NO_BUT_YES = re.compile(r"\b(?:no problem|no doubt|i don't see why not|why not|not bad)\b")
_CORRECTION = re.compile(r"\b(?:no,? sorry|sorry,? no|no,? wait|wait,? no|i mean|actually)\b", re.I)
_SPELLED = re.compile(r"\b([a-z])\s+(?:as in|like in|for)\s+\1[a-z]*\b", re.I)
_NO = re.compile(r"\b(?:no|nope|nah|not|\w+n't|cannot|never|wrong|incorrect)\b")
_SPOKEN_SIGNS = {"dot": ".", "point": ".", "underscore": "_", "dash": "-", "hyphen": "-", "minus": "-", "plus": "+"}
_MAIL_CUE = (
    r"^.*?\b(?:e ?mail|mail|address)\b(?: address)?(?: is|:)? "
    r"|^\W*(?:yes|sure|okay|um|well|it is|it's|that's)\b[\s,]*"
)


def read(kind: SlotKind, words: str, now: datetime, *, asked: bool = True) -> str | int | bool | None:
    """The value of that kind in the words, or None.

    `asked` says that the words answer a question for this slot: a bare "Anna" is then a name and a bare "fifty" an
    amount. Choices have no words of their own to read: the brain compares them by meaning.
    """
    return _READERS[kind](words.strip(), now, asked)


def yes_no(words: str) -> bool | None:
    """True for yes, False for no, None for neither; "no" wins over "right", and "no problem" is a yes."""
    text = _NO_BUT_YES.sub("yes", plain(words))
    if _NO.search(text):
        return False
    return True if _YES.search(text) else None


def email(words: str, asked: bool = True) -> str | None:
    """An address, written or spoken: "anna dot k at example dot com"."""
    if found := re.search(r"[^\s@,;:<>]+@[^\s@,;:<>]+", words):
        return _valid(found[0].lower().rstrip(".!?"))
    text = in_figures(re.sub(r"\b(?:two|three) words\b[\s,]*", "", _SPELLED.sub(r"\1", plain(words))))
    text = re.sub(r"\bg mail\b", "gmail", text)
    text = re.sub(r"\s*\b(" + "|".join(_SPOKEN_SIGNS) + r")\b\s*", lambda m: _SPOKEN_SIGNS[m[1]], text)
    found = re.search(r"^(.+?)\s+at\s+([\w\-]+(?:\.[\w\-]+)+)", text)
    if not found or not (asked or "mail" in text):
        return None
    local = re.sub(r"[\s,]+", "", re.sub(_MAIL_CUE, "", found[1]))
    return _valid(f"{local}@{found[2]}".rstrip("."))


def phone(words: str, asked: bool = True) -> str | None:
    """A number as +44... when it says its country, else its digits; 7 to 15 digits; corrected, the last one."""
    for said in reversed(_CORRECTION.split(words)):
        if found := _phone(said, asked):
            return found
    return None


def _phone(words: str, asked: bool) -> str | None:
    text = re.sub(r"[()/.]+", " ", words.lower().replace("plus ", "+"))
    number = digits(text.replace("+", " "), asked)
    if not number or not SHORTEST_PHONE <= len(number.lstrip("0")) <= LONGEST_PHONE:
        return None
    if "+" not in text and not number.startswith("00"):
        return number
    abroad = phonenumbers.parse("+" + number.lstrip("0")) if number.lstrip("0") else None
    if abroad is None or not phonenumbers.is_possible_number(abroad):
        return None
    return phonenumbers.format_number(abroad, phonenumbers.PhoneNumberFormat.E164)


def text(words: str) -> str | None:
    """The words themselves, without the full stop that speech recognition puts."""
    return words.rstrip(" .,") or None


def _valid(address: str) -> str | None:
    try:
        return validate_email(address, check_deliverability=False).normalized
    except EmailNotValidError:
        return None


_READERS: dict[SlotKind, Callable[[str, datetime, bool], str | int | bool | None]] = {
    "text": lambda words, now, asked: text(words) if asked else None,
    "name": lambda words, now, asked: name(words, asked),
    "date": lambda words, now, asked: day(words),
    "birth": lambda words, now, asked: day(words),
    "address": lambda words, now, asked: address(words, asked),
    "count": lambda words, now, asked: count(words),
    "digits": lambda words, now, asked: digits(words, asked),
    "email": lambda words, now, asked: email(words, asked),
    "phone": lambda words, now, asked: phone(words, asked),
    "datetime": lambda words, now, asked: moment(words, now),
    "yes_no": lambda words, now, asked: yes_no(words) if asked else None,
    "money": lambda words, now, asked: cents(words, asked),
    "choice": lambda words, now, asked: None,
}

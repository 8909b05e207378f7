"""Values that cannot be what a caller means, whoever claims them: stand-ins, impossible ones, halves."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email

from interlock.agents.evidence.tokens import plain
from interlock.guards.callbacks import can_be_dialled
from interlock.guards.words import says_something

OLDEST_YEARS = 120
"""Nobody who calls is older."""
LONGEST_NAME, MOST_NAMES = 100, 10
"""In letters and in words: what is longer is no name, or not only one."""
_NO_NAME = re.compile(r"[:;=<>{}|\\/@\[\]]")
_STAND_INS = frozenset(
    {"caller", "customer", "client", "user", "guest", "visitor", "anonymous", "somebody", "someone", "nobody", "name"}
    | {"undisclosed", "private", "withheld", "the caller", "the customer", "the user", "the client", "first name"}
    | {"last name", "full name", "no name", "john doe", "jane doe", "max mustermann", "todo", "xxx", "placeholder"}
)
"""What models write where nobody gave a name."""
_TEMPLATE = re.compile(r"^\s*(?:<[^>]*>|\[[^\]]*\]|\{+[^}]*\}+|\$\w+|%\w+%)\s*$")
_SAMPLES = re.compile(r"^(?:user|caller|customer|name|email|your[._-]?(?:name|email)|unknown|noreply|none|null)@", re.I)


def wrong_with(kind: str, value: Any, today: date, heard: bool) -> str:
    """What is wrong with a value of this kind, in words that do not repeat it; empty where nothing is.

    `heard` says that our ears found it: whoever is called Guest says so.
    """
    if isinstance(value, str) and _TEMPLATE.match(value):
        return "that stands for a value and is none: ask for it"
    judge = _JUDGES.get(kind)
    return judge(value, today, heard) if judge and isinstance(value, str) else ""


def _name(value: str, today: date, heard: bool) -> str:
    if not says_something(value):
        return "that is no name: ask for it"
    if len(value) > LONGEST_NAME or len(value.split()) > MOST_NAMES or _NO_NAME.search(value):
        return "that is more than a name: ask for it again"
    if not heard and " ".join(plain(value).split()) in _STAND_INS:
        return "that stands for a name and is none: ask for it"
    return ""


def _birth(value: str, today: date, heard: bool) -> str:
    born = date.fromisoformat(value)
    if born > today:
        return "nobody is born after today: ask for the year"
    if today.year - born.year > OLDEST_YEARS:
        return f"nobody is older than {OLDEST_YEARS}: ask for the year"
    return ""


def _phone(value: str, today: date, heard: bool) -> str:
    if not can_be_dialled(value):
        return "that is no whole telephone number, or more than one: ask for all of one number"
    return ""


def _email(value: str, today: date, heard: bool) -> str:
    try:
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return "that is no e-mail address: ask for it, letter by letter"
    if not heard and _SAMPLES.match(value):
        return "that stands for an address and is none: ask for it"
    return ""


def _moment(value: str, today: date, heard: bool) -> str:
    year = datetime.fromisoformat(value).year
    if not today.year - 1 <= year <= today.year + 2:
        return "that year cannot be meant: ask for the day"
    return ""


_JUDGES: dict[str, Callable[[str, date, bool], str]] = {
    "name": _name,
    "birth": _birth,
    "phone": _phone,
    "email": _email,
    "datetime": _moment,
}

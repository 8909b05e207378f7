"""Where a claimed value comes from: our ears, our systems, a yes to our own question, or nowhere."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from interlock.agents.answers import Question, judge
from interlock.agents.evidence.amounts import said_amount
from interlock.agents.evidence.clocks import said_time
from interlock.agents.evidence.days import in_figures, said_date, said_day, today_or_soon
from interlock.agents.evidence.digits import phone_forms, said_digits, said_phone
from interlock.agents.evidence.emails import said_email
from interlock.agents.evidence.figures import readings
from interlock.agents.evidence.names import said_name
from interlock.agents.evidence.tokens import BREATH, all_tokens, tokens_of
from interlock.guards.callbacks import LEAST_DIGITS

Mark = Literal["heard", "known", "confirmed", "unheard"]
"""What our ears found; `confirmed` is what the caller said a plain yes to when our side said it."""


@dataclass(frozen=True, slots=True)
class Said:
    """What was said in one call: the caller's utterances, the last one, and what our side said before that."""

    utterances: tuple[str, ...] = ()
    asked: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class Around:
    """What the words are read by: the time where the caller may mean it, the service's country, our systems' values."""

    now: datetime
    country: str | None = None
    known: frozenset[str] = field(default_factory=frozenset)


def mark_of(kind: str, value: Any, said: Said, around: Around, *, phrases: Sequence[str] = ()) -> Mark | None:
    """Where a value of this kind comes from; None for kinds that our ears do not judge, such as free text."""
    read = _READERS.get(kind)
    if read is None or isinstance(value, bool):
        return None
    if read(value, said.utterances, around, phrases):
        return "heard"
    if _is_known(kind, value, around):
        return "known"
    if said.asked and plainly_yes(said.last) and read(value, (said.asked,), around, phrases):
        return "confirmed"
    return "unheard"


def plainly_yes(words: str) -> bool:
    """Whether nothing but a yes was said; anything else in it may take it back."""
    return judge(words, Question("offer")) == "yes"


def _is_known(kind: str, value: Any, around: Around) -> bool:
    if kind == "phone":
        forms = set(phone_forms(str(value), around.country))
        return any(forms & set(phone_forms(its, around.country)) for its in around.known if its[:1] in "+0123456789")
    return str(value) in around.known and kind != "count"


def _digits(value: Any, utterances: Sequence[str], around: Around, phrases: Sequence[str]) -> bool:
    text = str(value)
    plain_digits = "".join(filter(str.isdecimal, text))
    if any(letter.isalpha() for letter in text):
        return said_code(text, utterances)
    return bool(plain_digits) and said_digits(plain_digits, all_tokens(utterances))


def said_code(code: str, utterances: Sequence[str]) -> bool:
    """Whether a code of letters and figures was said, in any grouping: "SW1A 1AA", "s w one a"."""
    wanted = "".join(letter for letter in code.casefold() if letter.isalnum())
    tokens = all_tokens(utterances)
    return any(_makes(wanted, tokens, at) for at in range(len(tokens)))


def _makes(wanted: str, tokens: Sequence[str], begin: int) -> bool:
    todo = [(begin, 0)]
    while todo:
        at, done = todo.pop()
        if done == len(wanted):
            return True
        if at >= len(tokens):
            continue
        parts = {(at + 1, "".join(filter(str.isalnum, tokens[at]))), *readings(tokens, at)}
        todo += [(end, done + len(part)) for end, part in parts if wanted.startswith(part, done) and (part or done)]
    return False


def _phone(value: Any, utterances: Sequence[str], around: Around, phrases: Sequence[str]) -> bool:
    return said_phone(str(value), all_tokens(_corrected(words) for words in utterances), around.country)


def _corrected(words: str) -> str:
    """Without a number that was taken back in the same breath for another: "0151 2345678, no sorry, 0151 2345679"."""
    *_, last = _CORRECTION.split(words)
    figures = "".join(letter for letter in in_figures(tokens_of(last)) if letter.isdecimal())
    return last if len(figures) >= LEAST_DIGITS else words


def _email(value: Any, utterances: Sequence[str], around: Around, phrases: Sequence[str]) -> bool:
    return said_email(str(value), all_tokens(utterances))


def _name(value: Any, utterances: Sequence[str], around: Around, phrases: Sequence[str]) -> bool:
    return said_name(str(value), all_tokens(utterances))


def _amount(value: Any, utterances: Sequence[str], around: Around, phrases: Sequence[str]) -> bool:
    return isinstance(value, int) and said_amount(value, all_tokens(utterances))


def _birth(value: Any, utterances: Sequence[str], around: Around, phrases: Sequence[str]) -> bool:
    return said_date(date.fromisoformat(str(value)), all_tokens(utterances))


def _date(value: Any, utterances: Sequence[str], around: Around, phrases: Sequence[str]) -> bool:
    day = date.fromisoformat(str(value)[:10])
    named = said_day(day, around.now.date(), all_tokens(utterances))
    return bool(named) or said_date(day, all_tokens(utterances))


def _moment(value: Any, utterances: Sequence[str], around: Around, phrases: Sequence[str]) -> bool:
    at = datetime.fromisoformat(str(value)).replace(tzinfo=None)
    here = around.now.replace(tzinfo=None)
    heard = [tokens_of(words) for words in utterances]
    if not any(said_time(at.time(), tokens, here) for tokens in heard):
        return False
    days = [named for tokens in heard if (named := said_day(at.date(), here.date(), tokens)) is not None]
    return any(days) if days else today_or_soon(at.date(), here.date())


def _choice(value: Any, utterances: Sequence[str], around: Around, phrases: Sequence[str]) -> bool:
    """Whether a word of the choice, or of what callers say for it, was said: "6", "six months", "half a year"."""
    said = set(in_figures([token for token in all_tokens(utterances) if token != BREATH]).split())
    return any(set(_content(words)) & said for words in (str(value).replace("_", " "), *phrases))


def _content(words: str) -> list[str]:
    return [word for word in in_figures(tokens_of(words)).split() if word not in _IDLE]


_IDLE_WORDS = """
a an the i is it in on of to my me we you your please months month for and or not no yes do
"""
_IDLE = frozenset(_IDLE_WORDS.split())

_CORRECTION = re.compile(r"\b(?:no,? sorry|sorry,? no|no,? wait|wait,? no|i mean|i meant|correction)\b", re.IGNORECASE)

_READERS: dict[str, Callable[[Any, Sequence[str], Around, Sequence[str]], bool]] = {
    "name": _name,
    "birth": _birth,
    "date": _date,
    "digits": _digits,
    "email": _email,
    "phone": _phone,
    "datetime": _moment,
    "money": _amount,
    "choice": _choice,
}

"""When a colleague can call back, and on which number."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from interlock.guards.base import Proposal, guard
from interlock.guards.evidence import mark_given
from interlock.guards.numbers import numbers_in
from interlock.guards.quotas import HOUR_S, Limit, Quota

LEAST_DIGITS, MOST_DIGITS = 7, 15
"""How many digits a number has that somebody can be reached on: more than 112, and at most what E.164 allows."""
OPENS = time(9)
"""When our people begin to call back, in the service's own time zone."""
CLOSES = time(18)
"""When our people stop calling back for the day, in the same zone."""
LAST_WEEKDAY = 4
"""The last day of the week on which they call back, as `datetime.weekday()` counts: Friday."""
FARTHEST = timedelta(days=60)
"""How far ahead a callback is booked."""
EMERGENCY = frozenset({"000", "110", "111", "112", "113", "115", "117", "118", "119", "911", "999", "08", "15", "17"})
"""The numbers of emergency services, which nobody has as their own."""

_EXTENSION = re.compile(r"\s*(?:,|;)?\s*(?:ext(?:ension)?\.?|x|#)\s*\d{1,6}\s*$", re.IGNORECASE)
_NUMBER = re.compile(r"\+?[0-9 ()./\u2010-\u2014-]+")
_PREMIUM = re.compile(
    r"(?:\+|00)(?:1900|4490[0-9]|449[018]|4487[123]|49900|49190|49137|4318|43900|43930|41900|41901|41906|3389|34803"
    r"|34806|34807|31900|31906|31909|3290|39899|39892|979|881|882|883|61190)|0(?:900|901|906|909|930|190|137)|1900"
)
"""How numbers begin that cost whoever calls them, in the countries where they are known by that."""


def can_be_dialled(phone: str | None) -> bool:
    """Whether it is one whole telephone number, with its extension or without, and nothing beside it."""
    number = _EXTENSION.sub("", phone or "").strip()
    digits = re.sub(r"[^0-9]", "", number)
    whole = _NUMBER.fullmatch(number) is not None and LEAST_DIGITS <= len(digits) <= MOST_DIGITS
    return whole and len(set(digits)) > 1 and not re.search(r"[./ -]{3,}", number)


def costs_the_caller(phone: str | None) -> bool:
    """Whether it is a number that whoever calls it pays extra for."""
    as_dialled = re.sub(r"[^0-9+]", "", phone or "")
    return any(_PREMIUM.match(its) is not None for its in (as_dialled, *numbers_in(phone or "")))


class Clocked(Protocol):
    """What these guards read: the time, and the zone in which an hour without one is meant."""

    @property
    def now(self) -> datetime | None: ...
    @property
    def timezone(self) -> str: ...


@guard(
    "There is no whole number to call back on: ask for it, digit by digit. One they call from counts only where the"
    " line shows it.",
    say="I do not see a number I could call. Which number may we call you back on?",
)
def callback_number_given(facts: Clocked, proposal: Proposal) -> bool:
    """There is one whole number to call back on."""
    return can_be_dialled(proposal.args.get("phone"))


@guard(
    "Nobody is called back on an emergency or a premium number: ask for another one.",
    say="We cannot call that number. Which number may we call you back on?",
)
def callback_number_ordinary(facts: Clocked, proposal: Proposal) -> bool:
    """The number is neither an emergency service's nor a premium one."""
    phone = proposal.args.get("phone") or ""
    digits = re.sub(r"[^0-9]", "", phone)
    return digits not in EMERGENCY and not costs_the_caller(phone) and mark_given(proposal, "number") != "premium"


@guard(
    "Nobody said that number: ask for the number to call back on, and give it as the caller says it.",
    say="Which number may we call you back on?",
)
def callback_number_heard(facts: Clocked, proposal: Proposal) -> bool:
    """The caller said that number, or calls from it."""
    return mark_given(proposal, "phone") != "unheard"


@guard(
    "Callbacks are Monday to Friday from 9 to 18, from now on: ask for such a day and time.",
    say="We call back on weekdays from nine to six. Which day and time suit you?",
)
def callback_in_opening_hours(facts: Clocked, proposal: Proposal) -> bool:
    """The time asked for is ahead of us and within opening hours."""
    local = _asked_for(facts, proposal)
    if local is None or facts.now is None:
        return False
    return local > facts.now and local.weekday() <= LAST_WEEKDAY and OPENS <= local.time() < CLOSES


@guard(
    "Callbacks are booked for the next two months, and no farther: ask for an earlier day.",
    say="That is too far ahead. We call back on weekdays from nine to six. Which day and time suit you?",
)
def callback_soon(facts: Clocked, proposal: Proposal) -> bool:
    """The time asked for is within the next two months."""
    local = _asked_for(facts, proposal)
    return local is None or facts.now is None or local - facts.now <= FARTHEST


@guard(
    "Nobody said that day and time: ask when to call back, and give it as the caller says it.",
    say="We call back on weekdays from nine to six. Which day and time suit you?",
)
def callback_time_heard(facts: Clocked, proposal: Proposal) -> bool:
    """The caller named that day and time."""
    return mark_given(proposal, "time") != "unheard"


CALLBACK_GUARDS = (
    callback_number_given,
    callback_number_ordinary,
    callback_number_heard,
    callback_in_opening_hours,
    callback_soon,
    callback_time_heard,
)
"""What is asked of every callback, in this order."""


def _hour(facts: Clocked, args: Mapping[str, Any]) -> str | None:
    """The hour asked for, of which callers without a number have a share."""
    local = _asked_at(facts, args)
    return f"{local.astimezone(UTC):%Y-%m-%dT%H}" if local else None


CALLBACKS = Quota(
    "callbacks",
    "call-backs",
    {
        "call": Limit(3),
        "caller": Limit(3),
        "number": Limit(3),
        "anonymous": Limit(12, HOUR_S),
        "share": Limit(2, FARTHEST.total_seconds()),
    },
    number=("phone",),
    share=_hour,
    instead="Is there anything else I can do for you?",
)
"""A call-back rings somebody, and takes an hour of a colleague: of its places callers without a number have two."""


def _asked_for(facts: Clocked, proposal: Proposal) -> datetime | None:
    return _asked_at(facts, proposal.args)


def _asked_at(facts: Clocked, args: Mapping[str, Any]) -> datetime | None:
    """The time asked for, where the service is; None where there is none, or none that a calendar has."""
    asked = args.get("time")
    if not asked:
        return None
    here, when = ZoneInfo(facts.timezone), datetime.fromisoformat(asked)
    try:
        return when.astimezone(here) if when.tzinfo else when.replace(tzinfo=here)
    except OverflowError:
        return None

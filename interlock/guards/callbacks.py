"""When a colleague can call back."""

import re
from datetime import datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

from interlock.guards.base import Proposal, guard

LEAST_DIGITS = 3
"""The fewest digits that can be dialled: 112 is a number."""
OPENS = time(9)
"""When our people begin to call back, in the service's own time zone."""
CLOSES = time(18)
"""When our people stop calling back for the day, in the same zone."""
LAST_WEEKDAY = 4
"""The last day of the week on which they call back, as `datetime.weekday()` counts: Friday."""


def can_be_dialled(phone: str | None) -> bool:
    """Whether there are digits enough in it, whatever else somebody said."""
    return len(re.findall(r"[0-9]", phone or "")) >= LEAST_DIGITS


class Clocked(Protocol):
    """What these guards read: the time, and the zone in which an hour without one is meant."""

    @property
    def now(self) -> datetime | None: ...
    @property
    def timezone(self) -> str: ...


@guard("Ask for the number to call back on.", say="Which number may we call you back on?")
def callback_number_given(facts: Clocked, proposal: Proposal) -> bool:
    """The caller gave a number to call back on."""
    return can_be_dialled(proposal.args.get("phone"))


@guard(
    "Callbacks are Monday to Friday from 9 to 18, from now on: ask for such a day and time.",
    say="We call back on weekdays from nine to six. Which day and time suit you?",
)
def callback_in_opening_hours(facts: Clocked, proposal: Proposal) -> bool:
    """The time asked for is ahead of us and within opening hours."""
    asked = proposal.args.get("time")
    if not asked or facts.now is None:
        return False
    here = ZoneInfo(facts.timezone)
    when = datetime.fromisoformat(asked)
    local = when.astimezone(here) if when.tzinfo else when.replace(tzinfo=here)
    return local > facts.now and local.weekday() <= LAST_WEEKDAY and OPENS <= local.time() < CLOSES

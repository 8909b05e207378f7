"""How a repair, a visit and its price are said to callers."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby

from guards.repairs import WINDOW
from interlock.guards import money

FAULTS: Mapping[str, str] = {
    "dead": "does not switch on",
    "leaking": "leaks",
    "noisy": "makes a noise",
    "temperature": "does not heat or cool as it should",
    "unfinished": "does not finish",
    "other": "has another fault",
}


def problem(appliance: str | None, fault: str | None) -> str:
    """ "Your fridge leaks"."""
    return f"Your {(appliance or 'appliance').replace('_', ' ')} {FAULTS[fault or 'other']}"


def price(cents: int, *, number_given: bool = False) -> str:
    """What a visit costs; to whom gave the number of a warranty, also why it costs anything."""
    if not cents:
        return "Your warranty covers it."
    return f"{'I find no warranty of that number for it, so it' if number_given else 'It'} costs {money(cents)}."


def window(begins: str) -> str:
    """ "Tuesday, 24 March from 8 to 12"."""
    at = datetime.fromisoformat(begins)
    return f"{at:%A}, {at.day} {at:%B} {_hours(at)}"


def windows(free: Iterable[str]) -> str:
    """Several of them, a day together: "Tuesday from 8 to 12 or from 12 to 16, Wednesday from 8 to 12"."""
    days = groupby((datetime.fromisoformat(its) for its in free), key=lambda at: f"{at:%A}")
    return ", ".join(f"{day} {' or '.join(_hours(at) for at in its)}" for day, its in days)


def booked(number: int, begins: str, cents: int) -> str:
    """What is booked, as the confirmation says it."""
    return f"Your visit is booked for {window(begins)}. {price(cents)} The work order is number {number}."


def _hours(at: datetime) -> str:
    return f"from {at.hour} to {(at + WINDOW).hour}"

"""The business systems a sales call needs, as the agents see them: those of an appointment, and what sales keep."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from agents.booking.systems import BookingSystems
from guards.leads import Authority, Timeline


@dataclass(frozen=True, slots=True)
class Lead:
    """What a caller said about what they want; money in cents a year."""

    need: str
    budget_cents: int
    authority: Authority
    timeline: Timeline


class Leads(Protocol):
    """Who may buy, whom to call again, and whom never; a number is the same however it is written."""

    async def note(self, key: str, call_id: str, lead: Lead, numbers: Sequence[str]) -> bool:
        """Put the lead on file, one a call; whether one of `numbers` is on the do-not-call list."""
        ...

    async def follow_up(self, key: str, number: str, due: date, line: str | None = None) -> date:
        """Note that we call again, once for each number; when. `line` is the number the caller phones from, if known.

        Whoever is on another line does not change the day on which a number is called, but hears it. Raises `Refused`
        for a number on the do-not-call list.
        """
        ...

    async def never_call(self, key: str, call_id: str, line: str | None) -> bool:
        """Call off what a party (`call_id`) arranged, and put the number of its line on the do-not-call list, for good.

        Follow-ups and callbacks to that number are withdrawn, whoever arranged them. False where the line shows no
        number, and so nothing is listed.
        """
        ...


class Prices(Protocol):
    async def a_month(self, people: int) -> int | None:
        """What so many people cost in a month, in cents; None for more than the price list has."""
        ...


@dataclass(frozen=True, slots=True)
class SalesSystems(BookingSystems):
    """What `Call.services` holds in a sales call."""

    leads: Leads
    prices: Prices

"""The business systems a repair service needs, as the agents see them; days and times as clocks show them there."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from interlock.agents import Callbacks

Trade = Literal["cooling", "washing", "gas"]


@dataclass(frozen=True, slots=True)
class Case:
    """What the caller said about one repair; `warranty_number` None without a warranty."""

    appliance: str
    fault: str
    postcode: str
    warranty_number: str | None


@dataclass(frozen=True, slots=True)
class Quote:
    """What it seems to be and what the visit costs; 0 when a warranty of ours covers it."""

    quote_id: int
    category: str
    words: str
    price_cents: int


@dataclass(frozen=True, slots=True)
class Contact:
    """Who is visited."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Order:
    """A visit that is booked; `window` is when it begins, the rest is as it was quoted."""

    number: int
    window: str
    category: str
    price_cents: int


class Service(Protocol):
    """One service system for all callers. Which day it is, the given `today` says and no clock.

    Where there is a `share`, the caller shows no number, and all those together have so many windows of a team's day.
    """

    async def trade(self, appliance: str, postcode: str) -> Trade | None:
        """Whose work it is; None when nobody of ours does that there."""
        ...

    async def quote(self, key: str, case: Case, today: date) -> Quote:
        """Diagnose and price, once for each `key`. Raises `Refused` for what nobody of ours does."""
        ...

    async def free(self, quote_id: int, today: date, share: int | None = None) -> tuple[str, ...]:
        """When visits for that quote can begin in the next days, the next one first."""
        ...

    async def order(
        self, key: str, quote_id: int, window: str, contact: Contact, today: date, share: int | None = None
    ) -> Order:
        """Book a visit as quoted, once for each `key` and each quote. Raises `Refused` when that window is taken."""
        ...


@dataclass(frozen=True, slots=True)
class ServiceSystems:
    """What `Call.services` holds in a service call."""

    service: Service
    callbacks: Callbacks

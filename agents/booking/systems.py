"""The business systems an appointment call needs, as the agents see them; every moment is given with its zone."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Protocol

from guards.appointments import Answer
from interlock.agents import Callbacks


@dataclass(frozen=True, slots=True)
class Free:
    """What is free: `slots` of one day, nearest to the time asked for first, and what that time itself is.

    Empty when nothing is free for as far as the calendar looks.
    """

    asked: Answer
    slots: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """Open from `opens` to `closes` on a weekday, as `datetime.weekday()` counts, in the calendar's zone."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Hold:
    """A slot kept for one caller until a moment; then the calendar gives it to whoever asks."""

    slot: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Appointment:
    """A booked slot; whoever knows its code may change it."""

    code: str
    slot: datetime


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom an appointment is for."""

    name: str
    phone: str
    account_id: str | None = None


class Customers(Protocol):
    async def verify(self, account_number: str, postcode: str) -> str | None:
        """The account's id, when number and postcode belong together."""
        ...


class AppointmentCalendar(Protocol):
    """One calendar for all callers. Whether a hold has run out or a slot is past, the given `now` says and no clock.

    `holder` names a caller, who holds one slot at most: a later hold frees the earlier one. Where there
    is a `share`, the caller shows no number, and all those together have so many slots of one day, held and booked.
    """

    @property
    def zone(self) -> str:
        """IANA name of the zone its opening hours are in."""
        ...

    async def opening_hours(self) -> tuple[Opening, ...]:
        """The week, in order."""
        ...

    async def free(self, around: datetime, now: datetime, holder: str, share: int | None = None) -> Free:
        """What `holder` could hold on the day of `around`, or on the next day that has anything."""
        ...

    async def hold(self, key: str, holder: str, slot: datetime, now: datetime, share: int | None = None) -> Hold:
        """Hold a slot, once for each `key`. Raises `Refused` when it is taken, held by another caller or closed."""
        ...

    async def book(self, key: str, holder: str, slot: datetime, contact: Contact, now: datetime) -> Appointment:
        """Book what `holder` holds, once for each `key`. Raises `Refused` when they do not hold it at `now`."""
        ...

    async def move(self, key: str, holder: str, code: str, slot: datetime, now: datetime) -> Appointment:
        """Move an appointment to what `holder` holds, once for each `key`; its old slot is free. Raises `Refused`."""
        ...

    async def cancel(self, key: str, code: str, now: datetime) -> None:
        """Give an appointment up, once for each `key`; its slot is free. Raises `Refused`."""
        ...

    async def let_go(self, key: str, holder: str, now: datetime) -> None:
        """Give up all that `holder` holds and all they booked: what is being booked meanwhile is not held any more."""
        ...

    async def find(self, code: str, now: datetime) -> Appointment | None:
        """The appointment of that code, unless it was given up or is over."""
        ...

    async def of_account(self, account_id: str, after: datetime) -> Appointment | None:
        """The account's next appointment that begins after that moment."""
        ...


@dataclass(frozen=True, slots=True)
class BookingSystems:
    """What `Call.services` holds in an appointment call."""

    calendar: AppointmentCalendar
    customers: Customers
    callbacks: Callbacks

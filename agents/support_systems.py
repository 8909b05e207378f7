"""The business systems a support call needs, as the agents see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Account:
    """A customer's account."""

    account_id: str
    holder: str


@dataclass(frozen=True, slots=True)
class Order:
    """One order; amounts in cents, `paid_cents` less what was refunded already."""

    order_number: str
    status: str
    item: str
    paid_cents: int


class SystemDown(Exception):
    """A business system did not answer, or could not do its work."""


class Refused(Exception):
    """A business system said no; the text is fit for the caller's ears."""


class Accounts(Protocol):
    async def verify(self, account_number: str, postcode: str) -> Account | None:
        """The account, when number and postcode belong together."""
        ...


class Orders(Protocol):
    async def find(self, account_id: str, order_number: str) -> Order | None:
        """The order, when it is this account's."""
        ...

    async def status(self, order_number: str) -> str | None:
        """Where an order is, which anybody may know; None when there is none of that number."""
        ...

    async def refund(self, key: str, order_number: str, amount_cents: int) -> str:
        """Pay back and return a reference; the same `key` again returns the same reference. Raises `Refused`."""
        ...


class Callbacks(Protocol):
    async def book(self, key: str, phone: str, when: datetime) -> str:
        """Book and return a reference, once for each `key`. Raises `Refused` when the hour is full."""
        ...


@dataclass(frozen=True, slots=True)
class SupportSystems:
    """What `Call.services` holds in a support call."""

    accounts: Accounts
    orders: Orders
    callbacks: Callbacks

"""The business systems a support call needs, as the agents see them."""

from dataclasses import dataclass
from typing import Protocol

from interlock.agents import Callbacks


@dataclass(frozen=True, slots=True)
class Account:
    """A customer's account."""

    account_id: str
    holder: str


@dataclass(frozen=True, slots=True)
class Order:
    """One order; amounts in cents, `paid_cents` less what was refunded already, which is `refunded_cents`."""

    order_number: str
    status: str
    item: str
    paid_cents: int
    refunded_cents: int = 0


@dataclass(frozen=True, slots=True)
class Refund:
    """Money paid back; of what was paid for the order, `refunded_cents` are refunded by now and `left_cents` not."""

    reference: str
    left_cents: int
    refunded_cents: int = 0


class Accounts(Protocol):
    async def verify(self, account_number: str, postcode: str) -> Account | None:
        """The account, when number and postcode belong together."""
        ...


class Orders(Protocol):
    async def find(self, account_id: str, order_number: str) -> Order | None:
        """The order, when it is this account's."""
        ...

    async def refund(self, key: str, account_id: str, order_number: str, amount_cents: int) -> Refund:
        """Pay back for an order of this account, once for each `key`.

        Raises `Refused`, in words for the caller, for what would be too much with all that was paid back before.
        """
        ...


@dataclass(frozen=True, slots=True)
class SupportSystems:
    """What `Call.services` holds in a support call."""

    accounts: Accounts
    orders: Orders
    callbacks: Callbacks

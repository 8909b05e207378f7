"""The business systems a restaurant call needs, as the agents see them. One order a caller,
whose name (`Assignment.party`, here `call_id`) it goes by."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from interlock.agents import Callbacks

PaymentState = Literal["open", "lapsed", "settled"]


@dataclass(frozen=True, slots=True)
class Dish:
    """One dish of the menu; prices in cents by size, `left` the portions that can still be had."""

    name: str
    course: str
    prices: tuple[tuple[str, int], ...]
    allergens: tuple[str, ...]
    extras: tuple[tuple[str, int], ...]
    left: int


@dataclass(frozen=True, slots=True)
class Line:
    """So many portions of one dish; `harms` is what is in it that the caller is allergic to."""

    dish: str
    size: str
    portions: int
    extras: tuple[str, ...]
    cents: int
    harms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """An order as it stands; each change of it, allergies too, is a new `revision`. `allergens` None: nobody said."""

    order_number: int
    revision: int
    lines: tuple[Line, ...]
    portions: int
    total_cents: int
    allergens: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What a caller said in this call, utterance by utterance, and what they were asked before the last one."""

    said: tuple[str, ...]
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """What came of taking the money: nobody paid yet, the link is no longer good, or it is ours."""

    state: PaymentState
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Ticket:
    """An order in the kitchen."""

    number: int
    ready_at: datetime


class Orders(Protocol):
    async def menu(self, course: str | None, now: datetime) -> tuple[Dish, ...]:
        """The dishes of one course, or all."""
        ...

    async def dish(self, said: str, now: datetime) -> Dish | None:
        """The one dish these words mean."""
        ...

    async def add(
        self, call_id: str, dish: str, portions: int, size: str | None, extra: str | None, now: datetime
    ) -> Draft:
        """Order some more; without a size the regular one. Raises `Refused`."""
        ...

    async def change(
        self, call_id: str, dish: str | None, portions: int | None, size: str | None, extra: str | None, now: datetime
    ) -> Draft:
        """Change what was last ordered, of a dish or at all. Raises `Refused`."""
        ...

    async def remove(self, call_id: str, dish: str) -> Draft:
        """Order none of a dish. Raises `Refused`."""
        ...

    async def note_allergies(self, call_id: str, words: str, heard: Heard | None = None) -> Draft:
        """Put the allergies named on the order, with those the caller named before.

        That there are none counts only where the caller said so, to this question and over no allergy they named:
        `heard` is what they said, for a model may have chosen `words`. Raises `Refused` for words that name none we
        know, and for no allergies that nobody said there are not.
        """
        ...

    async def draft(self, call_id: str) -> Draft:
        """The order as it stands."""
        ...


class Payments(Protocol):
    async def send_link(self, key: str, call_id: str, revision: int, name: str, phone: str, now: datetime) -> None:
        """Set the portions of this revision aside and send a link to pay by, once a `key`. Raises `Refused`."""
        ...

    async def withdraw(self, key: str, call_id: str) -> None:
        """Take the link back, if any, and free the portions, once a `key`: never a link that is sent afterwards.

        Raises `Refused` for an order that is paid.
        """
        ...

    async def settle(self, key: str, call_id: str, now: datetime) -> Payment:
        """Take what was paid by the link, once an order; the kitchen has the order with it."""
        ...


class Kitchen(Protocol):
    async def take(self, key: str, call_id: str, now: datetime) -> Ticket:
        """Have the kitchen begin, once an order, and say when it will be ready. Raises `Refused` before payment."""
        ...


@dataclass(frozen=True, slots=True)
class RestaurantSystems:
    """What `Call.services` holds in a restaurant call."""

    orders: Orders
    payments: Payments
    kitchen: Kitchen
    callbacks: Callbacks

"""The business systems a call about returns needs, as the agents see them; `app` has them on a real database."""

from dataclasses import dataclass
from typing import Protocol

from interlock.agents import Callbacks


@dataclass(frozen=True, slots=True)
class Registered:
    """A return: the item that was ordered, and the label it goes back with."""

    item: str
    label: str


class Returns(Protocol):
    """Who may send back what, and the labels for it."""

    async def register(self, key: str, order_number: str, reason: str) -> Registered:
        """Register the return of an order, once for each `key`. Raises `Refused`, and then nothing was done."""
        ...


@dataclass(frozen=True, slots=True)
class Systems:
    """What `Call.services` holds in such a call."""

    returns: Returns
    callbacks: Callbacks

"""The business systems an intake call needs, as the agents see them."""

from dataclasses import dataclass
from typing import Protocol

from guards.details import Values
from interlock.agents import Callbacks


@dataclass(frozen=True, slots=True)
class Check:
    """Whether it matched, never what did not; `failed` counts this call's checks that did not match."""

    matched: bool
    failed: int


class Policies(Protocol):
    """Our policy record."""

    async def check(self, key: str, call_id: str, identity: Values) -> Check:
        """Compare `guards.details.IDENTITY` with the record, once for each `key`.

        Raises `Refused` after three that did not match in this call.
        """
        ...

    async def file(self, key: str, call_id: str, details: Values) -> str:
        """Put `guards.details.DETAILS` on file, once for each `key`, and return a reference.

        In place of what this caller put there before, `call_id` being their party. Raises `Refused` for an identity
        that did not match for them.
        """
        ...

    async def withdraw(self, key: str, call_id: str) -> None:
        """Take back what this caller has on file, if anything, once for each `key`: never what it files afterwards."""
        ...


@dataclass(frozen=True, slots=True)
class IntakeSystems:
    """What `Call.services` holds in an intake call."""

    policies: Policies
    callbacks: Callbacks

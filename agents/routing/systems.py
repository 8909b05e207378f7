"""The business systems a routed call needs, as the agents see them."""

from dataclasses import dataclass
from typing import Protocol

from interlock.agents import Callbacks


class Switchboard(Protocol):
    """Puts callers through, and knows how often it did."""

    async def connect(self, key: str, call_id: str, issue: int, desk: str | None) -> int:
        """Put the caller through, once for each `key`; how often that was for this issue, this time included.

        Without a desk they go back to the one they were at. Raises `Refused` when it would be once too
        often, or for a desk there is not.
        """
        ...


class Answers(Protocol):
    """What our desks tell callers."""

    async def about(self, desk: str, topic: str) -> str | None:
        """The desk's answer, in words for the caller; None when there is none."""
        ...


@dataclass(frozen=True, slots=True)
class RoutingSystems:
    """What `Call.services` holds in a routed call."""

    switchboard: Switchboard
    answers: Answers
    callbacks: Callbacks

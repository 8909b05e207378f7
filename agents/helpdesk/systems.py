"""The business systems a help desk needs, as the agents see them."""

from dataclasses import dataclass
from typing import Protocol

from guards.tickets import Severity
from interlock.agents import Callbacks
from machines.helpdesk import Topic, Tried


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to try; `words` are fit for the caller's ears."""

    step: str
    words: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a ticket carries; `severity` is None when nobody rated it, `tried` is each step with how it went."""

    call_id: str
    topic: Topic
    severity: Severity | None
    caller: str | None
    details: str | None
    tried: tuple[tuple[str, Tried], ...]


class Knowledge(Protocol):
    async def next_step(self, topic: Topic, tried: tuple[str, ...]) -> Step | None:
        """The first step of the topic that is not among those tried; None when there is none left."""
        ...


class Tickets(Protocol):
    async def open(self, key: str, report: Report) -> int:
        """Open a ticket and return its number; for a topic that has one in this call, bring it up to date.

        Each `key` once. The severity of a ticket only rises, and what nobody rated is high.
        """
        ...


@dataclass(frozen=True, slots=True)
class HelpdeskSystems:
    """What `Call.services` holds in a help desk call."""

    knowledge: Knowledge
    tickets: Tickets
    callbacks: Callbacks

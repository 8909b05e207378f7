"""What a call asks of the durable record."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from interlock.guards.quotas import Count, Spent
from interlock.machines.base import Snapshot


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a call's record.

    `seq` rises by one within a call, from 1; `kind` is a stable dotted name (`transition.accepted`); `at` is UTC.
    `audit` is what auditors read and holds no personal data; `private` holds facts' values, arguments and words,
    and is kept apart. `snapshot`, when given, becomes the call's last one in the same transaction. `fence` is the
    number of the driver that writes: it rises with each that takes the call over, and an earlier one's entries are
    refused. `counts` are done to what outlives the call, in the same transaction: where one does not fit, nothing is
    written.
    """

    call_id: str
    flow: str
    seq: int
    kind: str
    at: datetime
    epoch: int
    audit: dict[str, Any] = field(default_factory=dict)
    private: dict[str, Any] = field(default_factory=dict)
    snapshot: Snapshot | None = None
    fence: int = 1
    counts: tuple[Count, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Turn:
    """What was said in one turn, number `n` of a call from 1; `role` is user or assistant, as LiveKit has it.

    `at` is when it was taken down, `after` the number of the last line on record by then, `began` and `ended` the
    first and the last sound of it; all in UTC, None where they are not known: typed words have no sound.
    """

    n: int
    role: str
    text: str
    interrupted: bool = False
    at: datetime | None = None
    after: int | None = None
    began: datetime | None = None
    ended: datetime | None = None


class JournalDown(Exception):
    """The record could not be written: nothing may act on what it should have held."""


class Superseded(JournalDown):
    """Somebody else drives this call now: whoever hears this falls silent and leaves."""


class InDoubt(JournalDown):
    """Nobody knows whether the record was written: it is read again before anything else is decided."""


class QuotaSpent(JournalDown):
    """Nothing is left of a quota that the entries take from: nothing was written. `spent` says of which."""

    def __init__(self, spent: Sequence[Spent]) -> None:
        super().__init__(f"nothing is left of {', '.join(sorted({each.quota for each in spent}))}")
        self.spent = tuple(spent)


class Journal(Protocol):
    """Where a call's record goes; implemented in `app`."""

    async def append(self, entries: Sequence[Entry]) -> None:
        """Write all entries or none, in order, and return once they are durable.

        Raises `JournalDown`; `InDoubt` when they may be there all the same, `QuotaSpent` when what they count is full.
        """
        ...

    async def wrote(self, entries: Sequence[Entry]) -> bool:
        """Whether entries that were in doubt are in the record. Raises `JournalDown` while nobody can tell."""
        ...


class Memory(Protocol):
    """Where the conversation is kept for whoever takes the call over; implemented in `app`."""

    async def remember(self, call_id: str, turn: Turn, fence: int) -> None:
        """Keep one turn, unless another driver has the call. Raises `JournalDown`."""
        ...

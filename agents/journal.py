"""What a call asks of the durable record."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from machines.base import Snapshot


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a call's record.

    `seq` rises by one within a call, from 1; `kind` is a stable dotted name (`transition.accepted`); `at` is UTC.
    `audit` is what auditors read and holds no personal data; `private` holds facts' values, arguments and words,
    and is kept apart. `snapshot`, when given, becomes the call's last one in the same transaction.
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


class JournalDown(Exception):
    """The record could not be written: nothing may act on what it should have held."""


class Journal(Protocol):
    """Where a call's record goes; implemented in `app`."""

    async def append(self, entries: Sequence[Entry]) -> None:
        """Write all entries or none, in order, and return once they are durable. Raises `JournalDown`."""
        ...

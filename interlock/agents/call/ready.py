"""Durable before acted on, as a type.

Judging returns a `Ready`: what is to be written, where the call stands then, and what is to be done. Nothing takes a
`Ready` to act on: it takes a `Written[Ready]`, and only the record makes one, once the entries are durable.
"""

from dataclasses import dataclass
from typing import Generic, TypeVar

from interlock.agents.call.acts import Act
from interlock.agents.call.draft import DraftEntry
from interlock.agents.effects import Outcome
from interlock.guards.base import Proposal
from interlock.guards.facts import Facts, FactsError
from interlock.machines.base import Snapshot
from interlock.machines.decide import Verdict

T = TypeVar("T", covariant=True)
Asked = tuple[int, str, Outcome | str, str]
"""The epoch a proposal was made in, its event, its tool call's id or the outcome it reports, and its arguments."""


@dataclass(frozen=True, slots=True)
class Ready:
    """What is to be written, all or none, and what follows once it is.

    `epoch` is the entries' own. `snapshot` and `facts` are where the call stands then, None where they stay what they
    are; `ended` says that the call's end is among the entries; `asked` is what the verdict is asked for by again.
    `left` is what was known of a caller whose place somebody else has, None where that stays what it is.
    `error` is what whoever learned is told, a refusal on record like any other. A verdict without entries was given
    before: nothing is written or done for it again.
    """

    entries: tuple[DraftEntry, ...] = ()
    epoch: int = 0
    snapshot: Snapshot | None = None
    facts: Facts | None = None
    acts: tuple[Act, ...] = ()
    proposal: Proposal | None = None
    asked: Asked | None = None
    verdict: Verdict | None = None
    error: FactsError | None = None
    ended: bool = False
    left: Facts | None = None


class Written(Generic[T]):
    """Something whose entries are durable. It cannot be made: only `CallRecord.write` and `settle` return one."""

    __slots__ = ("_value",)
    _value: T

    def __init__(self) -> None:
        raise TypeError("a Written cannot be made: write what should be durable, and take what the record returns")

    @property
    def value(self) -> T:
        """What is on record."""
        return self._value


def durable(value: T) -> Written[T]:  # type: ignore[misc]  # covariant: what is written is only read
    """Say that `value` is on record. For the record alone: a test looks who else names this."""
    written: Written[T] = object.__new__(Written)
    written._value = value
    return written

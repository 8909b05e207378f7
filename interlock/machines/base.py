"""A machine: the legal transitions of a flow as a strict python-statemachine chart, and nothing that happens in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Self

from statemachine.factory import StateMachineMetaclass
from statemachine.orderedset import OrderedSet
from statemachine.transition import Transition

from interlock.guards.base import PROPOSERS, Proposer
from interlock.machines.chart import (
    AGENTS,
    Chart,
    ChartError,
    events_of,
    guards_of,
    history_of,
    is_end,
    lineage,
    proposers_of,
    states_of,
    transitions_of,
)
from interlock.machines.strict import refuse_chart, refuse_flags

__all__ = [
    "AGENTS",
    "ANYBODY",
    "ChartError",
    "Machine",
    "Snapshot",
    "candidates",
    "check_chart",
    "clear",
    "engine",
    "events_of",
    "guards_of",
    "history_of",
    "initial",
    "is_end",
    "is_over",
    "lineage",
    "load",
    "may_end",
    "offered",
    "proposers_of",
    "read",
    "states_of",
    "transitions_of",
]

ANYBODY: frozenset[Proposer] = frozenset(PROPOSERS)
"""For a chart's `proposers`: an event that agents, systems and operators may ask for."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Where a call stands: plain data, the same in memory and in the journal.

    `configuration` holds every active state, outermost first; `history` what a history state would return to;
    `epoch` how many transitions the call has made.
    """

    machine: str
    version: int
    configuration: tuple[str, ...]
    history: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    epoch: int = 0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON, the inverse of `from_json`."""
        return {
            "machine": self.machine,
            "version": self.version,
            "configuration": list(self.configuration),
            "history": {name: list(states) for name, states in self.history.items()},
            "epoch": self.epoch,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read what `to_json` wrote. Raises `KeyError` when a part is missing."""
        return cls(
            machine=data["machine"],
            version=data["version"],
            configuration=tuple(data["configuration"]),
            history={name: tuple(states) for name, states in data["history"].items()},
            epoch=data["epoch"],
        )

    @property
    def state(self) -> str:
        """The innermost active state: the one whose agent speaks."""
        return self.configuration[-1]


class _Checked(StateMachineMetaclass):
    """Makes the class, then refuses it when it is not a strict chart: at import, before any call."""

    def __init__(cls, name: str, bases: tuple[type], attrs: dict[str, Any]) -> None:
        super().__init__(name, bases, attrs)
        if cls.states:
            check_chart(cls)


class Machine(Chart, metaclass=_Checked):
    """The base of every flow's chart.

    A subclass holds states, transitions guarded by `@guard` objects, `proposers` (who may ask for an event; agents
    for those not named) and `promises`. Whoever changes states raises `version` and gives in `migrations`, for each
    older version, the step to the next (see `.migrating`). Callbacks, validators, `unless`, text conditions,
    delays, eventless transitions, parallel regions, listeners and code are refused with `ChartError` at import: with
    them a decision would not be a pure function.
    """

    allow_event_without_transition = False
    catch_errors_as_events = False
    atomic_configuration_update = True
    enable_self_transition_entries = True

    migrations: ClassVar[Mapping[int, Callable[[Snapshot], Snapshot]]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        refuse_flags(cls, Machine)


def candidates(machine: type[Machine], snapshot: Snapshot, event: str) -> tuple[Transition, ...]:
    """The arrows `event` could take from here, in the order they are tried."""
    return _candidates(machine, snapshot.state, event)


def offered(machine: type[Machine], snapshot: Snapshot, by: Proposer) -> tuple[str, ...]:
    """The events the chart allows from here for this proposer, guards not asked."""
    return _offered(machine, snapshot.state, by)


def is_over(machine: type[Machine], snapshot: Snapshot) -> bool:
    """Whether the call ended: the configuration is a top-level final state."""
    return is_end(states_of(machine)[snapshot.state])


@cache
def may_end(machine: type[Machine], event: str) -> bool:
    """Whether any arrow of `event` ends the call."""
    arrows = (arrow for arrow in transitions_of(machine) if event in {str(its) for its in arrow.events})
    return any(arrow.target is not None and is_end(arrow.target) for arrow in arrows)


@cache
def check_chart(machine: type[Machine]) -> None:
    """Refuse a chart in which a decision would not be a pure function of what it is given. Raises `ChartError`."""
    refuse_chart(machine, Machine)


def initial(machine: type[Machine]) -> Snapshot:
    """Where a call of this flow begins. Raises `ChartError` for a chart `check_chart` refuses."""
    return read(machine, engine(machine), epoch=0)


def engine(machine: type[Machine]) -> Machine:
    """A fresh python-statemachine object of this chart, in its initial state."""
    check_chart(machine)
    return machine()


def load(machine: type[Machine], into: Machine, snapshot: Snapshot) -> None:
    """Put a snapshot into a machine object."""
    known = states_of(machine)
    into.configuration = OrderedSet(known[name] for name in snapshot.configuration)
    into.history_values = {h: [known[n] for n in names] for h, names in snapshot.history.items()}


def read(machine: type[Machine], out_of: Machine, *, epoch: int) -> Snapshot:
    """Take a snapshot of a machine object."""
    active = set(out_of.configuration_values)
    return Snapshot(
        machine=machine.__name__,
        version=machine.version,
        configuration=tuple(name for name in states_of(machine) if name in active),
        history={h: tuple(s.id for s in states) for h, states in out_of.history_values.items()},
        epoch=epoch,
    )


def clear(chart: Machine) -> None:
    """Forget what waits in a machine object, so that it can be used again after a refusal."""
    chart._engine.clear()


@cache
def _candidates(machine: type[Machine], state: str, event: str) -> tuple[Transition, ...]:
    here = lineage(states_of(machine)[state])
    return tuple(t for s in here for t in s.transitions if not t.initial and event in {str(e) for e in t.events})


@cache
def _offered(machine: type[Machine], state: str, by: Proposer) -> tuple[str, ...]:
    if is_end(states_of(machine)[state]):
        return ()
    return tuple(e for e in events_of(machine) if by in proposers_of(machine, e) and _candidates(machine, state, e))

"""A machine: the legal transitions of a flow as a strict python-statemachine chart, and nothing that happens in it."""

import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, Self

from statemachine import HistoryState, State, StateChart
from statemachine.callbacks import CallbackGroup
from statemachine.event import Event
from statemachine.orderedset import OrderedSet
from statemachine.transition import Transition

from guards.base import PROPOSERS, Guard, Proposer
from machines.promises import Promise

AGENTS: frozenset[Proposer] = frozenset({"agent"})
ANYBODY: frozenset[Proposer] = frozenset(PROPOSERS)


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


class ChartError(TypeError):
    """A chart that could let something happen unseen; raised when the class is made."""


class Machine(StateChart[Any]):
    """The base of every flow's chart.

    A subclass holds states, transitions guarded by `@guard` objects, `proposers` (who may ask for an event; agents
    for those not named) and `promises`. Callbacks, validators, `unless`, text conditions, delays, eventless
    transitions and parallel regions are refused with `ChartError`: with them a decision would not be a pure function.
    """

    allow_event_without_transition = False
    catch_errors_as_events = False
    atomic_configuration_update = True
    enable_self_transition_entries = True

    version: ClassVar[int] = 1
    proposers: ClassVar[Mapping[str, frozenset[Proposer]]] = {}
    promises: ClassVar[tuple[Promise, ...]] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for flag in ("allow_event_without_transition", "catch_errors_as_events"):
            if flag in cls.__dict__:
                raise ChartError(f"{cls.__name__}.{flag} is set: Machine fixes it")


@cache
def events_of(machine: type[Machine]) -> tuple[str, ...]:
    """The chart's own event ids, in the order of the file: the whitelist of what can be proposed."""
    named: dict[str, None] = {}
    for transition in transitions_of(machine):
        named.update(dict.fromkeys(str(event) for event in transition.events))
    return tuple(named)


@cache
def states_of(machine: type[Machine]) -> Mapping[str, State]:
    """Every state by id, outermost first, history states left out."""
    found: dict[str, State] = {}
    for state in _walk(list(machine.states)):
        if not isinstance(state, HistoryState):
            if state.id in found:
                raise ChartError(f"{machine.__name__} has two states called {state.id}")
            found[state.id] = state
    return found


@cache
def history_of(machine: type[Machine]) -> tuple[HistoryState, ...]:
    """The chart's history states."""
    return tuple(h for s in states_of(machine).values() for h in getattr(s, "history", ()) or ())


@cache
def transitions_of(machine: type[Machine]) -> tuple[Transition, ...]:
    """Every arrow that an event takes, in the order python-statemachine tries them within a state."""
    return tuple(
        t for s in states_of(machine).values() for t in s.transitions if not t.initial and not t.is_eventless
    )


def guards_of(transition: Transition) -> tuple[Guard, ...]:
    """The guards of one arrow, in order."""
    return tuple(spec.func for spec in transition.cond)


def proposers_of(machine: type[Machine], event: str) -> frozenset[Proposer]:
    """Who may propose `event`."""
    return machine.proposers.get(event, AGENTS)


def lineage(state: State) -> list[State]:
    """A state and its compound states, innermost first: the order in which arrows are looked for."""
    return [state, *state.ancestors()]


def candidates(machine: type[Machine], snapshot: Snapshot, event: str) -> tuple[Transition, ...]:
    """The arrows `event` could take from here, in the order they are tried."""
    return _candidates(machine, snapshot.state, event)


def offered(machine: type[Machine], snapshot: Snapshot, by: Proposer) -> tuple[str, ...]:
    """The events the chart allows from here for this proposer, guards not asked."""
    return _offered(machine, snapshot.state, by)


def is_over(machine: type[Machine], snapshot: Snapshot) -> bool:
    """Whether the call ended: the configuration is a top-level final state."""
    return is_end(states_of(machine)[snapshot.state])


def is_end(state: State) -> bool:
    """Whether a call that reaches this state is over: it is final and at the top."""
    return bool(state.final) and state.parent is None


@cache
def check_chart(machine: type[Machine]) -> None:
    """Refuse a chart in which a decision would not be a pure function of what it is given. Raises `ChartError`."""
    states = list(_walk(list(machine.states)))
    for state in states:
        if getattr(state, "parallel", False):
            raise ChartError(f"{machine.__name__}.{state.id} is parallel: one state speaks at a time")
        _no_callbacks(machine, state.id, state._specs)
        for transition in state.transitions:
            _check_arrow(machine, transition)
    strangers = set(machine.proposers) - set(events_of(machine))
    if strangers:
        raise ChartError(f"{machine.__name__}.proposers names {', '.join(sorted(strangers))}: no such event")
    for name, member in inspect.getmembers(machine, inspect.iscoroutinefunction):
        if name in vars(machine):
            raise ChartError(f"{machine.__name__}.{name} is a coroutine function: charts hold no code")


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


@cache
def _candidates(machine: type[Machine], state: str, event: str) -> tuple[Transition, ...]:
    here = lineage(states_of(machine)[state])
    return tuple(t for s in here for t in s.transitions if not t.initial and event in {str(e) for e in t.events})


@cache
def _offered(machine: type[Machine], state: str, by: Proposer) -> tuple[str, ...]:
    if is_end(states_of(machine)[state]):
        return ()
    return tuple(
        e for e in events_of(machine) if by in proposers_of(machine, e) and _candidates(machine, state, e)
    )


def _walk(states: list[State]) -> Iterator[State]:
    for state in states:
        yield state
        yield from _walk(list(state.states))


def _check_arrow(machine: type[Machine], transition: Transition) -> None:
    arrow = f"{machine.__name__}: {transition.source.id} -> {transition.event or '(no event)'}"
    if transition.is_eventless and not transition.initial and not isinstance(transition.source, HistoryState):
        raise ChartError(f"{arrow} has no event: what happens by itself cannot be judged")
    if len(transition.targets) != 1:
        raise ChartError(f"{arrow} has {len(transition.targets)} targets, expected one")
    for event in transition.events:
        if getattr(event, "delay", 0) or getattr(event, "internal", False) or not str(event).isidentifier():
            raise ChartError(f"{arrow} is delayed, internal or oddly named: expected a plain event")
    for spec in transition._specs:
        if spec.group == CallbackGroup.COND and not spec.is_convention:
            if not isinstance(spec.func, Guard) or spec.expected_value is not True:
                raise ChartError(f"{arrow} has the condition {spec.func!r}: expected cond= with @guard objects")
    _no_callbacks(machine, arrow, (s for s in transition._specs if s.group != CallbackGroup.COND))


def _no_callbacks(machine: type[Machine], where: str, specs: Any) -> None:
    for spec in specs:
        if not spec.is_convention:
            raise ChartError(f"{where} has the callback {spec.func!r}: charts hold none")
        if _is_own(machine, spec.func):
            raise ChartError(f"{where} has the callback {machine.__name__}.{spec.func}: charts hold none")


def _is_own(machine: type[Machine], name: Any) -> bool:
    found = getattr(machine, name, None) if isinstance(name, str) else None
    return callable(found) and not isinstance(found, Event)

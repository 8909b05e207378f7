"""Reading a chart: its states, events, arrows and guards. Nothing here decides."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, ClassVar

from statemachine import HistoryState, State, StateChart
from statemachine.transition import Transition

from interlock.guards.base import Guard, Proposer
from interlock.guards.quotas import Quota
from interlock.machines.promises import Promise

AGENTS: frozenset[Proposer] = frozenset({"agent"})


class ChartError(TypeError):
    """A chart that could let something happen unseen; raised when the class is made."""


class Chart(StateChart[Any]):
    """What every flow's chart declares beside its states and arrows; `Machine` makes it strict.

    `harmless` gives for each event that begins work without the caller's yes the reason why none is needed; `unbroken`
    names states in which something is said that nobody may cut off. `interlock check` holds the flow to both. `quotas`
    gives for a state the limits that outlive a call and that entering it takes from.
    """

    version: ClassVar[int] = 1
    proposers: ClassVar[Mapping[str, frozenset[Proposer]]] = {}
    needs_yes: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    harmless: ClassVar[Mapping[str, str]] = {}
    unbroken: ClassVar[tuple[str, ...]] = ()
    quotas: ClassVar[Mapping[str, tuple[Quota, ...]]] = {}
    promises: ClassVar[tuple[Promise, ...]] = ()


@cache
def events_of(machine: type[Chart]) -> tuple[str, ...]:
    """The chart's own event ids, outer states first: the whitelist of what can be proposed."""
    named: dict[str, None] = {}
    for transition in transitions_of(machine):
        named.update(dict.fromkeys(str(event) for event in transition.events))
    return tuple(named)


@cache
def states_of(machine: type[Chart]) -> Mapping[str, State]:
    """Every state by id, outermost first, history states left out."""
    return {s.id: s for s in walk(list(machine.states)) if not isinstance(s, HistoryState)}


@cache
def history_of(machine: type[Chart]) -> tuple[HistoryState, ...]:
    """The chart's history states."""
    return tuple(h for s in walk(list(machine.states)) for h in getattr(s, "history", ()) or ())


@cache
def transitions_of(machine: type[Chart]) -> tuple[Transition, ...]:
    """Every arrow that an event takes, in the order python-statemachine tries them within a state."""
    return tuple(t for s in states_of(machine).values() for t in s.transitions if not t.initial and not t.is_eventless)


def guards_of(transition: Transition) -> tuple[Guard, ...]:
    """The guards of one arrow, in order."""
    return tuple(spec.func for spec in transition.cond)


def proposers_of(machine: type[Chart], event: str) -> frozenset[Proposer]:
    """Who may propose `event`."""
    return machine.proposers.get(event, AGENTS)


def needs_yes_of(machine: type[Chart], event: str) -> tuple[str, ...] | None:
    """The facts and arguments that a caller's yes to `event` covers; None where it needs none."""
    return machine.needs_yes.get(event)


def quotas_of(machine: type[Chart], state: str) -> tuple[Quota, ...]:
    """The limits that entering `state` takes from."""
    return machine.quotas.get(state, ())


def lineage(state: State) -> list[State]:
    """A state and its compound states, innermost first: the order in which arrows are looked for."""
    return [state, *state.ancestors()]


def is_end(state: State) -> bool:
    """Whether a call that reaches this state is over: it is final and at the top."""
    return bool(state.final) and state.parent is None


def walk(states: list[State]) -> Iterator[State]:
    """These states and all inside them, outermost first."""
    for state in states:
        yield state
        yield from walk(list(state.states))

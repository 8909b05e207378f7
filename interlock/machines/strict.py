"""What a chart may hold: states, arrows and guards. With anything else a decision would not be a pure function."""

from collections.abc import Iterable
from types import FunctionType
from typing import Any

from statemachine import State, StateChart
from statemachine.callbacks import CallbackGroup
from statemachine.transition import Transition

from interlock.guards.base import PROPOSERS, Guard
from interlock.machines.chart import Chart, ChartError, events_of, guards_of, history_of, transitions_of, walk

FLAGS = (
    "allow_event_without_transition",
    "catch_errors_as_events",
    "atomic_configuration_update",
    "enable_self_transition_entries",
)
# A state or event of one of these names would hide what python-statemachine or Machine needs on its objects.
TAKEN = frozenset(dir(StateChart)) | {
    "model",
    "state_field",
    "history_values",
    "version",
    "proposers",
    "needs_yes",
    "promises",
}
CODE = (FunctionType, classmethod, staticmethod, property)


def refuse_flags(machine: type[Chart], base: type[Chart]) -> None:
    """Raise `ChartError` when a subclass, or a class mixed in, changed one of the strict flags."""
    for flag in FLAGS:
        if getattr(machine, flag) is not getattr(base, flag):
            raise ChartError(f"{machine.__name__}.{flag} is {getattr(machine, flag)}: Machine fixes it")


def refuse_chart(machine: type[Chart], base: type[Chart]) -> None:
    """Raise `ChartError` for anything but states, arrows with `@guard` conditions and proposers of known events."""
    _refuse_names(machine)
    _no_callbacks(machine, machine.__name__, machine._specs)
    if machine._class_listeners:
        raise ChartError(f"{machine.__name__} has the listener {machine._class_listeners[0]!r}: charts hold none")
    for state in walk(list(machine.states)):
        _refuse_state(machine, state)
    for history in history_of(machine):
        _refuse_history(machine, history)
    _refuse_namesakes(machine)
    _refuse_strangers(machine)
    _refuse_code(machine, base)


def _refuse_names(machine: type[Chart]) -> None:
    seen: set[str] = set()
    for state in (*walk(list(machine.states)), *history_of(machine)):
        if state.id in seen:
            raise ChartError(f"{machine.__name__} has two states called {state.id}")
        if state.value != state.id:
            raise ChartError(
                f"{machine.__name__}.{state.id} has the value {state.value!r}: expected none, its id is it"
            )
        seen.add(state.id)
    for name in (*seen, *events_of(machine)):
        if name in TAKEN:
            raise ChartError(f"{machine.__name__}.{name} hides a part of Machine: choose another name")


def _refuse_state(machine: type[Chart], state: State) -> None:
    if state.parallel:
        raise ChartError(f"{machine.__name__}.{state.id} is parallel: one state speaks at a time")
    _no_callbacks(machine, f"{machine.__name__}.{state.id}", state._specs)
    for transition in state.transitions:
        arrow = _arrow(machine, transition)
        if transition.is_eventless and not transition.initial:
            raise ChartError(f"{arrow} has no event: what happens by itself cannot be judged")
        _refuse_arrow(machine, arrow, transition)


def _refuse_history(machine: type[Chart], history: State) -> None:
    _no_callbacks(machine, f"{machine.__name__}.{history.id}", history._specs)
    for transition in history.transitions:
        arrow = _arrow(machine, transition)
        _refuse_arrow(machine, arrow, transition)
        if guards_of(transition):
            raise ChartError(f"{arrow} has a guard: python-statemachine asks none on the way out of a history state")


def _refuse_arrow(machine: type[Chart], arrow: str, transition: Transition) -> None:
    if len(transition.targets) != 1:
        raise ChartError(f"{arrow} has {len(transition.targets)} targets, expected one")
    if transition.internal:
        raise ChartError(f"{arrow} is an internal arrow, which leaves and enters nothing: take internal=True out")
    for event in transition.events:
        if getattr(event, "delay", 0) or getattr(event, "internal", False) or not str(event).isidentifier():
            raise ChartError(f"{arrow} is delayed, internal or oddly named: expected a plain event")
    for spec in transition._specs:
        if spec.group != CallbackGroup.COND:
            continue
        if not isinstance(spec.func, Guard) or spec.expected_value is not True:
            raise ChartError(f"{arrow} has the condition {spec.func!r}: expected cond= with @guard objects")
    _no_callbacks(machine, arrow, (s for s in transition._specs if s.group != CallbackGroup.COND))


def _arrow(machine: type[Chart], transition: Transition) -> str:
    return f"{machine.__name__}: {transition.source.id} -> {transition.event or '(no event)'}"


def _no_callbacks(machine: type[Chart], where: str, specs: Iterable[Any]) -> None:
    for spec in specs:
        if not spec.is_convention:
            raise ChartError(f"{where} has the callback {spec.func!r}: charts hold none")
        # An event of such a name counts too: python-statemachine would send it by itself.
        if callable(getattr(machine, str(spec.func), None)):
            raise ChartError(f"{where} has the callback {machine.__name__}.{spec.func}: charts hold none")


def _refuse_namesakes(machine: type[Chart]) -> None:
    named: dict[str, Guard] = {}
    for guard in (g for t in transitions_of(machine) for g in guards_of(t)):
        if named.setdefault(guard.name, guard).predicate is not guard.predicate:
            raise ChartError(f"{machine.__name__} has two guards called {guard.name}: one would answer for the other")


def _refuse_strangers(machine: type[Chart]) -> None:
    strangers = set(machine.proposers) - set(events_of(machine))
    if strangers:
        raise ChartError(f"{machine.__name__}.proposers names {', '.join(sorted(strangers))}: no such event")
    for event, whom in machine.proposers.items():
        if not isinstance(whom, frozenset) or not whom or not whom <= set(PROPOSERS):
            raise ChartError(
                f"{machine.__name__}.proposers lets {whom!r} propose {event}: expected a frozenset of {PROPOSERS}"
            )


def _refuse_code(machine: type[Chart], base: type[Chart]) -> None:
    for owner in (c for c in machine.__mro__ if c not in base.__mro__):
        for name, member in vars(owner).items():
            if isinstance(member, CODE) and not name.startswith("__annotate"):
                raise ChartError(f"{machine.__name__}.{name} is a {type(member).__name__}: charts hold no code")

"""What can be wrong with a chart by itself."""

from collections.abc import Iterator

import networkx as nx

from interlock.app.check import source
from interlock.app.check.finding import Finding
from interlock.app.check.paths import Paths, asked_for, contradiction, leaves_of, leaves_under, shadow_of
from interlock.machines.base import (
    Machine,
    Snapshot,
    candidates,
    history_of,
    is_end,
    proposers_of,
    states_of,
    transitions_of,
)
from interlock.machines.events import CALLER_SILENT


def chart_findings(machine: type[Machine], paths: Paths) -> Iterator[Finding]:
    """Everything the chart alone gives away."""
    yield from _unreachable(machine, paths)
    yield from _trapped(machine, paths)
    yield from _shadowed(machine)
    yield from _contradictory(machine)
    yield from _history_without_default(machine)
    yield from _without_silence_timeout(machine)
    yield from _without_goodbye(machine, paths)


def _unreachable(machine: type[Machine], paths: Paths) -> Iterator[Finding]:
    for name, state in states_of(machine).items():
        if not paths.at(name):
            text = f"no way leads to the state {name}: add an arrow to it, or take it out"
            yield Finding("unreachable_state", text, source.of_state(machine, state))


def _trapped(machine: type[Machine], paths: Paths) -> Iterator[Finding]:
    known = states_of(machine)
    ends = [p for p in paths.graph if is_end(known[p[0][-1]])]
    free = set(ends).union(*(nx.ancestors(paths.graph, end) for end in ends))
    for name in leaves_of(machine):
        stuck = next((p for p in paths.at(name) if p not in free), None)
        if stuck is not None:
            text = f"a call in the state {name} can never end: add a way to a final state at the top of the chart"
            yield Finding("trapped_state", text, source.of_state(machine, known[name]), paths.to(stuck))


def _shadowed(machine: type[Machine]) -> Iterator[Finding]:
    for arrow in transitions_of(machine):
        for event in (str(e) for e in arrow.events):
            shadows = [shadow_of(machine, leaf, event, arrow) for leaf in leaves_under(machine, arrow.source.id)]
            if shadows and shadows[0] and all(shadows) and not contradiction(arrow):
                text = (
                    f"{event} from {arrow.source.id} to {arrow.targets[0].id} is never taken: {event} from"
                    f" {shadows[0].source.id} to {shadows[0].targets[0].id} is tried first and asks no more;"
                    " order them from strict to lax, or take one out"
                )
                yield Finding("shadowed_transition", text, source.of_arrow(machine, arrow))


def _contradictory(machine: type[Machine]) -> Iterator[Finding]:
    for arrow in transitions_of(machine):
        pair = contradiction(arrow)
        if pair is not None:
            text = (
                f"{arrow.event} from {arrow.source.id} asks for {pair[0].name} and {pair[1].name}, which never"
                " hold together: take one out"
            )
            yield Finding("contradictory_guards", text, source.of_arrow(machine, arrow))


def _history_without_default(machine: type[Machine]) -> Iterator[Finding]:
    for state in history_of(machine):
        if not state.transitions:
            text = (
                f"the history state {state.id} has no default: add {state.id}.to(...) for a call that was never"
                " there, or its configuration is empty"
            )
            yield Finding("history_without_default", text, source.of_state(machine, state))


def _without_silence_timeout(machine: type[Machine]) -> Iterator[Finding]:
    reported = proposers_of(machine, CALLER_SILENT) == {"system"}
    for name in leaves_of(machine):
        state = states_of(machine)[name]
        here = Snapshot(machine.__name__, machine.version, (name,))
        if not is_end(state) and not (reported and candidates(machine, here, CALLER_SILENT)):
            text = (
                f"a caller who says nothing in the state {name} is waited for without end: add an arrow of the event"
                f" {CALLER_SILENT}, which only the system may propose, best on the compound state around"
            )
            yield Finding("no_silence_timeout", text, source.of_state(machine, state))


def _without_goodbye(machine: type[Machine], paths: Paths) -> Iterator[Finding]:
    known, asked = states_of(machine), asked_for(machine, paths)
    for name in leaves_of(machine):
        rude = (p for p in paths.at(name) if not any(is_end(known[after[0][-1]]) for after in asked.successors(p)))
        stuck = None if is_end(known[name]) else next(rude, None)
        if stuck is not None:
            text = (
                f"a caller who wants to end the call in the state {name} cannot be let go: add an arrow of an"
                " event that an agent may propose to a final state at the top, best from the compound state around"
            )
            yield Finding("no_goodbye", text, source.of_state(machine, known[name]), paths.to(stuck))

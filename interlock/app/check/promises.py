"""Whether a flow keeps its promises, a way to a person among them."""

from collections.abc import Iterator

import networkx as nx

from interlock.app.check import source
from interlock.app.check.finding import Finding
from interlock.app.check.paths import Paths, Position, Step, asked_for
from interlock.guards.base import Guard
from interlock.guards.told import ToldOn
from interlock.machines.base import Machine, events_of, guards_of, is_end, states_of, transitions_of
from interlock.machines.promises import ANY, Never, Promise, Reachable


def promise_findings(machine: type[Machine], paths: Paths) -> Iterator[Finding]:
    """Every promise that is not proven, with a call that breaks it."""
    person = _person_of(machine, paths)
    if person is None:
        text = (
            f"{machine.__name__} promises no way to a person: add reachable(state, from_='everywhere') to its"
            " promises, for the state in which the caller waits for one"
        )
        yield Finding("no_person_promised", text, source.of_class(machine))
    for number, promise in enumerate(machine.promises):
        where = source.of_promise(machine, number)
        strangers = _strangers(machine, promise)
        if strangers:
            text = f"“{promise}” names {', '.join(strangers)}: no such state or event in {machine.__name__}"
            yield Finding("promise_of_nothing", text, where)
        elif isinstance(promise, Never):
            yield from _never(machine, paths, promise, where)
        elif isinstance(promise, ToldOn):
            continue  # its desk keeps it: see `interlock.app.check.told`
        elif promise is person:
            yield from _person(machine, paths, promise)
        else:
            yield from _reachable(machine, paths, promise, where)


def _person_of(machine: type[Machine], paths: Paths) -> Reachable | None:
    """The promise that may be of a person and comes nearest to being kept: a flow may promise other states, too."""
    asked, known = asked_for(machine, paths), states_of(machine)
    everywhere = [p for p in machine.promises if isinstance(p, Reachable) and p.from_ == "everywhere"]
    persons = [p for p in everywhere if p.what in known and not is_end(known[p.what])]
    return min(persons, key=lambda promise: len(_lost(machine, asked, promise)), default=None)


def _strangers(machine: type[Machine], promise: Promise) -> list[str]:
    states, events = set(states_of(machine)), set(events_of(machine))
    if isinstance(promise, ToldOn):
        return [promise.state] if promise.state not in states else []
    if isinstance(promise, Reachable):
        return [name for name in (promise.what, promise.from_) if name not in states | {"everywhere"}]
    named = [promise.what] if isinstance(promise.before, Guard) else [promise.what, promise.before]
    known = states | events | {ANY}
    return [name for name in named if name not in known] + [e for e in promise.unless if e not in events]


def _never(machine: type[Machine], paths: Paths, promise: Never, where: str) -> Iterator[Finding]:
    """Proven when taking away everything that brings what is needed takes away what is promised against, too."""
    left = _without(paths, promise.before, *promise.unless)
    if paths.start not in left:
        return
    near = nx.descendants(left, paths.start) | {paths.start}
    ways = [paths.to(p, left) for p in near if _is_at(promise.what, p, paths.start)]
    steps = [(a, data["step"]) for a, _, data in left.edges(data=True) if a in near]
    ways += [(*paths.to(a, left), step.event) for a, step in steps if step.event == promise.what]
    if ways:
        text = f"“{promise}” does not hold{_unguarded(machine, promise)}"
        yield Finding("unproven_promise", text, where, min(ways, key=lambda way: (len(way), way)))


def _is_at(what: str, position: Position, start: Position) -> bool:
    return position[0][-1] != start[0][-1] if what == ANY else what in position[0]


def _without(paths: Paths, need: Guard | str, *events: str) -> "nx.MultiDiGraph[Position]":
    left = paths.graph.copy()
    if isinstance(need, str):
        left.remove_nodes_from([p for p in paths.graph if need in p[0]])
    edges = [(a, b, k, data["step"]) for a, b, k, data in left.edges(keys=True, data=True)]
    left.remove_edges_from([(a, b, k) for a, b, k, step in edges if _brings(step, need) or step.event in events])
    return left


def _brings(step: Step, need: Guard | str) -> bool:
    return need in step.guards if isinstance(need, Guard) else step.event == need


def _unguarded(machine: type[Machine], promise: Never) -> str:
    if not isinstance(promise.before, Guard):
        return ""
    used = any(promise.before in guards_of(arrow) for arrow in transitions_of(machine))
    return f": ask for {promise.before.name} on every way there" if used else f": no arrow asks {promise.before.name}"


def _reachable(machine: type[Machine], paths: Paths, promise: Reachable, where: str) -> Iterator[Finding]:
    for state, position in _lost(machine, paths.graph, promise).items():
        text = f"no way leads from {state} to {promise.what}, which “{promise}” promises"
        yield Finding("unproven_promise", text, where, paths.to(position))


def _person(machine: type[Machine], paths: Paths, promise: Reachable) -> Iterator[Finding]:
    for state, position in _lost(machine, asked_for(machine, paths), promise).items():
        text = (
            f"no way that an agent may ask for leads from {state} to {promise.what}, which “{promise}” promises: a"
            " caller who wants a person there would have to wait for our systems or an operator"
        )
        where = source.of_state(machine, states_of(machine)[state])
        yield Finding("no_way_to_a_person", text, where, paths.to(position))


def _lost(machine: type[Machine], graph: "nx.MultiDiGraph[Position]", promise: Reachable) -> dict[str, Position]:
    """The states from which nothing in `graph` leads to what is promised, each with a position it is lost at."""
    goals = [position for position in graph if promise.what in position[0]]
    fine = set(goals).union(*(nx.ancestors(graph, goal) for goal in goals))
    lost: dict[str, Position] = {}
    for position in graph:
        state = position[0][-1]
        asked = promise.from_ in ("everywhere", *position[0]) and not is_end(states_of(machine)[state])
        if asked and position not in fine:
            lost.setdefault(state, position)
    return lost

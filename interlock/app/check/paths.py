"""Every way a call can go, with guards taken as free choices."""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import networkx as nx
from statemachine import HistoryState
from statemachine.transition import Transition

from interlock.guards.base import Guard
from interlock.machines.base import (
    Machine,
    Snapshot,
    candidates,
    engine,
    events_of,
    guards_of,
    initial,
    is_over,
    lineage,
    load,
    proposers_of,
    read,
    states_of,
)

Position = tuple[tuple[str, ...], tuple[tuple[str, tuple[str, ...]], ...]]
"""A configuration and what each history state remembers: all that decides where an event leads."""


@dataclass(frozen=True, slots=True)
class Step:
    """One arrow taken: its event, the guards that held on it, and whether it leads back to what is remembered."""

    event: str
    guards: frozenset[Guard]
    returns: bool = False


@dataclass(frozen=True)
class Paths:
    """All positions a call can be in (`graph`, its edges marked with a `Step` as `step`) and where it begins.

    A guard is taken as a free choice at every step, bound only by this: an arrow is taken when its guards can hold
    together and those of each arrow tried before it need not hold with them. Real calls do less than that, because
    facts persist and exclude one another. So "this never happens" is proven for real calls, while "this can happen"
    means that no arrow is missing, not that the facts for it will come.
    """

    start: Position
    graph: "nx.MultiDiGraph[Position]"

    def at(self, state: str) -> list[Position]:
        """The positions in which `state` is active, nearest to the start first."""
        return [p for p in self.graph if state in p[0]]

    def to(self, goal: Position, graph: "nx.MultiDiGraph[Position] | None" = None) -> tuple[str, ...]:
        """The events of a shortest way from the start to `goal`. Raises `networkx.NetworkXNoPath`."""
        within = self.graph if graph is None else graph
        way = nx.shortest_path(within, self.start, goal)
        return tuple(min(d["step"].event for d in within[a][b].values()) for a, b in pairwise(way))


def asked_for(machine: type[Machine], paths: Paths) -> "nx.MultiDiGraph[Position]":
    """The part of all ways that an agent can ask for: no caller can count on an operator, or on a report of ours."""
    left = paths.graph.copy()
    edges = paths.graph.edges(keys=True, data=True)
    reported = [(a, b, k) for a, b, k, data in edges if "agent" not in proposers_of(machine, data["step"].event)]
    left.remove_edges_from(reported)
    return left


@cache
def explore(machine: type[Machine]) -> Paths:
    """Walk the whole chart with python-statemachine itself. Raises `ChartError` or `InvalidDefinition`.

    A step that leaves no state active (a history state without a default) is left out.
    """
    begin = initial(machine)
    graph: nx.MultiDiGraph[Position] = nx.MultiDiGraph()
    graph.add_node(_position(begin))
    waiting, spare = [begin], list[Machine]()
    for snapshot in waiting:
        for arrow, event in _open(machine, snapshot):
            after = _take(machine, snapshot, event, arrow, spare)
            if not after.configuration:
                continue
            if _position(after) not in graph:
                waiting.append(after)
            step = Step(event, frozenset(guards_of(arrow)), isinstance(arrow.target, HistoryState))
            graph.add_edge(_position(snapshot), _position(after), step=step)
    return Paths(_position(begin), graph)


def contradiction(arrow: Transition) -> tuple[Guard, Guard] | None:
    """Two guards of one arrow that never hold together."""
    guards = guards_of(arrow)
    return next(((g, g.opposite_of) for g in guards if g.opposite_of in guards and g.opposite_of), None)


def shadow_of(machine: type[Machine], state: str, event: str, arrow: Transition) -> Transition | None:
    """The arrow tried before this one, in this state, that is taken whenever this one could be."""
    mine = set(guards_of(arrow))
    for earlier in candidates(machine, Snapshot(machine.__name__, machine.version, (state,)), event):
        if earlier is arrow:
            return None
        if mine.issuperset(guards_of(earlier)):
            return earlier
    return None


def leaves_of(machine: type[Machine]) -> list[str]:
    """The states a call can be at rest in: those without inner ones."""
    return [name for name, state in states_of(machine).items() if not state.states]


def leaves_under(machine: type[Machine], state: str) -> list[str]:
    """The leaves a state holds; itself when it is one."""
    known = states_of(machine)
    return [leaf for leaf in leaves_of(machine) if known[state] in lineage(known[leaf])]


def _open(machine: type[Machine], snapshot: Snapshot) -> list[tuple[Transition, str]]:
    if is_over(machine, snapshot):
        return []
    return [
        (arrow, event)
        for event in events_of(machine)
        for arrow in candidates(machine, snapshot, event)
        if not contradiction(arrow) and not shadow_of(machine, snapshot.state, event, arrow)
    ]


def _take(machine: type[Machine], snapshot: Snapshot, event: str, arrow: Transition, spare: list[Machine]) -> Snapshot:
    """`spare` keeps a machine object that can be used again: a new one costs more than the step."""
    chart = spare.pop() if spare else engine(machine)
    load(machine, chart, snapshot)
    held = guards_of(arrow)
    tried = candidates(machine, snapshot, event)
    chart.send(event, facts=None, proposal=None, answers={g.name: g in held for a in tried for g in guards_of(a)})
    if not chart.is_terminated:
        spare.append(chart)
    return read(machine, chart, epoch=0)


def _position(snapshot: Snapshot) -> Position:
    return snapshot.configuration, tuple(sorted((name, tuple(states)) for name, states in snapshot.history.items()))

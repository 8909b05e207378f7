"""A flow as the graph that ELK lays out: a box for each place, a frame for a compound state, a label on each line."""

from collections.abc import Iterator
from dataclasses import dataclass

from statemachine import State

from interlock.agents.flow import Flow
from interlock.app.draw.arrows import Arrow, arrows_of, drawn, landing
from interlock.app.draw.elk import Graph
from interlock.app.draw.measure import Weight, width, wrapped
from interlock.app.draw.picture import Kind
from interlock.app.draw.words import event_words, is_everything, notes_words
from interlock.machines.base import Machine, history_of, initial, is_end, states_of

# Sizes of text, in pixels; `svg.py` says the same to the browser.
TITLE, NAME, NOTE, FRAME = 13.0, 11.5, 11.0, 12.5
TITLE_LINE, FRAME_LINE, LABEL_LINE = 17, 15, 14
WIDEST_TITLE, WIDEST_NAME = 180, 150
MARGIN = 12
COUNT = 78  # what a count on a line takes, "12,345 ✕12,345"
BEGIN = "begin"
DOT = 12

LAYOUT = {
    "elk.algorithm": "layered",
    "elk.direction": "DOWN",
    "elk.hierarchyHandling": "INCLUDE_CHILDREN",
    "elk.edgeRouting": "ORTHOGONAL",
    "elk.layered.cycleBreaking.strategy": "MODEL_ORDER",
    "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
    "elk.spacing.nodeNode": "20",
    "elk.spacing.edgeNode": "12",
    "elk.spacing.edgeEdge": "8",
    "elk.spacing.edgeLabel": "4",
    "elk.spacing.labelLabel": "6",
    "elk.layered.spacing.nodeNodeBetweenLayers": "20",
    "elk.layered.spacing.edgeNodeBetweenLayers": "10",
    "elk.layered.spacing.edgeEdgeBetweenLayers": "8",
}
INSIDE = {"elk.padding": "[top=42,left=16,bottom=16,right=16]"}


@dataclass(frozen=True, slots=True)
class Words:
    """What stands on one line of the picture, and the box it needs."""

    names: tuple[str, ...]
    notes: tuple[str, ...]
    width: float
    height: float


def graph_of(flow: Flow) -> Graph:
    """The graph of a flow, nothing placed yet; the edge of `lines(flow)[n]` has the id `e{n}`."""
    machine = flow.machine
    first = {"id": "e_begin", "sources": [BEGIN], "targets": [initial(machine).state]}
    edges = [_edge(number, arrows) for number, arrows in enumerate(lines(flow))]
    return {"id": "root", "layoutOptions": LAYOUT, "children": list(_inside(flow, None)), "edges": [first, *edges]}


def lines(flow: Flow) -> list[list[Arrow]]:
    """The lines of the picture, each with the arrows it stands for."""
    return drawn(flow.machine, arrows_of(flow.machine))


def on_line(arrows: list[Arrow]) -> Words:
    """The label of a line."""
    weight: Weight = "regular" if arrows[0].is_reported else "bold"
    names = tuple(line for a in arrows for line in wrapped(event_words(a.event), WIDEST_NAME, NAME, weight))
    notes = notes_words(arrows[0].only_if, arrows[0].needs_yes)
    wide = max(COUNT, *(width(name, NAME, weight) for name in names), *(width(note, NOTE) for note in notes), 0)
    return Words(names, notes, wide + 8, (len(names) + max(len(notes), 1)) * LABEL_LINE + 4)


def title_of(state: State, kind: Kind) -> tuple[str, ...]:
    """The name of a place as the lines of its box."""
    return wrapped(f"↩ {state.name}" if kind == "back" else state.name, WIDEST_TITLE, TITLE)


def kind_of(flow: Flow, state: State) -> Kind:
    """What a place is; only a history state is in no machine's list of states."""
    if state.id not in states_of(flow.machine):
        return "back"
    return "work" if state.id in flow.effects else "end" if is_end(state) else "state"


def frames_of(machine: type[Machine]) -> list[State]:
    """The compound states that are drawn: all but the one that holds all of a call."""
    return [s for s in states_of(machine).values() if s.states and not is_everything(machine, s)]


def _inside(flow: Flow, frame: State | None) -> Iterator[Graph]:
    """The boxes of one compound state, or of the whole chart, in the order of the file."""
    states = list(flow.machine.states if frame is None else frame.states)
    if initial(flow.machine).state in {state.id for state in states}:
        yield {"id": BEGIN, "width": DOT, "height": DOT, "layoutOptions": _layer("FIRST")}
    for state in states:
        if not state.states:
            yield _box(flow, state)
        elif is_everything(flow.machine, state):
            yield from _inside(flow, state)
        else:
            yield {"id": state.id, "layoutOptions": INSIDE, "children": list(_inside(flow, state))}
    yield from (_box(flow, history) for history in history_of(flow.machine) if history.parent is frame)


def _box(flow: Flow, state: State) -> Graph:
    kind = kind_of(flow, state)
    title = title_of(state, kind)
    wide = max(104, *(width(line, TITLE) + 2 * MARGIN for line in title))
    box: Graph = {"id": state.id, "width": wide, "height": len(title) * TITLE_LINE + 17}
    return box | ({"layoutOptions": _layer("LAST")} if kind == "end" else {})


def _edge(number: int, arrows: list[Arrow]) -> Graph:
    words = on_line(arrows)
    label = {"id": f"l{number}", "text": "words", "width": words.width, "height": words.height}
    return {
        "id": f"e{number}",
        "sources": [arrows[0].source.id],
        "targets": [landing(arrows[0].target).id],
        "labels": [label | {"layoutOptions": {"elk.edgeLabels.inline": "true"}}],
    }


def _layer(where: str) -> dict[str, str]:
    return {"elk.layered.layering.layerConstraint": where}

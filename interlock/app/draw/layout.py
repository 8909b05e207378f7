"""Where everything of a picture stands: the lines and boxes by ELK, what holds at many places as chips below."""

from collections.abc import Iterator
from itertools import pairwise
from math import ceil

from statemachine import State

from interlock.agents.flow import Flow
from interlock.app.draw.arrows import Arrow, arrows_of, from_many
from interlock.app.draw.chips import bottom, rows_of, way_of, widest
from interlock.app.draw.elk import Graph, laid_out
from interlock.app.draw.free import free_place
from interlock.app.draw.graph import BEGIN, FRAME, FRAME_LINE, frames_of, graph_of, kind_of, lines, on_line, title_of
from interlock.app.draw.measure import width, wrapped
from interlock.app.draw.picture import Begin, Box, Edge, Frame, Label, Picture, Place
from interlock.machines.base import history_of, states_of

AROUND = 16
LEAST_WIDTH = 760
NARROWER = (180, 120, 80, 50)

Point = tuple[float, float]


def picture_of(flow: Flow) -> Picture:
    """Lay a flow out; the same bytes each time. Raises `RuntimeError` when ELK refuses it."""
    placed = _Placed(laid_out(graph_of(flow)))
    edges = tuple(_edge(number, arrows, placed) for number, arrows in enumerate(lines(flow)))
    shared = from_many(flow.machine, arrows_of(flow.machine))
    wide = max(LEAST_WIDTH, placed.width, widest(shared))
    rows = rows_of(flow.machine, shared, AROUND, placed.height + 2 * AROUND, wide)
    x, y, size, _ = placed.boxes[BEGIN]
    return Picture(
        flow=flow.name,
        version=flow.machine.version,
        title=" ".join(flow.title.split()),
        summary=" ".join(flow.summary.split()),
        width=ceil(wide + 2 * AROUND),
        height=ceil(max([placed.height + AROUND, *map(bottom, rows)]) + AROUND),
        begin=Begin(x=x + size / 2, y=y + size / 2, points=placed.points["e_begin"]),
        frames=tuple(_frame(state, placed) for state in frames_of(flow.machine)),
        places=tuple(_places(flow, placed)),
        edges=edges,
        rows=rows,
    )


class _Placed:
    """ELK's answer with everything in the picture's own coordinates."""

    def __init__(self, graph: Graph) -> None:
        self.width, self.height = _round(graph["width"]), _round(graph["height"])
        self.boxes: dict[str, tuple[float, float, float, float]] = {}
        self.labels: dict[str, tuple[float, float, float, float]] = {}
        self.points: dict[str, tuple[Point, ...]] = {}
        self.frames: set[str] = set()
        origins: dict[str, Point] = {}
        self._take(graph, AROUND, AROUND, origins)
        for edge in graph["edges"]:
            self._edge(edge, *origins[edge.get("container", "root")])

    def _take(self, graph: Graph, x: float, y: float, origins: dict[str, Point]) -> None:
        origins[graph["id"]] = (x, y)
        for child in graph.get("children", ()):
            self.frames |= {child["id"]} if "children" in child else set()
            left, top = x + child["x"], y + child["y"]
            self.boxes[child["id"]] = (_round(left), _round(top), _round(child["width"]), _round(child["height"]))
            self._take(child, left, top, origins)

    def _edge(self, edge: Graph, x: float, y: float) -> None:
        (section,) = edge["sections"]
        ends = [section["startPoint"], *section.get("bendPoints", ()), section["endPoint"]]
        self.points[edge["id"]] = tuple((_round(x + end["x"]), _round(y + end["y"])) for end in ends)
        for its in edge.get("labels", ()):
            box = (x + its["x"], y + its["y"], its["width"], its["height"])
            left, top, wide, high = map(_round, box)
            self.labels[edge["id"]] = (left, top, wide, high)

    def taken(self) -> list[Box]:
        """What no name of a frame may lie on: places, labels, and each piece of a line as a thin box."""
        singles = [box for name, box in self.boxes.items() if name not in self.frames]
        pieces = [piece for points in self.points.values() for piece in pairwise(points)]
        return [*map(_box, singles), *map(_box, self.labels.values()), *(_thin(*piece) for piece in pieces)]


def _thin(start: Point, end: Point) -> Box:
    (x, y), (to_x, to_y) = start, end
    return Box(x=min(x, to_x), y=min(y, to_y), width=abs(x - to_x), height=abs(y - to_y))


def _frame(state: State, placed: _Placed) -> Frame:
    """A frame, its name in as few lines as find a free place."""
    box, taken = _box(placed.boxes[state.id]), placed.taken()
    titles = [wrapped(state.name, limit, FRAME, "bold") for limit in (box.width - 24, *NARROWER)]
    tried = [(title, free_place(_title_box(title, box), box, taken)) for title in titles]
    title, where = next(((title, place) for title, place in tried if place), (titles[0], _title_box(titles[0], box)))
    return Frame(state=state.id, title=title, title_box=where, box=box)


def _title_box(title: tuple[str, ...], frame: Box) -> Box:
    wide = max(width(line, FRAME, "bold") for line in title)
    return Box(x=frame.x + 12, y=frame.y + 6, width=wide, height=len(title) * FRAME_LINE)


def _places(flow: Flow, placed: _Placed) -> Iterator[Place]:
    singles = [state for state in states_of(flow.machine).values() if not state.states]
    for state in (*singles, *history_of(flow.machine)):
        kind = kind_of(flow, state)
        yield Place(state=state.id, kind=kind, title=title_of(state, kind), box=_box(placed.boxes[state.id]))


def _edge(number: int, arrows: list[Arrow], placed: _Placed) -> Edge:
    words = on_line(arrows)
    return Edge(
        ways=tuple(way_of(arrow) for arrow in arrows),
        is_reported=arrows[0].is_reported,
        points=placed.points[f"e{number}"],
        label=Label(names=words.names, notes=words.notes, box=_box(placed.labels[f"e{number}"])),
    )


def _box(its: tuple[float, float, float, float]) -> Box:
    x, y, wide, high = its
    return Box(x=x, y=y, width=wide, height=high)


def _round(number: float) -> float:
    return round(number, 1)

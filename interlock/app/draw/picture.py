"""The picture of a flow as data: where each place, arrow and word stands. `diagrams/FLOW.json` holds it."""

import json
from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict

Kind = Literal["state", "work", "end", "back"]
"""An agent speaks; our systems work; the call is over; where the caller was before."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Box(_Data):
    """A rectangle by its upper left corner, in pixels."""

    x: float
    y: float
    width: float
    height: float


class Place(_Data):
    """A state, or the history state that leads back; `title` is its name as lines."""

    state: str
    kind: Kind
    title: tuple[str, ...]
    box: Box


class Frame(_Data):
    """A compound state around its places; its name stands in `title_box`, where no line passes if there is room."""

    state: str
    title: tuple[str, ...]
    title_box: Box
    box: Box


class Way(_Data):
    """One arrow of the chart: its transition, and in words who may ask for it and what must be true.

    `id` is that of the line or chip in the SVG: edge-SOURCE--EVENT--TARGET, with --2 for a second one of the same.
    """

    id: str
    source: str
    event: str
    target: str
    says: str


class Label(_Data):
    """What stands on an arrow: a name for each event, notes below, in a box with room for a line more."""

    names: tuple[str, ...]
    notes: tuple[str, ...]
    box: Box


class Edge(_Data):
    """A line with a label: the ways of one source and target that need the same, `points` from corner to corner."""

    ways: tuple[Way, ...]
    is_reported: bool
    points: tuple[tuple[float, float], ...]
    label: Label


class Chip(_Data):
    """Ways that hold at many places, said and not drawn: the same event to the same target, a way for each source."""

    ways: tuple[Way, ...]
    is_reported: bool
    title: str
    note: str
    box: Box


class Row(_Data):
    """Chips of the same sources under one heading, whose lines begin at `x` and, the first, below `y`."""

    heading: tuple[str, ...]
    x: float
    y: float
    chips: tuple[Chip, ...]


class Begin(_Data):
    """The dot at which a call begins, and the line from it."""

    x: float
    y: float
    points: tuple[tuple[float, float], ...]


class Picture(_Data):
    """A flow laid out, everything within `width` and `height` in pixels; `version` is its machine's."""

    flow: str
    version: int
    title: str
    summary: str
    width: float
    height: float
    begin: Begin
    frames: tuple[Frame, ...]
    places: tuple[Place, ...]
    edges: tuple[Edge, ...]
    rows: tuple[Row, ...]

    def ways(self) -> Iterator[Way]:
        """Every arrow of the chart, once."""
        for edge in self.edges:
            yield from edge.ways
        for row in self.rows:
            for chip in row.chips:
                yield from chip.ways

    def to_json(self) -> str:
        """A line for each place, edge and row, so that a change reads as one."""
        return _lines(self.model_dump(mode="json"))


def _lines(data: dict[str, object]) -> str:
    def flat(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    parts = []
    for name, value in data.items():
        if isinstance(value, list) and value:
            inner = ",\n".join(f"  {flat(each)}" for each in value)
            parts.append(f" {flat(name)}: [\n{inner}\n ]")
        else:
            parts.append(f" {flat(name)}: {flat(value)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"

"""A picture as SVG: real text, an id for each state and arrow, and light or dark as the reader has it.

Where a line or chip stands for several arrows, their groups are within one another, so that each id holds the line.
"""

from collections.abc import Iterator
from xml.sax.saxutils import escape

from interlock.app.draw.chips import GAP, LINE, PADDING
from interlock.app.draw.graph import DOT, FRAME_LINE, LABEL_LINE, TITLE_LINE
from interlock.app.draw.look import style
from interlock.app.draw.picture import Box, Chip, Edge, Frame, Picture, Place, Row, Way
from interlock.app.draw.words import event_words

BEND = 7.0
TIP = 7.0
SPACE = 4  # what the space before a chip's note takes

Point = tuple[float, float]


def svg(picture: Picture, *, styled: bool = True) -> str:
    """The picture as a file of its own; not `styled` for a page whose own CSS gives the classes their look."""
    return "\n".join(_parts(picture, styled)) + "\n"


def state_id(state: str) -> str:
    """The id of a place or frame."""
    return f"state-{state}"


def _parts(picture: Picture, styled: bool) -> Iterator[str]:
    wide, high = _n(picture.width), _n(picture.height)
    size = f'width="{wide}" height="{high}" viewBox="0 0 {wide} {high}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">'
    yield f"<title>{escape(picture.title)}</title>"
    yield f"<desc>{escape(picture.summary)}</desc>"
    if styled:
        yield f"<style>\n{style()}\n</style>"
    yield f'<rect class="paper" width="{wide}" height="{high}"/>'
    yield from map(_frame, picture.frames)
    yield f'<g class="begin"><circle cx="{_n(picture.begin.x)}" cy="{_n(picture.begin.y)}" r="{_n(DOT / 2)}"/>'
    yield f"{_line(picture.begin.points)}</g>"
    yield from map(_edge, picture.edges)
    yield from map(_place, picture.places)
    yield from map(_label, picture.edges)
    for row in picture.rows:
        yield from _row(row)
    yield "</svg>"


def _frame(frame: Frame) -> str:
    x, y = frame.title_box.x, frame.title_box.y + 12.5
    title = "".join(_text(x, y + at * FRAME_LINE, line) for at, line in enumerate(frame.title))
    return f'<g class="frame" id="{state_id(frame.state)}">{_rect(frame.box, 7)}{title}</g>'


def _place(place: Place) -> str:
    rows = _centred(place.box, place.title, TITLE_LINE)
    return f'<g class="{place.kind}" id="{state_id(place.state)}">{_rect(place.box, 7)}{rows}</g>'


def _edge(edge: Edge) -> str:
    return _within(edge.ways, _classes("edge", edge.is_reported), _line(edge.points))


def _label(edge: Edge) -> str:
    """Paper under the words alone: the line goes on through the room that is left for a count."""
    its = edge.label
    centre, top = its.box.x + its.box.width / 2, its.box.y
    words = [("name", name) for name in its.names] + [("note", note) for note in its.notes]
    paper = Box(x=its.box.x, y=top, width=its.box.width, height=len(words) * LABEL_LINE + 4)
    rows = (_text(centre, top + 11.5 + at * LABEL_LINE, word, kind) for at, (kind, word) in enumerate(words))
    says = escape("\n".join(_sentence(way) for way in edge.ways))
    return f'<g class="{_classes("label", edge.is_reported)}"><title>{says}</title>{_rect(paper, 0)}{"".join(rows)}</g>'


def _row(row: Row) -> Iterator[str]:
    yield from (_text(row.x, row.y + 16 + at * LINE, words, "heading") for at, words in enumerate(row.heading))
    yield from map(_chip, row.chips)


def _chip(chip: Chip) -> str:
    says = escape("\n".join(dict.fromkeys(_sentence(way) for way in chip.ways)))
    note = f' <tspan class="note" dx="{GAP - SPACE}">{escape(chip.note)}</tspan>' if chip.note else ""
    x, y = _n(chip.box.x + PADDING), _n(chip.box.y + 16)
    words = f'<text x="{x}" y="{y}"><tspan class="name">{escape(chip.title)}</tspan>{note}</text>'
    inner = f"<title>{says}</title>{_rect(chip.box, chip.box.height / 2)}{words}"
    return _within(chip.ways, _classes("chip", chip.is_reported), inner)


def _within(ways: tuple[Way, ...], classes: str, inner: str) -> str:
    opened = "".join(f'<g class="{classes}" id="{way.id}">' for way in ways)
    return f"{opened}{inner}{'</g>' * len(ways)}"


def _sentence(way: Way) -> str:
    return f"{event_words(way.event)}: {way.says}"


def _classes(name: str, is_reported: bool) -> str:
    return f"{name} reported" if is_reported else name


def _line(points: tuple[Point, ...]) -> str:
    """A path with round corners, and its tip."""
    path = [f"M{_at(points[0])}"]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        room = _far(corner, after) - TIP if after is points[-1] else _far(corner, after) / 2
        bend = max(0, min(BEND, _far(before, corner) / 2, room))
        path.append(f"L{_at(_towards(corner, before, bend))}Q{_at(corner)} {_at(_towards(corner, after, bend))}")
    end, before = points[-1], points[-2]
    path.append(f"L{_at(_towards(end, before, TIP - 1))}")
    return f'<path class="line" d="{"".join(path)}"/><path class="tip" d="{_tip(before, end)}"/>'


def _tip(before: Point, end: Point) -> str:
    back = _towards(end, before, TIP)
    across = ((end[1] - back[1]) / 2, (back[0] - end[0]) / 2)
    one, other = (back[0] + across[0], back[1] + across[1]), (back[0] - across[0], back[1] - across[1])
    return f"M{_at(end)}L{_at(one)}L{_at(other)}z"


def _far(one: Point, other: Point) -> float:
    """Lines run along the axes, so this is their length."""
    return abs(one[0] - other[0]) + abs(one[1] - other[1])


def _towards(start: Point, end: Point, by: float) -> Point:
    far = _far(start, end) or 1.0
    return start[0] + (end[0] - start[0]) * by / far, start[1] + (end[1] - start[1]) * by / far


def _rect(box: Box, round_: float) -> str:
    corner = f' rx="{_n(round_)}"' if round_ else ""
    place = f'x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(box.width)}" height="{_n(box.height)}"'
    return f"<rect {place}{corner}/>"


def _centred(box: Box, lines: tuple[str, ...], line: float) -> str:
    first = box.y + box.height / 2 - (len(lines) - 1) * line / 2 + 4.5
    return "".join(_text(box.x + box.width / 2, first + at * line, text) for at, text in enumerate(lines))


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    classed = f' class="{kind}"' if kind else ""
    return f'<text{classed} x="{_n(x)}" y="{_n(y)}">{escape(words)}</text>'


def _at(point: Point) -> str:
    return f"{_n(point[0])},{_n(point[1])}"


def _n(number: float) -> str:
    return f"{round(number, 1):g}"

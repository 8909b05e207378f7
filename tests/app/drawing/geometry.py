"""What is wrong with where things stand in a picture, by geometry alone."""

from itertools import combinations, pairwise

GAP = 0.5  # coordinates are rounded to a tenth


def faults(picture):
    """Boxes and labels that overlap, lines through what is not theirs, anything outside: one sentence each."""
    boxes = dict(_boxes(picture))
    return [
        *(f"{one} overlaps {other}" for one, other in combinations(boxes, 2) if _overlap(boxes[one], boxes[other])),
        *(f"{name} is crossed by {line}" for name, line in _crossed(picture, boxes)),
        *(f"{name} lies outside" for name, box in boxes.items() if not _within(box, picture)),
    ]


def _boxes(picture):
    for place in picture.places:
        yield f"place {place.state}", place.box
    for frame in picture.frames:
        yield f"title {frame.state}", frame.title_box
    for edge in picture.edges:
        yield _label(edge), edge.label.box
    for row in picture.rows:
        for chip in row.chips:
            yield f"chip {chip.ways}", chip.box


def _label(edge):
    way = edge.ways[0]
    return f"label {way.source}--{way.event}--{way.target}"


def _crossed(picture, boxes):
    lines = [(_label(edge), edge.points) for edge in picture.edges] + [("begin", picture.begin.points)]
    for line, points in lines:
        for name, box in boxes.items():
            if name != line and any(_passes(box, start, end) for start, end in pairwise(points)):
                yield name, line.replace("label", "line")


def _passes(box, start, end):
    (x, y), (to_x, to_y) = start, end
    assert x == to_x or y == to_y, "lines run along the axes"
    left, right, top, bottom = min(x, to_x), max(x, to_x), min(y, to_y), max(y, to_y)
    across = left < box.x + box.width - GAP and right > box.x + GAP
    return across and top < box.y + box.height - GAP and bottom > box.y + GAP


def _overlap(one, other):
    across = one.x < other.x + other.width - GAP and other.x < one.x + one.width - GAP
    return across and one.y < other.y + other.height - GAP and other.y < one.y + one.height - GAP


def _within(box, picture):
    return box.x >= 0 and box.y >= 0 and box.x + box.width <= picture.width and box.y + box.height <= picture.height

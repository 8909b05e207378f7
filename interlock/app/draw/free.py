"""A free place for the name of a frame, which ELK does not keep lines away from."""

from collections.abc import Iterator, Sequence

from interlock.app.draw.picture import Box

STEP = 6
CLEAR = 4


def free_place(box: Box, within: Box, taken: Sequence[Box]) -> Box | None:
    """`box` moved, first to the right and then down, to where nothing `taken` is; None when there is no room."""
    near = [its for its in taken if _meets(its, within)]
    return next((place for place in _places(box, within) if not any(_meets(its, place) for its in near)), None)


def _places(box: Box, within: Box) -> Iterator[Box]:
    right, bottom = within.x + within.width - box.width - STEP, within.y + within.height - box.height - STEP
    y = box.y
    while y <= bottom:
        x = box.x
        while x <= right:
            yield box.model_copy(update={"x": round(x, 1), "y": round(y, 1)})
            x += STEP
        y += STEP


def _meets(one: Box, other: Box) -> bool:
    """Whether they come closer than `CLEAR`."""
    across = one.x < other.x + other.width + CLEAR and other.x < one.x + one.width + CLEAR
    return across and one.y < other.y + other.height + CLEAR and other.y < one.y + one.height + CLEAR

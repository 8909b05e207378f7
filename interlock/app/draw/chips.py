"""What holds at many places: rows of chips below the lines, each row under the places it is said of."""

from statemachine import State

from interlock.app.draw.arrows import Arrow, Shared, landing
from interlock.app.draw.graph import NOTE
from interlock.app.draw.measure import Weight, width, wrapped
from interlock.app.draw.picture import Box, Chip, Row, Way
from interlock.app.draw.words import ANYWHERE, event_words, is_everything, listed, notes_words, ways_words
from interlock.machines.base import Machine

TEXT, HEIGHT, GAP, PADDING = 12.0, 24, 8, 10
LINE, BETWEEN_ROWS = 18, 14


def way_of(arrow: Arrow) -> Way:
    """An arrow as the picture tells it."""
    again = f"--{arrow.nth}" if arrow.nth > 1 else ""
    its = f"edge-{arrow.source.id}--{arrow.event}--{arrow.target.id}{again}"
    says = ways_words(arrow.only_if, arrow.who)
    return Way(id=its, source=arrow.source.id, event=arrow.event, target=arrow.target.id, says=says)


def widest(shared: list[Shared]) -> float:
    """What the rows need at least: the widest chip."""
    return max((_chip(arrows, 0, 0).box.width for each in shared for arrows in each.arrows), default=0)


def rows_of(machine: type[Machine], shared: list[Shared], left: float, top: float, wide: float) -> tuple[Row, ...]:
    """A row for each, one below the other from `top`, within `wide` from `left`."""
    rows: list[Row] = []
    for each in shared:
        rows.append(_row(_heading(machine, each.sources), each, Box(x=left, y=top, width=wide, height=0)))
        top = bottom(rows[-1]) + BETWEEN_ROWS
    return tuple(rows)


def bottom(row: Row) -> float:
    """Where its last chip ends."""
    return max(chip.box.y + chip.box.height for chip in row.chips)


def _row(words: str, shared: Shared, room: Box) -> Row:
    heading = wrapped(words, room.width, TEXT, "bold")
    x, y = room.x + width(heading[-1], TEXT, "bold") + GAP, room.y + (len(heading) - 1) * LINE
    chips: list[Chip] = []
    for arrows in shared.arrows:
        chip = _chip(arrows, x, y)
        if chip.box.x + chip.box.width > room.x + room.width:
            y += HEIGHT + GAP
            chip = _chip(arrows, room.x, y)
        chips.append(chip)
        x = chip.box.x + chip.box.width + GAP
    return Row(heading=heading, x=room.x, y=room.y, chips=tuple(chips))


def _heading(machine: type[Machine], sources: tuple[State, ...]) -> str:
    if any(is_everything(machine, state) for state in sources):
        return ANYWHERE
    return f"Also from {listed([state.name for state in sources], 'or')}"


def _chip(arrows: tuple[Arrow, ...], x: float, y: float) -> Chip:
    arrow = arrows[0]
    title = f"{event_words(arrow.event)} → {landing(arrow.target).name}"
    note = ", ".join(notes_words(arrow.only_if, arrow.needs_yes))
    weight: Weight = "regular" if arrow.is_reported else "bold"
    wide = width(title, TEXT, weight) + 2 * PADDING + (width(note, NOTE) + GAP if note else 0)
    return Chip(
        ways=tuple(way_of(each) for each in arrows),
        is_reported=arrow.is_reported,
        title=title,
        note=note,
        box=Box(x=x, y=y, width=wide, height=HEIGHT),
    )

"""How wide text is drawn: by a table of one wide font, never by the fonts of this machine.

The widths are those of DejaVu Sans, about the widest that browsers take for `system-ui`: in a narrower one every word
still fits its box.
"""

import json
import math
from functools import cache
from importlib.resources import files
from typing import Literal

Weight = Literal["regular", "bold"]

WIDEST = 1000
"""For a character that the table lacks, in 1/1000 of the font's size: as wide as it is high."""


def width(text: str, size: float, weight: Weight = "regular") -> float:
    """In the unit of `size`, rounded up to whole ones."""
    table = _table()[weight]
    return math.ceil(sum(table.get(char, WIDEST) for char in text) * size / 1000)


def wrapped(text: str, limit: float, size: float, weight: Weight = "regular") -> tuple[str, ...]:
    """The lines of a text, none wider than `limit` unless a single word is; at least one line."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width(longer, size, weight) <= limit:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines) or ("",)


@cache
def _table() -> dict[str, dict[str, int]]:
    read = json.loads(files("interlock.app.draw").joinpath("widths.json").read_text(encoding="utf-8"))
    return {
        weight: {chr(int(first, 16) + at): wide for first, run in read[weight].items() for at, wide in enumerate(run)}
        for weight in ("regular", "bold")
    }

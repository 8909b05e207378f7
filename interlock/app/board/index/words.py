"""Filters in the words of the command `interlock calls`, both ways."""

import shlex
from collections.abc import Iterator
from datetime import UTC, datetime

from interlock.app.board.index.filters import Edge, Filters

OPTIONS = {
    "flow": "--flow",
    "version": "--version",
    "since": "--since",
    "until": "--until",
    "ended": "--ended",
    "place": "--place",
    "went": "--through",
    "asked": "--asked",
    "refused_by": "--refused-by",
    "reasons": "--reason",
    "person": "--person",
    "trouble": "--trouble",
    "slower_s": "--slower",
    "erased": "--erased",
    "call": "--call",
}
"""Each filter's option."""
NEGATED = {"person": "--no-person", "erased": "--not-erased"}
UNDER_WAY = "--under-way"


def edge_of(text: str) -> Edge:
    """An edge as it is written: PLACE:EVENT, or PLACE:EVENT:PLACE. Raises `ValueError`."""
    parts = text.split(":")
    if len(parts) not in (2, 3) or not all(parts):
        raise ValueError(f'"{text}" is no way through a call, expected PLACE:EVENT or PLACE:EVENT:PLACE')
    return Edge(*parts)


def time_of(text: str) -> datetime:
    """A day or a time as it is written, ISO 8601, in UTC where no zone is given. Raises `ValueError`."""
    its = datetime.fromisoformat(text)
    return its.astimezone(UTC) if its.tzinfo else its.replace(tzinfo=UTC)


def option(name: str, value: object) -> str:
    """One filter as it is written."""
    if name == "ended" and value == "":
        return UNDER_WAY
    if isinstance(value, bool):
        return OPTIONS[name] if value else NEGATED[name]
    return f"{OPTIONS[name]} {shlex.quote(_written(value))}"


def command(filters: Filters) -> str:
    """The command that lists the same calls."""
    return " ".join(("interlock calls", *_options(filters)))


def _options(filters: Filters) -> Iterator[str]:
    for name in OPTIONS:
        value = getattr(filters, name)
        if isinstance(value, tuple):
            yield from (option(name, each) for each in value)
        elif value is not None:
            yield option(name, value)


def _written(value: object) -> str:
    if isinstance(value, Edge):
        return ":".join(part for part in (value.source, value.event, value.target) if part)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="auto").replace("+00:00", "Z")
    return f"{value:g}" if isinstance(value, float) else str(value)

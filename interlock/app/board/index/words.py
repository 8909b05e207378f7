"""Filters in the words of the command `interlock calls`, both ways."""

from datetime import UTC, datetime

from interlock.app.board.index.filters import Edge

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


def option(name: str, value: object) -> tuple[str, ...]:
    """One filter as it is written, a word each."""
    if name == "ended" and value == "":
        return ("--under-way",)
    if isinstance(value, bool):
        return (OPTIONS[name] if value else NEGATED[name],)
    return OPTIONS[name], _written(value)


def _written(value: object) -> str:
    if isinstance(value, Edge):
        return ":".join(part for part in (value.source, value.event, value.target) if part)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="auto").replace("+00:00", "Z")
    return f"{value:g}" if isinstance(value, float) else str(value)

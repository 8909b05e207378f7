"""The filters of the page "Calls" as they stand in its address, and in words."""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from interlock.app.audit.words import KINDS, clean
from interlock.app.board.flows_shown import FlowsShown
from interlock.app.board.index import TROUBLE, Edge, Filters
from interlock.app.board.index.words import NEGATED, edge_of, option, time_of
from interlock.app.board.names import Names, ended, event

LONGEST = 100
MOST = 5
"""Filters of one kind at once."""
_SPAN = re.compile(r"([1-9][0-9]{0,3})([hd])", re.ASCII)
_HOURS = {"h": 1, "d": 24}
_UNITS = {"h": "hour", "d": "day"}
TROUBLES: Mapping[str, str] = {
    "any": "any",
    "turn.failed": "nobody answered",
    "provider.failed": "a provider failed",
    "handoff.stalled": "an agent did not come",
    "caller.lost": "the caller was lost",
    "call.resumed": "another worker took it over",
}

Asked = Sequence[tuple[str, str]]
"""What an address asks for: names and values, in order; a name may come several times."""


class FilterError(ValueError):
    """A filter nobody can read; the text names it and what was expected."""


def filters_of(asked: Asked, now: datetime | None = None) -> Filters:
    """What an address asks for. Raises `FilterError`."""
    now, given = now or datetime.now(UTC), Filters()
    for name, value in asked:
        if not value or len(value) > LONGEST:
            raise FilterError(f"the filter {name} has {len(value)} characters, expected 1 to {LONGEST}")
        given = _with(given, name, value, now)
    lists = {"went": given.went, "asked": given.asked, "refused_by": given.refused_by, "reason": given.reasons}
    if many := [name for name, values in lists.items() if len(values) > MOST]:
        raise FilterError(f"the filter {many[0]} is there more than {MOST} times")
    return given


def _with(given: Filters, name: str, value: str, now: datetime) -> Filters:
    if name not in _READ:
        raise FilterError("there is no such filter, expected one of those that the page offers")
    field = _FIELDS.get(name, name)
    read = _READ[name](name, value, now)
    changed: dict[str, Any] = {field: (*getattr(given, field), read) if name in _SEVERAL else read}
    return replace(given, **changed)


def _text(name: str, value: str, now: datetime) -> str:
    return value


def _edge(name: str, value: str, now: datetime) -> Edge:
    try:
        return edge_of(value)
    except ValueError:
        raise FilterError(f"the filter {name} is no edge, expected place:event or place:event:place") from None


def _time(name: str, value: str, now: datetime) -> datetime:
    if span := _SPAN.fullmatch(value):
        return now - timedelta(hours=int(span[1]) * _HOURS[span[2]])
    try:
        return time_of(value)
    except (ValueError, OverflowError):
        raise FilterError(f"the filter {name} is no time, expected 24h, 7d, or one in ISO 8601") from None


def _number(name: str, value: str, now: datetime) -> float:
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", value, re.ASCII):
        raise FilterError(f"the filter {name} is no number")
    return float(value)


def _among(values: Mapping[str, Any]) -> Callable[[str, str, datetime], Any]:
    def read(name: str, value: str, now: datetime) -> Any:
        if value not in values:
            raise FilterError(f"the filter {name} is something else, expected {', '.join(values)}")
        return values[value]

    return read


_YES_NO = _among({"yes": True, "no": False})
_READ: Mapping[str, Callable[[str, str, datetime], Any]] = {
    "flow": _text,
    "version": lambda name, value, now: int(_number(name, value, now)),
    "since": _time,
    "until": _time,
    "ended": lambda name, value, now: "" if value == "under way" else value,
    "place": _text,
    "went": _edge,
    "asked": _text,
    "refused_by": _text,
    "reason": _text,
    "person": _YES_NO,
    "trouble": _among({name: name for name in ("any", *TROUBLE)}),
    "slower": _number,
    "erased": _YES_NO,
    "call": _text,
}
_FIELDS = {"reason": "reasons", "slower": "slower_s"}
_SEVERAL = ("went", "asked", "refused_by", "reason")
"""Those that may be there several times: all of them are wanted."""


def command_of(asked: Asked) -> str:
    """`interlock calls` with the same filters, as a shell takes it."""
    return shlex.join(["interlock", "calls", *(part for name, value in asked for part in _option(name, value))])


def _option(name: str, value: str) -> tuple[str, ...]:
    """Values stay as they were written: an age is one whenever the command is run."""
    if name in NEGATED:
        return option(name, value == "yes")
    return option(_FIELDS.get(name, name), "" if (name, value) == ("ended", "under way") else value)


def in_words(asked: Asked, flows: FlowsShown) -> Iterator[str]:
    """Each filter as a chip has it."""
    flow = dict(asked).get("flow", "")
    names, its = flows.names(flow), flows.flow(flow)
    for name, value in asked:
        if name == "flow":
            yield its.title if its else clean(value)
        else:
            yield _WORDS[name](clean(value), names)


def _span_words(name: str, value: str) -> str:
    if span := _SPAN.fullmatch(value):
        unit = _UNITS[span[2]]
        count = unit if span[1] == "1" else f"{span[1]} {unit}s"
        return f"last {count}" if name == "since" else f"before the last {count}"
    return f"{'from' if name == 'since' else 'before'} {value[:16].replace('T', ' ')} UTC"


def _edge_words(value: str, names: Names) -> str:
    source, asked_for, *target = value.split(":")
    led = names.place(target[0]) if target else event(asked_for)
    return f"went through: {names.place(source)} → {led}"


_WORDS: Mapping[str, Callable[[str, Names], str]] = {
    "version": lambda value, names: f"version {value}",
    "since": lambda value, names: _span_words("since", value),
    "until": lambda value, names: _span_words("until", value),
    "ended": lambda value, names: value if value == "under way" else ended(value),
    "place": lambda value, names: f"last in {names.place(value)}",
    "went": _edge_words,
    "asked": lambda value, names: f"asked for: {event(value)}",
    "refused_by": lambda value, names: f"refused by: {names.sentence(value).rstrip('.')}",
    "reason": lambda value, names: KINDS.get(value, value).removeprefix("Refused: "),
    "person": lambda value, names: "a person was asked for" if value == "yes" else "no person was asked for",
    "trouble": lambda value, names: f"trouble: {TROUBLES.get(value, value)}",
    "slower": lambda value, names: f"an answer slower than {value} s",
    "erased": lambda value, names: "personal data erased" if value == "yes" else "nothing erased",
    "call": lambda value, names: f"call {value}…",
}

"""What a caller was told: a line is told when its sound was played to its end, and only our own mouth says so."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from types import FunctionType
from typing import Protocol, cast

from interlock.guards.base import Guard, Proposal

DISCLOSURE = "disclosure"
"""The name of the line that says that a machine speaks, and whose."""

Told = tuple[tuple[str, str], ...]
"""The lines told to their end in a call, by name, each with the version that was told."""


class Mouth(Protocol):
    """What these guards read; `told` is None in a record that is older than that, of which nobody can say."""

    @property
    def told(self) -> Told | None: ...
    @property
    def switched_off(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class ToldOn:
    """A promise: whoever comes to `state` is told `line`, and nobody can talk over it. See `told`."""

    line: str
    state: str

    def __str__(self) -> str:
        return f"{self.line} told on {self.state}"


class LineTold(Guard):
    """The guard that `told` makes."""

    line: str

    def on(self, state: str) -> ToldOn:
        """Promise that whoever comes to `state` is told the line: its desk has it as its unbroken opening."""
        return ToldOn(self.line, state)


def told(line: str) -> LineTold:
    """The guard that holds once the line of this name was told to its end in this call.

    For an arrow (`cond=told("price")`), a promise (`never("paid").before(told("price"))`), or `told("price").on(...)`.
    A line that a setting leaves out holds too: that it does is on record. One name has one guard, however often it is
    asked for. Raises `ValueError` for a name that is no identifier.
    """
    if not line.isidentifier():
        raise ValueError(f"{line!r} is no name of a line, expected an identifier such as {DISCLOSURE!r}")
    return _told(line)


@cache
def _told(line: str) -> LineTold:
    def predicate(facts: Mouth, proposal: Proposal) -> bool:
        return facts.told is None or line in facts.switched_off or line in dict(facts.told)

    words = line.replace("_", " ")
    predicate.__name__ = f"{line}_told"
    predicate.__qualname__ = predicate.__name__
    predicate.__doc__ = f"The caller was told the {words}."
    reason = f"The caller was not told the {words} yet: that comes first."
    made = LineTold(cast(FunctionType, predicate), reason, "One moment, please.", None)
    made.line = line
    return made


def with_told(lines: Told | None, line: str, version: str) -> Told:
    """These lines and one more, in place of an earlier version of it."""
    return tuple(sorted((*_others(lines or (), line), (line, version))))


def without(lines: Told | None, line: str) -> Told:
    """These lines, that one not among them."""
    return tuple(_others(lines or (), line))


def _others(lines: Iterable[tuple[str, str]], line: str) -> Iterable[tuple[str, str]]:
    return (each for each in lines if each[0] != line)

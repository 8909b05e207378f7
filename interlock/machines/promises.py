"""What a flow promises, in words a checker can prove."""

from dataclasses import dataclass

from interlock.guards.base import Guard
from interlock.guards.told import ToldOn

ANY = "any other state"
"""For `never(ANY)`: every state but those the call begins in."""


@dataclass(frozen=True, slots=True)
class Never:
    """`what` (a state, an event or `ANY`) never comes before `before` (a guard seen true, a state or an event).

    A guard counts once seen true in the call: it may be false again by the time `what` comes, as when a caller who was
    verified fails a second check. What must be true at that very time, a guard on the arrow itself has to ask. Nothing
    is promised of calls in which one of the events `unless` happened.
    """

    what: str
    before: Guard | str
    unless: tuple[str, ...] = ()

    def __str__(self) -> str:
        need = f"“{self.before.sentence}”" if isinstance(self.before, Guard) else self.before
        return f"never {self.what} before {need}{', unless ' if self.unless else ''}{' or '.join(self.unless)}"


@dataclass(frozen=True, slots=True)
class Reachable:
    """A path leads to `what` from the state `from_`, or from every state that is not final.

    Where `what` is not final and `from_` is everywhere, it may be the person every flow needs a way to: `interlock
    check` then wants a path of events that an agent may propose.
    """

    what: str
    from_: str

    def __str__(self) -> str:
        return f"{self.what} reachable from {self.from_}"


@dataclass(frozen=True, slots=True)
class _NeverOf:
    what: str

    def before(self, need: Guard | str, *, unless: tuple[str, ...] = ()) -> Never:
        """Complete the promise."""
        return Never(self.what, need, unless)


def never(what: str) -> _NeverOf:
    """`never("refund").before(caller_verified)`: `what` is a state or an event of the chart, or `ANY`."""
    return _NeverOf(what)


def reachable(what: str, *, from_: str = "everywhere") -> Reachable:
    """`reachable("person", from_="everywhere")`; `from_` may name one state instead."""
    return Reachable(what, from_)


Promise = Never | Reachable | ToldOn

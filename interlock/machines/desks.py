"""A chart of desks: a flow draws its desks and its work; the ways out, the endings and who may ask come along."""

from typing import Any

from statemachine import HistoryState, State
from statemachine.state import NestedStateFactory
from statemachine.transition_list import TransitionList

from interlock.guards.base import Proposer
from interlock.machines.base import ANYBODY, Machine, _Checked
from interlock.machines.common import COMMON_PROMISES, common_proposers, endings, ways_out


class Work(State):
    """A state that stands for work in the outside world; what comes of it is the system's to report."""


class Rest:
    """Where a caller goes besides the flow's own desks: back to where they were, or to a person."""

    def __init__(self) -> None:
        self.before = HistoryState("Where the caller was", type="deep")
        self.person = State("Waiting for a person")


class _WithDesks(_Checked):
    def __new__(mcs, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> Any:
        rest = next((each for each in attrs.values() if isinstance(each, Rest)), None)
        return super().__new__(mcs, name, bases, attrs if rest is None else _drawn(attrs, rest))

    def __init__(cls, name: str, bases: tuple[type], attrs: dict[str, Any]) -> None:
        super().__init__(
            name,
            bases,
            {**attrs, **{k: v for k, v in vars(cls).items() if not k.startswith("__")}}
            if any(isinstance(each, Rest) for each in attrs.values())
            else attrs,
        )


def _drawn(attrs: dict[str, Any], rest: Rest) -> dict[str, Any]:
    work = {name: each for name, each in attrs.items() if isinstance(each, Work)}
    desks = {name: each for name, each in attrs.items() if isinstance(each, State) and name not in work}
    first = next(each for each in desks.values() if each.initial)
    inner = {**desks, "before": rest.before, "_before_anywhere": rest.before.to(first)}
    all_desks = NestedStateFactory("desks", (State.Compound,), inner, name="Our desks")
    ways = ways_out(all_desks, *work.values(), person=rest.person)
    live = NestedStateFactory("live", (State.Compound,), {"desks": all_desks, **work, "rest": ways}, name="In a call")
    closed = State("Goodbye", final=True)
    endings(live, closed)
    reported = [
        name
        for name, each in attrs.items()
        if isinstance(each, TransitionList) and all(arrow.source in work.values() for arrow in each)
    ]
    left = {n: v for n, v in attrs.items() if n not in work and n not in desks and not isinstance(v, Rest)}
    return {
        **left,
        "live": live,
        "closed": closed,
        "proposers": {**common_proposers(*reported), **attrs.get("proposers", {})},
        "promises": (*attrs.get("promises", ()), *COMMON_PROMISES),
    }


class Desks(Machine, metaclass=_WithDesks):
    """The base of a chart that has `rest = Rest()`."""


__all__ = ["ANYBODY", "Desks", "Proposer", "Rest", "Work"]

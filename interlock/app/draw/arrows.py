"""The arrows of a chart as a drawing needs them: what holds everywhere set apart from the way of a call."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from statemachine import HistoryState, State
from statemachine.transition import Transition

from interlock.app.draw.words import guard_words
from interlock.guards.base import Proposer
from interlock.machines.base import Machine, guards_of, proposers_of, states_of, transitions_of


@dataclass(frozen=True, slots=True)
class Arrow:
    """One event on one arrow; `only_if` holds the guards as sentences."""

    source: State
    target: State
    event: str
    only_if: tuple[str, ...]
    who: frozenset[Proposer]

    @property
    def is_reported(self) -> bool:
        """Whether no agent can ask for it: our systems or an operator say that it happened."""
        return "agent" not in self.who


@dataclass(frozen=True, slots=True)
class Step:
    """Arrows that differ only in where they come from, or only in their event: one box of the picture."""

    sources: tuple[State, ...]
    events: tuple[str, ...]
    target: State
    only_if: tuple[str, ...]
    is_reported: bool


@dataclass(frozen=True, slots=True)
class FromAnywhere:
    """What holds wherever a call is within `sources`: the `events` lead to `target`."""

    sources: tuple[State, ...]
    events: tuple[str, ...]
    target: State
    only_if: tuple[str, ...]


def arrows_of(machine: type[Machine]) -> list[Arrow]:
    """Every arrow and event: those of single states in the order of the file, then those of compound states."""
    arrows = [arrow for transition in transitions_of(machine) for arrow in _arrows(machine, transition)]
    return [a for a in arrows if not a.source.states] + [a for a in arrows if a.source.states]


def drawn(arrows: Iterable[Arrow]) -> list[Arrow]:
    """The arrows of single states, less those that only repeat what a compound state says."""
    known = {_matter(arrow) for arrow in arrows if arrow.source.states}
    return [arrow for arrow in arrows if not arrow.source.states and _matter(arrow) not in known]


def joined(arrows: Iterable[Arrow]) -> list[Step]:
    """These arrows with those of one event, target and guards made one, and then those of the same ends and guards."""
    sources: dict[tuple[str, State, tuple[str, ...], bool], list[State]] = {}
    for arrow in arrows:
        key = (arrow.event, landing(arrow.target), arrow.only_if, arrow.is_reported)
        sources.setdefault(key, []).append(arrow.source)
    events: dict[tuple[tuple[State, ...], State, tuple[str, ...], bool], list[str]] = {}
    for (event, target, only_if, is_reported), states in sources.items():
        events.setdefault((tuple(states), target, only_if, is_reported), []).append(event)
    return [
        Step(at, tuple(named), target, only_if, reported) for (at, target, only_if, reported), named in events.items()
    ]


def from_anywhere(machine: type[Machine], arrows: Iterable[Arrow]) -> list[FromAnywhere]:
    """What hangs on compound states, joined with single states that say the same; widest first."""
    known = {_matter(arrow) for arrow in arrows if arrow.source.states}
    sources: dict[tuple[str, State, tuple[str, ...]], list[State]] = {}
    for arrow in sorted(arrows, key=lambda a: list(states_of(machine)).index(a.source.id)):
        if _matter(arrow) in known:
            sources.setdefault(_matter(arrow), []).append(arrow.source)
    joined: dict[tuple[tuple[State, ...], State, tuple[str, ...]], list[str]] = {}
    for (event, target, only_if), states in sources.items():
        joined.setdefault((tuple(states), target, only_if), []).append(event)
    return [FromAnywhere(at, tuple(events), target, only_if) for (at, target, only_if), events in joined.items()]


def landing(target: State) -> State:
    """Where an arrow ends up when nothing is remembered: the first inner state of a compound one."""
    inner = [state for state in target.states if state.initial]
    return landing(inner[0]) if inner and not isinstance(target, HistoryState) else target


def _arrows(machine: type[Machine], transition: Transition) -> Iterator[Arrow]:
    only_if = tuple(guard_words(guard) for guard in guards_of(transition))
    for event in transition.events:
        target = transition.targets[0]
        yield Arrow(transition.source, target, str(event), only_if, proposers_of(machine, str(event)))


def _matter(arrow: Arrow) -> tuple[str, State, tuple[str, ...]]:
    return arrow.event, arrow.target, arrow.only_if

"""The arrows of a chart as a drawing needs them: what holds at many places set apart from the way of a call."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from statemachine import HistoryState, State
from statemachine.transition import Transition

from interlock.app.draw.words import guard_words, is_everything
from interlock.guards.base import Proposer
from interlock.machines.base import Machine, guards_of, proposers_of, states_of, transitions_of


@dataclass(frozen=True, slots=True)
class Arrow:
    """One event on one arrow; `only_if` holds the guards as sentences, `needs_yes` whether a yes is among them.

    `nth` is 2 for a second one of the same event and ends, with guards of its own.
    """

    source: State
    target: State
    event: str
    only_if: tuple[str, ...]
    who: frozenset[Proposer]
    needs_yes: bool = False
    nth: int = 1

    @property
    def is_reported(self) -> bool:
        """Whether no agent can ask for it: our systems or an operator say that it happened."""
        return "agent" not in self.who


@dataclass(frozen=True, slots=True)
class Shared:
    """What is said once for many places: wherever a call is within `sources`, these arrows hold."""

    sources: tuple[State, ...]
    arrows: tuple[tuple[Arrow, ...], ...]
    """An event and target each; of each, the arrow of every source."""


def arrows_of(machine: type[Machine]) -> list[Arrow]:
    """Every arrow and event: those of single states in the order of the file, then those of compound states."""
    same: Counter[tuple[str, str, str]] = Counter()
    arrows: list[Arrow] = []
    for arrow in (its for transition in transitions_of(machine) for its in _arrows(machine, transition)):
        ends = (arrow.source.id, arrow.event, arrow.target.id)
        same[ends] += 1
        arrows.append(replace(arrow, nth=same[ends]))
    return [a for a in arrows if not a.source.states] + [a for a in arrows if a.source.states]


def drawn(machine: type[Machine], arrows: Iterable[Arrow]) -> list[list[Arrow]]:
    """The arrows that are lines, those of the same ends and needs together; one of a frame begins at its edge."""
    arrows = list(arrows)
    said = {id(arrow) for shared in from_many(machine, arrows) for its in shared.arrows for arrow in its}
    lines: dict[tuple[object, ...], list[Arrow]] = {}
    for arrow in arrows:
        if id(arrow) not in said:
            key = (arrow.source, landing(arrow.target), arrow.only_if, arrow.is_reported, arrow.needs_yes)
            lines.setdefault(key, []).append(arrow)
    return list(lines.values())


def from_many(machine: type[Machine], arrows: Iterable[Arrow]) -> list[Shared]:
    """What holds at any time, then what single states have as a frame around others has it."""
    arrows = list(arrows)
    known = {_matter(arrow) for arrow in arrows if arrow.source.states}
    everywhere = {_matter(arrow) for arrow in arrows if is_everything(machine, arrow.source)}
    order = list(states_of(machine))
    same: dict[tuple[object, ...], list[Arrow]] = {}
    for arrow in sorted(arrows, key=lambda a: order.index(a.source.id)):
        matter = _matter(arrow)
        if matter in everywhere or (matter in known and not arrow.source.states):
            same.setdefault(matter, []).append(arrow)
    shared: dict[tuple[State, ...], list[tuple[Arrow, ...]]] = {}
    for each in same.values():
        shared.setdefault(tuple(arrow.source for arrow in each), []).append(tuple(each))
    found = [Shared(sources, tuple(its)) for sources, its in shared.items()]
    return sorted(found, key=lambda each: not any(is_everything(machine, state) for state in each.sources))


def landing(target: State) -> State:
    """Where an arrow ends up when nothing is remembered: the first inner state of a compound one."""
    inner = [state for state in target.states if state.initial]
    return landing(inner[0]) if inner and not isinstance(target, HistoryState) else target


def _arrows(machine: type[Machine], transition: Transition) -> Iterator[Arrow]:
    only_if = tuple(guard_words(guard) for guard in guards_of(transition))
    for event in map(str, transition.events):
        who, needs_yes = proposers_of(machine, event), event in machine.needs_yes
        yield Arrow(transition.source, transition.targets[0], event, only_if, who, needs_yes)


def _matter(arrow: Arrow) -> tuple[str, State, tuple[str, ...]]:
    return arrow.event, arrow.target, arrow.only_if

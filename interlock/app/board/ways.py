"""Which arrow of today's chart a verdict was about, as the picture names it."""

from collections.abc import Collection, Iterator, Sequence

from statemachine import HistoryState, State

from interlock.agents.flow import Flow
from interlock.app.draw.arrows import Arrow, arrows_of
from interlock.app.draw.chips import way_of
from interlock.app.draw.words import guard_words
from interlock.machines.base import guards_of, transitions_of


class Ways:
    """The arrows of one flow, innermost places first, as the machine asks them."""

    def __init__(self, flow: Flow) -> None:
        self._arrows = arrows_of(flow.machine)
        self._words = {g.name: guard_words(g) for t in transitions_of(flow.machine) for g in guards_of(t)}

    def taken(self, before: Sequence[str], event: str, after: Collection[str], held: Collection[str]) -> str:
        """The id of the arrow that an accepted event went by: the first whose guards held; empty where none fits."""
        true = {self._words.get(name, "") for name in held}
        fits = (arrow for arrow in self._from(before, event) if true.issuperset(arrow.only_if))
        return next((way_of(arrow).id for arrow in fits if _leads(arrow.target, after)), "")

    def asked(self, before: Sequence[str], event: str) -> str:
        """The id of the arrow that a refused event asked for first; empty where there is no such way from there."""
        return next((way_of(arrow).id for arrow in self._from(before, event)), "")

    def _from(self, configuration: Sequence[str], event: str) -> Iterator[Arrow]:
        for state in reversed(configuration):
            yield from (its for its in self._arrows if its.event == event and its.source.id == state)


def _leads(target: State, after: Collection[str]) -> bool:
    return isinstance(target, HistoryState) or target.id in after

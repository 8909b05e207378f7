"""The names in a record as the pages show them: places and events in words, guards as their sentences."""

from collections.abc import Mapping
from typing import Any

from interlock.agents.flow import Flow
from interlock.app.audit.words import clean
from interlock.app.board.looked_at import arguments_looked_at, looked_at
from interlock.app.board.ways import Ways
from interlock.app.draw.words import PROPOSERS, event_words
from interlock.guards.base import Guard
from interlock.machines.base import guards_of, states_of, transitions_of

ENDS: Mapping[str, str] = {
    "agent_closed": "the agent said goodbye",
    "caller_left": "the caller left",
    "caller_silent": "the caller stayed silent",
    "caller_lost": "the caller was lost",
    "worker_lost": "the worker was lost",
    "handoff_failed": "nobody could take over",
    "no_caller": "nobody was there",
    "drained": "the worker was shut down",
    "error": "it could not begin",
    "room_taken": "another call had the room",
}
"""How a call ended, by the reason on record."""


class Names:
    """Of one flow; of one that is not in the code, what its record's own names say."""

    def __init__(self, flow: Flow | None) -> None:
        states = states_of(flow.machine) if flow else {}
        self._states = {name: state.name for name, state in states.items()}
        self._guards: dict[str, Guard] = (
            {g.name: g for t in transitions_of(flow.machine) for g in guards_of(t)} if flow else {}
        )
        self._flow = flow
        self._looked_at: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self.ways = Ways(flow) if flow else None
        self.sentences = {name: each.sentence for name, each in self._guards.items()}

    def place(self, state: object) -> str:
        """Where a call is."""
        name = clean(state or "")
        return self._states.get(name) or event_words(name) or "?"

    def sentence(self, guard: str) -> str:
        """A guard's sentence, else its name."""
        return " ".join(self.sentences.get(guard, guard).split("\n\n")[0].split())

    def reason(self, guard: str) -> str:
        """What is told where a guard does not hold, as long as it always is the same."""
        its = self._guards.get(guard)
        return its.reason if its else ""

    def told(self) -> dict[str, list[str]]:
        """Of each guard its sentence and its reason."""
        return {name: [self.sentence(name), each.reason] for name, each in self._guards.items()}

    @property
    def places(self) -> dict[str, str]:
        """Of each state its name in words."""
        return dict(self._states)

    def looks_at(self, guard: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The facts and the arguments a guard reads, by name."""
        its = self._guards.get(guard)
        if its is None or self._flow is None:
            return (), ()
        if guard not in self._looked_at:  # reading code takes a moment, and a call asks the same guards again
            self._looked_at[guard] = looked_at(self._flow, its), arguments_looked_at(self._flow, its)
        return self._looked_at[guard]


def event(name: object) -> str:
    """What was asked for; a name nobody declared stays as the record says it."""
    text = clean(name)
    return text if text.startswith("(") else event_words(text)


def proposer(by: object) -> str:
    """Who asked."""
    return next((words for who, words in PROPOSERS.items() if who == by), clean(by))


def states_in(configuration: Any) -> list[str]:
    """The states of a configuration as a verdict has it, from the outermost in; none where it is no list."""
    return [clean(name) for name in configuration] if isinstance(configuration, list) else []


def ended(reason: str | None) -> str:
    """How a call ended."""
    text = clean(reason or "")
    return ENDS.get(text) or (event_words(text).lower() if text else "no reason given")

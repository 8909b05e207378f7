"""The names of a flow in words that somebody who does not write code reads."""

import re
from collections.abc import Mapping

from statemachine import State

from interlock.guards.base import Guard, Proposer
from interlock.guards.told import ToldOn
from interlock.machines.base import Machine, events_of, is_end, lineage, states_of
from interlock.machines.promises import ANY, Promise, Reachable

ANYWHERE = "At any time"

PROPOSERS: Mapping[Proposer, str] = {"agent": "the agent", "system": "our systems", "operator": "an operator"}


def event_words(event: str) -> str:
    """`route_to_billing` -> "Route to billing"."""
    return event.replace("_", " ").strip().capitalize()


def guard_words(guard: Guard) -> str:
    """The guard's first paragraph as it follows an "if": no capital, no full stop."""
    sentence = " ".join(guard.sentence.split("\n\n")[0].split()).rstrip(".")
    first = sentence.split(" ", 1)[0]
    return sentence if first[1:] != first[1:].lower() else sentence[:1].lower() + sentence[1:]


def class_words(agent: type) -> str:
    """`TechnicalDesk` -> "Technical desk"."""
    return " ".join(re.findall(r"[A-Z]+(?![a-z])|[A-Z][a-z0-9]*|[a-z0-9]+", agent.__name__)).capitalize()


def who_words(proposers: frozenset[Proposer]) -> str:
    """Who may ask, in the order a call meets them."""
    return ", ".join(words for proposer, words in PROPOSERS.items() if proposer in proposers)


def ways_words(only_if: tuple[str, ...], who: frozenset[Proposer]) -> str:
    """Who may ask for an arrow, and what must be true: "asked for by the agent, only if a; and b"."""
    asked = "reported" if "agent" not in who else "asked for"
    condition = f", only if {'; and '.join(only_if)}" if only_if else ""
    return f"{asked} by {who_words(who)}{condition}"


def notes_words(only_if: tuple[str, ...], needs_yes: bool) -> tuple[str, ...]:
    """What stands below an event in the picture: how much must be true, and whether the caller's yes is among it."""
    count = f"{len(only_if)} condition{'s' * (len(only_if) != 1)}"
    return (count,) * bool(only_if) + ("with the caller's yes",) * needs_yes


def listed(names: list[str], last: str = "and") -> str:
    """Names as a sentence has them: "a, b and c"."""
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else "".join(names)


def promise_words(machine: type[Machine], promise: Promise) -> str:
    """One sentence for product."""
    if isinstance(promise, Reachable):
        start = "From everywhere" if promise.from_ == "everywhere" else f"From {_named(machine, promise.from_)}"
        return f"{start}, there is a way to {_named(machine, promise.what)}."
    if isinstance(promise, ToldOn):
        line = promise.line.replace("_", " ")
        return f"Whoever comes to {_named(machine, promise.state)} is told the line “{line}”, and nobody talks over it."
    before = promise.before
    need = guard_words(before) if isinstance(before, Guard) else _named(machine, before)
    unless = f", unless {listed([_named(machine, event) for event in promise.unless], 'or')}" if promise.unless else ""
    return f"Never {_named(machine, promise.what)} before {need}{unless}."


def is_everything(machine: type[Machine], state: State) -> bool:
    """Whether a compound state holds all of a call but its end: being in it says nothing."""
    leaves = [s for s in states_of(machine).values() if not s.states and not is_end(s)]
    return bool(state.states) and all(state in lineage(leaf) for leaf in leaves)


def _named(machine: type[Machine], name: str) -> str:
    if name == ANY:
        return ANY
    state = states_of(machine).get(name)
    if state is not None:
        return f"“{state.name}”"
    return f"“{event_words(name)}”" if name in events_of(machine) else f"“{name}”"

"""What a newcomer in the caller's place would have of the one before: a place behind a guard they never passed, or new
tries, where a limit falls with the caller it counted for."""

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from interlock.agents.flow import Flow
from interlock.app.check import source
from interlock.app.check.finding import Finding
from interlock.app.check.paths import leaves_of
from interlock.guards.base import Guard, Proposal
from interlock.guards.facts import Facts
from interlock.machines.base import Snapshot, candidates, guards_of, is_end, states_of, transitions_of
from interlock.machines.events import CALLER_CHANGED
from interlock.machines.promises import Never

COUNTED = range(1, 11)
"""The counts that are tried: no limit within a call is higher."""


def newcomer_findings(flow: Flow) -> Iterator[Finding]:
    """Desks behind a guard from which nobody is led to begin anew; and guards that hold of a new call, stop holding by
    something established, and hold again of a newcomer.

    Of what is established only counts, words of a fixed choice and yes-or-nos are tried, each alone: a guard that needs
    more to be asked is not judged.
    """
    yield from _behind_guards(flow)
    yield from _limits(flow)


def _behind_guards(flow: Flow) -> Iterator[Finding]:
    machine, places = flow.machine, set(leaves_of(flow.machine)) - set(flow.effects)
    for promise in machine.promises:
        if not isinstance(promise, Never) or not isinstance(promise.before, Guard) or promise.what not in places:
            continue
        here = Snapshot(machine.__name__, machine.version, (promise.what,))
        if not candidates(machine, here, CALLER_CHANGED) and not is_end(states_of(machine)[promise.what]):
            text = (
                f"somebody who takes the caller's place in {promise.what} stays there, behind {promise.before.name},"
                f" which was asked of the one before: add an arrow of {CALLER_CHANGED}, which only the system may"
                " propose, from there to where a call begins"
            )
            yield Finding("newcomer_behind_guard", text, source.of_state(machine, states_of(machine)[promise.what]))


def _limits(flow: Flow) -> Iterator[Finding]:
    seen: set[tuple[str, str]] = set()
    for arrow in transitions_of(flow.machine):
        for guard in guards_of(arrow):
            for name in _limits_that_fall(flow.facts, guard, Proposal(str(arrow.event))):
                if (guard.name, name) not in seen:
                    seen.add((guard.name, name))
                    text = (
                        f"{guard.name} asks {name}, which falls where somebody takes the caller's place: they may try"
                        f' again; declare it established(of_the_call="why it stands")'
                    )
                    yield Finding("limit_falls_with_caller", text, source.of_arrow(flow.machine, arrow))


def _limits_that_fall(facts: type[Facts], guard: Guard, proposal: Proposal) -> Iterator[str]:
    fresh = facts()
    if not _holds(guard, fresh, proposal):
        return
    for name in sorted(facts.names("established")):
        for value in _values(facts.model_fields[name].annotation):
            known = fresh.model_copy(update={name: value})
            stopped = _holds(guard, known, proposal) is False
            if stopped and _holds(guard, known.of_somebody_else(), proposal):
                yield name
                break


def _holds(guard: Guard, facts: Facts, proposal: Proposal) -> bool | None:
    """Whether it does; None where it cannot be asked like this."""
    answer = guard.ask(facts, proposal)
    return None if answer.error else answer.held


def _values(kind: Any) -> tuple[Any, ...]:
    if get_origin(kind) is Literal:
        return get_args(kind)
    parts = get_args(kind)
    if parts and get_origin(kind) is not tuple:
        return tuple(value for part in parts for value in _values(part))
    return (True, False) if kind is bool else tuple(COUNTED) if kind is int else ()

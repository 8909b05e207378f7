"""What can be wrong with the work that our systems do in a flow."""

from collections.abc import Iterator

from statemachine import State

from interlock.agents.effects import Effect
from interlock.agents.flow import Flow
from interlock.app.check import source
from interlock.app.check.finding import Finding
from interlock.app.check.paths import Paths, leaves_of
from interlock.machines.base import Machine, Snapshot, candidates, guards_of, proposers_of, states_of


def effect_findings(flow: Flow, paths: Paths) -> Iterator[Finding]:
    """Work that is never over, that may stay unreported, or that a call could begin twice."""
    for name, effect in flow.effects.items():
        if name in leaves_of(flow.machine):
            yield from _without_outcome(flow.machine, states_of(flow.machine)[name], effect)
            yield from _guarded_outcome(flow.machine, states_of(flow.machine)[name], effect)
            yield from _run_again(flow.machine, states_of(flow.machine)[name], paths)


def _without_outcome(machine: type[Machine], state: State, effect: Effect) -> Iterator[Finding]:
    outcomes, where = outcomes_of(machine, state), source.of_state(machine, state)
    bad = _bad_ends(effect)
    for event, when in bad.items():
        if event not in outcomes:
            text = (
                f"the work of {state.id} ends with {event} when {when}: expected an event that only the system"
                f" proposes and that leaves {state.id}, of which there is {', '.join(sorted(outcomes)) or 'none'}"
            )
            yield Finding("effect_without_outcome", text, where)
    for event, line in source.texts_given(effect.run, "Outcome"):
        if event not in outcomes:
            text = (
                f"the work of {state.id} may come to {event}, which does not lead out of {state.id} or is not the"
                f" system's alone: expected {' or '.join(sorted(outcomes)) or 'an event that is'}"
            )
            yield Finding("effect_without_outcome", text, line)
    if outcomes and outcomes <= set(bad):
        text = f"the work of {state.id} can only fail: add the system event that says it went well to the chart"
        yield Finding("effect_without_outcome", text, where)


def _guarded_outcome(machine: type[Machine], state: State, effect: Effect) -> Iterator[Finding]:
    """Of the bad ends only: where a guard refuses a good one, the work is reported with a bad one."""
    here = Snapshot(machine.__name__, machine.version, (state.id,))
    for event in _bad_ends(effect):
        arrows = candidates(machine, here, event)
        if arrows and all(guards_of(arrow) for arrow in arrows):
            text = (
                f"the work of {state.id} may end and the call stay there: every arrow of {event} has a guard, which"
                " may be false; take it off, or add an arrow without one after it"
            )
            yield Finding("effect_outcome_guarded", text, source.of_arrow(machine, arrows[0]))


def _bad_ends(effect: Effect) -> dict[str, str]:
    return {effect.not_known: "nobody knows whether it was done", effect.failed: "it fails"}


def _run_again(machine: type[Machine], state: State, paths: Paths) -> Iterator[Finding]:
    ways = [
        (*paths.to(before), data["step"].event)
        for before, after, data in paths.graph.edges(data=True)
        if after[0][-1] == state.id and (data["step"].returns or before[0][-1] == state.id)
    ]
    if ways:
        way = min(ways, key=lambda events: (len(events), events))
        text = (
            f"{way[-1]} leads back into {state.id}, whose work would begin again as if it had been asked for twice: put"
            f" {state.id} outside what a history state remembers, and let no arrow lead from it to itself"
        )
        yield Finding("effect_run_again", text, source.of_state(machine, state), way)


def outcomes_of(machine: type[Machine], state: State) -> set[str]:
    """The events by which the system, and nobody else, takes a call out of this very state."""
    named = {str(event) for arrow in state.transitions if arrow.target is not state for event in arrow.events}
    return {event for event in named if proposers_of(machine, event) == {"system"}}

"""Whether whoever comes to a state is told what was promised there, and nobody can talk over it."""

from collections.abc import Iterator

from interlock.agents.flow import Flow
from interlock.app.check import source
from interlock.app.check.finding import Finding
from interlock.guards.told import ToldOn
from interlock.machines.base import states_of


def told_findings(flow: Flow) -> Iterator[Finding]:
    """Every promise `told(line).on(state)` that the desk of that state does not keep."""
    for number, promise in enumerate(flow.machine.promises):
        if isinstance(promise, ToldOn) and promise.state in states_of(flow.machine):
            wrong = _wrong(flow, promise)
            if wrong:
                text = f"“{promise}” does not hold: {wrong}"
                yield Finding("unproven_promise", text, source.of_promise(flow.machine, number))


def _wrong(flow: Flow, promise: ToldOn) -> str:
    desk = flow.cast.get(promise.state)
    if desk is None:
        return f"nobody speaks in {promise.state}"
    name = desk.__name__
    if promise.line != desk.LINE:
        return f'the opening of {name} is the line {desk.LINE or promise.state}: give it LINE = "{promise.line}"'
    if not desk.UNBROKEN:
        return f"a caller can talk over the opening of {name}: give it UNBROKEN = True"
    silent = [event for event, words in {"": desk.OPENING, **desk.OPENINGS}.items() if not words.strip()]
    return f"{name} says nothing{f' on {silent[0]}' if silent[0] else ''}: give it an opening" if silent else ""

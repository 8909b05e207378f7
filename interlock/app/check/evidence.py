"""Whether a guard that speaks of the caller can be satisfied by what a model made up."""

import re
from collections.abc import Iterator
from types import CodeType, FunctionType

from interlock.agents.flow import Flow
from interlock.agents.tools import tools_of
from interlock.app.check import source
from interlock.app.check.finding import Finding
from interlock.guards.base import Guard
from interlock.guards.evidence import EVIDENCE, mark_in
from interlock.machines.base import Machine, guards_of, proposers_of, transitions_of
from interlock.machines.chart import needs_yes_of

_CALLER = re.compile(r"\bcaller", re.IGNORECASE)


def evidence_findings(flow: Flow) -> Iterator[Finding]:
    """Every such guard, once for each argument it takes a model's word for.

    An argument that is heard, an answer, or covered by the caller's yes to this very event is no model's alone; nor are
    those of a guard that asks where they come from.
    """
    seen: set[tuple[Guard, str, str]] = set()
    for event, guard in _asked_of_agents(flow.machine):
        for name in sorted(names_read(guard) & _slots(flow, event) - set(needs_yes_of(flow.machine, event) or ())):
            if (guard, event, name) in seen or not _CALLER.search(guard.sentence) or EVIDENCE in names_read(guard):
                continue
            seen.add((guard, event, name))
            text = (
                f"“{guard.sentence}” is asked of {event} by {guard.name}, which reads the argument {name}, and a model"
                f" gives that as it likes: make {name} an Answer(...) or Heard() of the tool, name it in needs_yes of"
                f" {event}, or let the guard read an established fact"
            )
            yield Finding("guard_fed_by_argument", text, source.of_function(guard.predicate))


def names_read(guard: Guard) -> frozenset[str]:
    """Every text a guard's code might look up in the arguments, in functions that it calls, too; none for others."""
    return frozenset(_texts(guard.predicate, set()))


def _texts(function: FunctionType, seen: set[int]) -> Iterator[str]:
    seen.add(id(function))
    for code in _codes(function.__code__):
        if "args" in code.co_names:
            yield from (const for const in code.co_consts if isinstance(const, str))
        for name in code.co_names:
            called = function.__globals__.get(name)
            called = called.predicate if isinstance(called, Guard) else called
            if called is mark_in:
                yield EVIDENCE
            if isinstance(called, FunctionType) and id(called) not in seen:
                yield from _texts(called, seen)


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield from _codes(const)


def _asked_of_agents(machine: type[Machine]) -> Iterator[tuple[str, Guard]]:
    for arrow in transitions_of(machine):
        for event in map(str, arrow.events):
            if "agent" in proposers_of(machine, event):
                yield from ((event, guard) for guard in guards_of(arrow))


def _slots(flow: Flow, event: str) -> set[str]:
    """What a model fills in, in any tool of the cast that proposes the event."""
    tools = (tools_of(agent).get(event) for agent in flow.cast.values())
    return {name for tool in tools if tool is not None and tool.proposes for name in tool.slots}

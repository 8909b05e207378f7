"""What can be wrong between a chart and those who speak in it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from interlock.agents.flow import Flow
from interlock.agents.speech.tool_call_filter import REFUSED_CALL
from interlock.agents.tools import Tool, tools_of
from interlock.app.check import source
from interlock.app.check.finding import Finding
from interlock.app.check.paths import leaves_of, leaves_under
from interlock.machines.base import Machine, Snapshot, events_of, offered, proposers_of, states_of

RESERVED_PREFIX = "lk_agents_"
"""LiveKit Agents 1.8.9 names its own tools so (`llm/tool_context.py`, `voice/agent_activity.py`)."""


def cast_findings(flow: Flow) -> Iterator[Finding]:
    """Every state without a voice, voice without a state, step without a tool and tool without a step."""
    yield from _states_without_agent(flow)
    yield from _entries_without_state(flow)
    yield from _events_without_tool(flow)
    yield from _tools_without_event(flow)
    yield from _colliding_tools(flow)
    yield from _carries_without_event(flow)


def _states_without_agent(flow: Flow) -> Iterator[Finding]:
    for name in leaves_of(flow.machine):
        if name not in flow.cast:
            work = ", while our systems are at work" if name in flow.effects else ""
            text = f"nobody speaks in the state {name}{work}: give it an agent class in the cast of {flow.name}"
            yield Finding("state_without_agent", text, source.of_state(flow.machine, states_of(flow.machine)[name]))


def _entries_without_state(flow: Flow) -> Iterator[Finding]:
    leaves, where = leaves_of(flow.machine), source.of_class(flow.machine)
    entries: tuple[tuple[str, Mapping[str, Any]], ...] = (("cast", flow.cast), ("effects", flow.effects))
    for kind, entry in entries:
        for name in entry:
            if name not in leaves:
                held = ", ".join(leaves_under(flow.machine, name)) if name in states_of(flow.machine) else ""
                found = f"which holds {held}; name those" if held else "no such state"
                yield Finding(f"{kind}_without_state", f"the {kind} of {flow.name} names {name}: {found}", where)


def _events_without_tool(flow: Flow) -> Iterator[Finding]:
    for agent, states in _roles(flow).items():
        counts = Counter(tool.name for tool in _all_tools(agent) if tool.proposes)
        events = {event: state for state in reversed(states) for event in _agents_events(flow.machine, state)}
        for event in sorted(events):
            if counts[event] == 0:
                text = f"{agent.__name__} has no tool for {event}, which the chart allows in {events[event]}: add one"
                yield Finding("event_without_tool", text, source.of_class(agent))
            elif counts[event] > 1:
                text = f"{agent.__name__} has {counts[event]} tools that propose {event}, expected one"
                yield Finding("event_with_two_tools", text, source.of_class(agent))


def _tools_without_event(flow: Flow) -> Iterator[Finding]:
    """A tool is judged by all the states in which an agent has it, so that a common one may be of no use in some."""
    served: dict[int, tuple[Tool, set[str]]] = {}
    for agent, states in _roles(flow).items():
        for tool in tools_of(agent).values():
            if tool.proposes:
                served.setdefault(id(tool), (tool, set()))[1].update(states)
    for tool, states_ in served.values():
        if tool.name not in events_of(flow.machine):
            text = f"the tool {tool.name} proposes an event that {flow.machine.__name__} does not have"
            yield Finding("tool_without_event", text, source.of_function(tool.body))
        elif not any(tool.name in _agents_events(flow.machine, state) for state in states_):
            may = ", ".join(sorted(proposers_of(flow.machine, tool.name)))
            text = f"the tool {tool.name} is never offered in {', '.join(sorted(states_))} ({may} may propose it)"
            yield Finding("tool_never_offered", text, source.of_function(tool.body))


def _colliding_tools(flow: Flow) -> Iterator[Finding]:
    for tool in {id(t): t for agent in _roles(flow) for t in _all_tools(agent)}.values():
        where = source.of_function(tool.body)
        if not tool.proposes and tool.name in events_of(flow.machine):
            text = f"the data tool {tool.name} is named like an event of {flow.machine.__name__}: rename one"
            yield Finding("colliding_tools", text, where)
        if tool.name.startswith(RESERVED_PREFIX) or tool.name == REFUSED_CALL:
            text = f"the tool {tool.name} is named like one that LiveKit or every desk has already: rename it"
            yield Finding("colliding_tools", text, where)
    for agent in _roles(flow):
        data = Counter(tool.name for tool in _all_tools(agent) if not tool.proposes)
        for name in sorted(name for name, count in data.items() if count > 1):
            text = f"{agent.__name__} has {data[name]} data tools called {name}: a model sees one"
            yield Finding("colliding_tools", text, source.of_class(agent))


def _carries_without_event(flow: Flow) -> Iterator[Finding]:
    for event in flow.carry_over:
        if event not in events_of(flow.machine):
            text = f"the carry of {flow.name} names {event}: no such event in {flow.machine.__name__}"
            yield Finding("carry_without_event", text, source.of_class(flow.machine))


def _roles(flow: Flow) -> dict[type, list[str]]:
    roles: dict[type, list[str]] = {}
    for state, agent in flow.cast.items():
        if state in leaves_of(flow.machine):
            roles.setdefault(agent, []).append(state)
    return roles


def _agents_events(machine: type[Machine], state: str) -> tuple[str, ...]:
    return offered(machine, Snapshot(machine.__name__, machine.version, (state,)), "agent")


def _all_tools(agent: type) -> list[Tool]:
    """Every tool an agent's attributes hold, two of one name included; an attribute overridden counts once."""
    members = {name: member for base in reversed(agent.__mro__) for name, member in vars(base).items()}
    tools = (getattr(member, "tool", None) for member in members.values())
    return [tool for tool in tools if isinstance(tool, Tool)]

"""What a guard looks at, by name: read from its code, for what it saw is sealed."""

from types import CodeType, FunctionType

from interlock.agents.flow import Flow
from interlock.agents.tools import tools_of
from interlock.app.check.evidence import names_read
from interlock.guards.base import Guard
from interlock.machines.base import events_of


def looked_at(flow: Flow, guard: Guard) -> tuple[str, ...]:
    """The facts it reads, in its own functions and those they call; none where its code does not name them."""
    named = _names(guard.predicate, set())
    return tuple(name for name in flow.facts.model_fields if name in named)


def arguments_looked_at(flow: Flow, guard: Guard) -> tuple[str, ...]:
    """The arguments of any event of the flow that it reads."""
    tools = (tools_of(agent).get(event) for agent in flow.cast.values() for event in events_of(flow.machine))
    slots = {name for tool in tools if tool is not None and tool.proposes for name in tool.slots}
    return tuple(sorted(names_read(guard) & slots))


def _names(function: FunctionType, seen: set[int]) -> set[str]:
    seen.add(id(function))
    named: set[str] = set()
    for code in _codes(function.__code__):
        named |= set(code.co_names) | {const for const in code.co_consts if isinstance(const, str)}
        for called in (function.__globals__.get(name) for name in code.co_names):
            called = called.predicate if isinstance(called, Guard) else called
            if isinstance(called, FunctionType) and id(called) not in seen:
                named |= _names(called, seen)
    return named


def _codes(code: CodeType) -> list[CodeType]:
    inner = [const for const in code.co_consts if isinstance(const, CodeType)]
    return [code, *(its for each in inner for its in _codes(each))]

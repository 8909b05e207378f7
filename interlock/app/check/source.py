"""Where in the source something is declared, as "file:line"."""

import ast
import inspect
import textwrap
import traceback
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from statemachine import State
from statemachine.transition import Transition

import interlock.agents.effects
import interlock.guards.base
import interlock.machines.base
import interlock.machines.chart
import interlock.machines.desks
import interlock.machines.strict

_STRICT = frozenset(
    Path(str(module.__file__)).resolve()
    for module in (
        interlock.agents.effects,
        interlock.guards.base,
        interlock.machines.base,
        interlock.machines.chart,
        interlock.machines.desks,
        interlock.machines.strict,
    )
)
"""Where a chart, a guard or an effect is refused, as opposed to where it is written."""


def of_class(its: type) -> str:
    """The line a class begins at; empty when its source is not at hand."""
    try:
        return _at(inspect.getsourcefile(its), inspect.getsourcelines(its)[1])
    except (OSError, TypeError):
        return ""


def of_function(function: Callable[..., Any]) -> str:
    """The line a function's decorators begin at."""
    code = getattr(function, "__code__", None)
    return _at(code.co_filename, code.co_firstlineno) if code else ""


def texts_given(function: Callable[..., Any], to: str) -> Iterator[tuple[str, str]]:
    """Each text that is written as the first argument of a call of `to` in a function, and its line."""
    try:
        lines, start = inspect.getsourcelines(function)
        file = inspect.getsourcefile(function)
    except (OSError, TypeError):
        return
    for part in ast.walk(ast.parse(textwrap.dedent("".join(lines)))):
        if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == to and part.args:
            said = part.args[0]
            if isinstance(said, ast.Constant) and isinstance(said.value, str):
                yield said.value, _at(file, start + part.lineno - 1)


def of_state(machine: type, state: State) -> str:
    """The line a state is declared at, else its machine's."""
    return _first(machine, lambda name, _: name == state.id)


def of_arrow(machine: type, arrow: Transition) -> str:
    """The line of the arrow's event that names its source, else the event's first, else the machine's."""
    events = {str(event) for event in arrow.events}
    return _first(
        machine,
        lambda name, value: name in events and arrow.source.id in _names(value),
        lambda name, _: name in events,
    )


def of_assignment(machine: type, name: str) -> str:
    """The line `name` is assigned at in the body of a class, else the class's."""
    return _first(machine, lambda found, _: found == name)


def of_promise(machine: type, number: int) -> str:
    """The line of one of the machine's promises, counted from 0."""
    for cls in machine.__mro__:
        for name, value, line in _declared(cls):
            if name == "promises" and isinstance(value, ast.Tuple | ast.List) and number < len(value.elts):
                return _at(inspect.getsourcefile(cls), line - value.lineno + value.elts[number].lineno)
    return of_class(machine)


def of_error(error: BaseException) -> str:
    """The last line of the flow's own that an error came through; empty when it came through none."""
    frames = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
    own = [(file, line) for file, line in frames if Path(file).resolve() not in _STRICT and "statemachine" not in file]
    return _at(*own[-1]) if own else ""


def _first(machine: type, *wanted: Callable[[str, ast.AST], bool]) -> str:
    for want in wanted:
        for cls in machine.__mro__:
            for name, value, line in _declared(cls):
                if want(name, value):
                    return _at(inspect.getsourcefile(cls), line)
    return of_class(machine)


@cache
def _declared(cls: type) -> tuple[tuple[str, ast.AST, int], ...]:
    """Each assignment and inner class of a class body, however deep: name, value and line."""
    if cls.__module__.partition(".")[0] in ("statemachine", "builtins", "typing"):
        return ()
    try:
        lines, start = inspect.getsourcelines(cls)
    except (OSError, TypeError):
        return ()
    tree = ast.parse(textwrap.dedent("".join(lines)))
    return tuple((name, value, line + start - 1) for name, value, line in _assignments(tree))


def _assignments(tree: ast.AST) -> Iterator[tuple[str, ast.AST, int]]:
    for part in ast.walk(tree):
        if isinstance(part, ast.Assign):
            for target in part.targets:
                if isinstance(target, ast.Name):
                    yield target.id, part.value, part.lineno
        elif isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name) and part.value is not None:
            yield part.target.id, part.value, part.lineno
        elif isinstance(part, ast.ClassDef):
            yield part.name, part, part.lineno


def _names(value: ast.AST) -> set[str]:
    found = {part.id for part in ast.walk(value) if isinstance(part, ast.Name)}
    return found | {part.attr for part in ast.walk(value) if isinstance(part, ast.Attribute)}


def _at(file: str | None, line: int) -> str:
    if file is None:
        return ""
    path, here = Path(file), Path.cwd()
    return f"{path.relative_to(here) if path.is_relative_to(here) else path.name}:{line}"

"""Each promise of each flow, with what keeps it taken out of the chart: the check must find it."""

import ast
import importlib
import inspect
import sys
from dataclasses import replace
from types import ModuleType
from typing import Any

import pytest
from statemachine import State
from statemachine.callbacks import CallbackSpecList
from statemachine.exceptions import InvalidDefinition
from statemachine.state import _ToState
from statemachine.transition_list import TransitionList
from statemachine.utils import ensure_iterable

import interlock.machines
from interlock.agents.flow import Flow
from interlock.app.check import check
from interlock.app.project import FLOWS
from interlock.guards.base import Guard
from interlock.machines.base import states_of
from interlock.machines.chart import ChartError
from interlock.machines.promises import Never, Reachable

pytestmark = pytest.mark.slow

OF_THE_ENGINE = {"COMMON_PROMISES", "Common", "Desks", "EffectState", "SideDesk", "reported"}
"""What a chart of desks is made of, and made anew with."""

PROMISES = [
    pytest.param(flow, promise, id=f"{name}-{number}")
    for name, flow in FLOWS.items()
    for number, promise in enumerate(flow.machine.promises)
]
GUARDED = [p for p in PROMISES if isinstance(p.values[1], Never) and isinstance(p.values[1].before, Guard)]
ORDERED = [p for p in PROMISES if isinstance(p.values[1], Never) and isinstance(p.values[1].before, str)]
REACHABLE = [p for p in PROMISES if isinstance(p.values[1], Reachable)]


class Without(ast.NodeTransformer):
    """Takes one event or state out of its chart, with its arrows."""

    def __init__(self, taken_out: str) -> None:
        self.taken_out = taken_out

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        """What is assigned to that name goes."""
        if isinstance(node.targets[0], ast.Name) and node.targets[0].id == self.taken_out:
            return None
        return self.generic_visit(node)


class WithoutGuard:
    """Gives arrows all their guards but one, however a chart asks for it; `taken` is how often it did."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.taken = 0
        self._add = CallbackSpecList.add

    def add(self, specs: CallbackSpecList, callbacks: Any, **how: Any) -> Any:
        """In place of python-statemachine's own."""
        every = [] if callbacks is None else list(ensure_iterable(callbacks))
        left = [its for its in every if not (isinstance(its, Guard) and its.name == self.name)]
        self.taken += len(every) - len(left)
        return self._add(specs, left, **how)


def made_again(module: ModuleType, taken_out: str = "") -> ModuleType:
    """The module's source run anew without that event or state."""
    tree = ast.fix_missing_locations(Without(taken_out).visit(ast.parse(inspect.getsource(module))))
    again = ModuleType(module.__name__)
    again.__file__ = module.__file__
    exec(compile(tree, str(module.__file__), "exec"), again.__dict__)
    return again


def mutated(flow: Flow, monkeypatch: pytest.MonkeyPatch, taken_out: str = "") -> tuple[Flow, int]:
    """The flow over a chart made anew."""
    guards = WithoutGuard(taken_out)
    monkeypatch.setattr(CallbackSpecList, "add", lambda specs, *given, **how: guards.add(specs, *given, **how))
    for name in ("interlock.machines.common", "interlock.machines.desks"):
        again = made_again(importlib.import_module(name), taken_out)
        monkeypatch.setitem(sys.modules, name, again)
        for its in vars(interlock.machines).keys() & vars(again).keys() & OF_THE_ENGINE:
            monkeypatch.setattr(interlock.machines, its, getattr(again, its))
    module = made_again(sys.modules[flow.machine.__module__], taken_out)
    machine = getattr(module, flow.machine.__name__)
    monkeypatch.undo()
    return replace(flow, machine=machine), guards.taken


@pytest.mark.parametrize("flow", [pytest.param(flow, id=name) for name, flow in FLOWS.items()])
def test_a_chart_made_anew_keeps_its_promises(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what is found below comes from what was taken out."""
    assert check(mutated(flow, monkeypatch)[0]) == []


@pytest.mark.parametrize(("flow", "promise"), GUARDED)
def test_without_its_guard_a_promise_is_not_proven(flow: Flow, promise: Never, monkeypatch: pytest.MonkeyPatch) -> None:
    """The finding names what would come too early, and mostly a call in which it does."""
    assert isinstance(promise.before, Guard)
    broken, taken = mutated(flow, monkeypatch, promise.before.name)
    assert taken, f"no arrow asks {promise.before.name}"
    found = [f for f in check(broken) if f.code in ("unproven_promise", "promise_of_nothing")]
    assert [f for f in found if promise.what in f.text], "the promise counts as proven all the same"


@pytest.mark.parametrize(("flow", "promise"), REACHABLE)
def test_without_the_ways_there_a_place_is_not_reachable(
    flow: Flow, promise: Reachable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by the check, or already when the chart is made."""
    lost = states_of(flow.machine)[promise.what].name
    real = _ToState.__call__

    def to(self: _ToState, *targets: State, **given: Any) -> TransitionList:
        left = [target for target in targets if target.name != lost]
        return real(self, *left, **given) if left else TransitionList()

    monkeypatch.setattr(_ToState, "__call__", to)
    assert_found(flow, monkeypatch)


@pytest.mark.parametrize(("flow", "promise"), ORDERED)
def test_without_what_must_come_before_a_promise_is_not_kept(
    flow: Flow, promise: Never, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What had to wait for an event or a state is then never possible, which no flow may promise either."""
    assert_found(flow, monkeypatch, str(promise.before))


def assert_found(flow: Flow, monkeypatch: pytest.MonkeyPatch, taken_out: str = "") -> None:
    try:
        broken, _ = mutated(flow, monkeypatch, taken_out)
        found = check(broken)
    except (InvalidDefinition, ChartError, NameError, AttributeError):
        return
    assert found

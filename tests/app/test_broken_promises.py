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
from statemachine.exceptions import InvalidDefinition
from statemachine.state import _ToState
from statemachine.transition_list import TransitionList

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
    """Takes one guard out of every `cond=`, or one event or state out of its chart."""

    def __init__(self, taken_out: str) -> None:
        self.taken_out = taken_out
        self.taken = 0

    def visit_Assign(self, node: ast.Assign) -> ast.AST | None:
        """An event or a state of that name goes with its arrows."""
        if isinstance(node.targets[0], ast.Name) and node.targets[0].id == self.taken_out:
            return None
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.Call:
        self.generic_visit(node)
        node.keywords = [k for k in node.keywords if k.arg != "cond" or self._leaves(k)]
        return node

    def _leaves(self, keyword: ast.keyword) -> bool:
        if isinstance(keyword.value, ast.List):
            before = len(keyword.value.elts)
            keyword.value.elts = [e for e in keyword.value.elts if not self._is(e)]
            self.taken += before - len(keyword.value.elts)
            return bool(keyword.value.elts)
        self.taken += self._is(keyword.value)
        return not self._is(keyword.value)

    def _is(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id == self.taken_out


def made_again(module: ModuleType, taken_out: str = "") -> tuple[ModuleType, int]:
    """The module's source run anew without that; and out of how many arrows a guard was taken."""
    without = Without(taken_out)
    tree = ast.fix_missing_locations(without.visit(ast.parse(inspect.getsource(module))))
    again = ModuleType(module.__name__)
    again.__file__ = module.__file__
    exec(compile(tree, str(module.__file__), "exec"), again.__dict__)
    return again, without.taken


def mutated(flow: Flow, monkeypatch: pytest.MonkeyPatch, taken_out: str = "") -> tuple[Flow, int]:
    """The flow over a chart made anew."""
    of_common = 0
    for name in ("interlock.machines.common", "interlock.machines.desks"):
        again, taken = made_again(importlib.import_module(name), taken_out)
        monkeypatch.setitem(sys.modules, name, again)
        of_common += taken
        for its in vars(interlock.machines).keys() & vars(again).keys() & OF_THE_ENGINE:
            monkeypatch.setattr(interlock.machines, its, getattr(again, its))
    module, its = made_again(sys.modules[flow.machine.__module__], taken_out)
    return replace(flow, machine=getattr(module, flow.machine.__name__)), its + of_common


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

"""What a newcomer would have of the caller before, in charts and facts that are spoilt a little."""

from pathlib import Path
from typing import ClassVar, Literal

import pytest
from statemachine import State

from interlock.agents.flow import Flow
from interlock.app.check import check
from interlock.app.project import FLOWS
from interlock.guards.base import guard
from interlock.guards.facts import Facts, established
from interlock.machines.base import Machine
from interlock.machines.promises import never
from tests.app.check_parts import PERSON, proven

NO_THIRD = "a third try is nobody's"


@guard("No more tries.")
def tries_left(facts, proposal):
    """There are tries left."""
    return facts.tries < 3


@guard("One is unclear.")
def nothing_unclear(facts, proposal):
    """Nothing is unclear."""
    return facts.last != "unclear"


class Place(Machine):
    class live(State.Compound):
        hello = State(initial=True)
        desk = State()
        person = State()
        go = hello.to(desk, cond=proven)
        pay = desk.to(person, cond=[tries_left, nothing_unclear])

    closed = State(final=True)
    bye = live.to(closed)
    caller_silent = live.to(closed)
    proposers: ClassVar = {"caller_silent": frozenset({"system"})}
    promises = (PERSON, never("desk").before(proven))


class Anew(Machine):
    class live(State.Compound):
        hello = State(initial=True)
        desk = State()
        person = State()
        go = hello.to(desk, cond=proven)
        pay = desk.to(person, cond=[tries_left, nothing_unclear])
        caller_changed = desk.to(hello) | person.to(hello)

    closed = State(final=True)
    bye = live.to(closed)
    caller_silent = live.to(closed)
    proposers = dict.fromkeys(("caller_silent", "caller_changed"), frozenset({"system"}))
    promises = (PERSON, never("desk").before(proven))


class Falling(Facts):
    tries: int = established(0)
    last: Literal["unclear", "done"] | None = established()


class Staying(Facts):
    tries: int = established(0, of_the_call=NO_THIRD)
    last: Literal["unclear", "done"] | None = established(of_the_call=NO_THIRD, kept_as=("unclear",))


class KeptWrongly(Facts):
    tries: int = established(0, of_the_call=NO_THIRD)
    last: Literal["unclear", "done"] | None = established(of_the_call=NO_THIRD, kept_as=("done",))


def found(machine, facts, code):
    its = check(Flow("place", "Place", "A place.", machine, facts, {}, {}))
    return [f.text.split(" ")[0:3:2] for f in its if f.code == code]


@pytest.mark.parametrize(
    ("facts", "falls"),
    [
        (Falling, [["tries_left", "tries,"], ["nothing_unclear", "last,"]]),
        (Staying, []),
        (KeptWrongly, [["nothing_unclear", "last,"]]),
    ],
)
def test_a_limit_that_falls_with_the_caller_is_found(facts, falls):
    """A count, or an unclear outcome: whoever joined anew could try again."""
    assert found(Anew, facts, "limit_falls_with_caller") == falls


def test_a_newcomer_behind_a_guard_is_found():
    """Where no arrow leads them to begin anew; with one there is nothing to find."""
    (its,) = [f for f in check(Flow("p", "P", "P.", Place, Staying, {}, {})) if f.code == "newcomer_behind_guard"]
    assert "in desk stays there, behind proven" in its.text
    assert not found(Anew, Staying, "newcomer_behind_guard")


@pytest.mark.parametrize("flow", FLOWS)
def test_what_a_newcomer_keeps_is_written_down(flow):
    """Each fact that stands whoever is there has its line, with its reason, and nothing else has one."""

    page = (Path(__file__).parents[2] / "docs" / "scarce.md").read_text()
    lines = {line for line in page.splitlines() if line.startswith("- `")}
    facts = FLOWS[flow].facts
    missing = {f"- `{name}`: {why}" for name, why in facts.of_the_call().items()} - {
        its.split(" (")[0] for its in lines
    }
    assert not missing
    every = {name for its in FLOWS.values() for name in its.facts.of_the_call()}
    assert {line.split("`")[1] for line in lines} == every

"""What can be wrong with a chart by itself, each on a small chart that has it."""

from typing import ClassVar

import pytest
from statemachine import HistoryState, State

from interlock.app.check import refused
from interlock.machines.base import ChartError, Machine
from tests.app.check_parts import PERSON, QUIETLY, ROOT, of_chart, paid, proven, text_at, unproven


@pytest.fixture(autouse=True)
def from_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


class Unreachable(Machine):
    class live(State.Compound):
        person = State(initial=True)
        attic = State()
        before = HistoryState()
        _default = before.to(attic)
        stay = person.to.itself()
        climb_down = attic.to(person)

    closed = State(final=True)
    caller_silent = live.to(closed)
    proposers = QUIETLY
    promises = (PERSON,)


class BehindContradiction(Machine):
    class live(State.Compound):
        person = State(initial=True)
        vault = State()
        enter = person.to(vault, cond=[proven, unproven])
        leave = vault.to(person)

    closed = State(final=True)
    enter = live.to(closed)
    caller_silent = live.to(closed)
    proposers = QUIETLY
    promises = (PERSON,)


def test_a_state_that_no_call_gets_to_is_unreachable():
    """The default of a history state that no arrow leads to: python-statemachine itself takes that for a way."""
    (finding,) = of_chart(Unreachable, "unreachable_state")
    assert text_at(finding.where) == "attic = State()"


def test_a_state_behind_contradictory_guards_is_unreachable():
    """An arrow whose guards never hold together is no way."""
    assert "vault" in of_chart(BehindContradiction, "unreachable_state")[0].text


def test_guards_that_exclude_each_other_on_one_arrow_are_found():
    """A guard and its opposite, at the arrow's own line: its event is declared on another, too."""
    (finding,) = of_chart(BehindContradiction, "contradictory_guards")
    assert text_at(finding.where).startswith("enter = person.to")
    assert "unproven and proven" in finding.text


class Trapped(Machine):
    class live(State.Compound):
        hall = State(initial=True)
        cell = State()
        dungeon = State()
        fall = hall.to(cell)
        deeper = cell.to(dungeon)
        up = dungeon.to(cell)
        person = State()
        escalate = hall.to(person) | cell.to(person) | dungeon.to(person)
        back = person.to(hall)

    closed = State(final=True)
    caller_silent = live.to.itself()
    bye = live.hall.to(closed)
    proposers = QUIETLY
    promises = (PERSON,)


class Pit(Machine):
    class live(State.Compound):
        hall = State(initial=True)
        cell = State()
        dungeon = State()
        person = State()
        fall = hall.to(cell)
        deeper = cell.to(dungeon)
        up = dungeon.to(cell)
        escalate = hall.to(person)
        caller_silent = hall.to(person) | cell.to.itself() | dungeon.to.itself() | person.to.itself()

    closed = State(final=True)
    bye = live.person.to(closed) | live.hall.to(closed)
    proposers = QUIETLY
    promises = (PERSON,)


def test_nested_states_that_never_end_are_trapped():
    """Two inner states with arrows only to each other: python-statemachine sees a compound with a way out."""
    trapped = of_chart(Pit, "trapped_state")
    assert [f.path for f in trapped] == [("fall",), ("fall", "deeper")]
    assert [text_at(f.where) for f in trapped] == ["cell = State()", "dungeon = State()"]


def test_a_nested_state_with_a_way_round_to_the_end_is_not_trapped():
    """The way may lead through other states."""
    assert not of_chart(Trapped, "trapped_state")


class Shadowed(Machine):
    class live(State.Compound):
        person = State(initial=True)
        near = State()
        far = State()
        go = person.to(near, cond=proven) | person.to(far, cond=[paid, proven])
        walk = person.to(near, cond=[paid, proven]) | person.to(far, cond=proven)
        skip = person.to(far)
        back = near.to(person) | far.to(person)

    closed = State(final=True)
    caller_silent = live.to(closed)
    skip = live.to(closed)
    proposers = QUIETLY
    promises = (PERSON,)


def test_an_arrow_after_one_that_asks_less_is_shadowed():
    """`walk` asks strictly first, and the outer `skip` is still taken elsewhere: neither is found."""
    (finding,) = of_chart(Shadowed, "shadowed_transition")
    assert "go from person to far is never taken" in finding.text
    assert text_at(finding.where).startswith("go = ")


class OuterShadowed(Machine):
    class live(State.Compound):
        person = State(initial=True)
        desk = State()
        swap = person.to(desk) | desk.to(person)

    closed = State(final=True)
    swap = live.to(closed, cond=proven)
    caller_silent = live.to(closed)
    proposers = QUIETLY
    promises = (PERSON,)


def test_an_outer_arrow_that_every_inner_state_overrides_is_shadowed():
    """An override in some states is meant; in all of them, the outer arrow is dead."""
    (finding,) = of_chart(OuterShadowed, "shadowed_transition")
    assert "swap from live to closed" in finding.text


class Forgetful(Machine):
    class live(State.Compound):
        class desks(State.Compound):
            hello = State(initial=True)
            desk = State()
            before = HistoryState()
            go = hello.to(desk)

        person = State()
        escalate = desks.to(person)
        back = person.to(desks.before)

    closed = State(final=True)
    caller_silent = live.to(closed)
    proposers = QUIETLY
    promises = (PERSON,)


def test_a_history_state_without_a_default_is_found():
    """Without one, a call that was never there is left with no state at all."""
    (finding,) = of_chart(Forgetful, "history_without_default")
    assert text_at(finding.where) == "before = HistoryState()"


class NeverThere(Machine):
    class live(State.Compound):
        person = State(initial=True)

        class desks(State.Compound):
            hello = State(initial=True)
            before = HistoryState()

        back = person.to(desks.before)
        enter = person.to(desks)
        escalate = desks.to(person)

    closed = State(final=True)
    caller_silent = live.to(closed)
    proposers = QUIETLY
    promises = (PERSON,)


def test_a_step_into_nowhere_does_not_stop_the_check():
    """To a history state without a default, before anything is remembered: no state would be active."""
    assert of_chart(NeverThere, "history_without_default")
    assert not of_chart(NeverThere, "trapped_state")


class OtherwiseSilent(Machine):
    class live(State.Compound):
        person = State(initial=True)

    closed = State(final=True)
    say_goodbye = live.to(closed)
    silent_too_long = live.to(closed)
    proposers: ClassVar = {"silent_too_long": frozenset({"system"})}
    promises = (PERSON,)


class SilentByAgents(Machine):
    class live(State.Compound):
        person = State(initial=True)

    closed = State(final=True)
    say_goodbye = live.to(closed)
    caller_silent = live.to(closed)
    promises = (PERSON,)


@pytest.mark.parametrize("machine", [OtherwiseSilent, SilentByAgents])
def test_a_silence_that_the_call_does_not_report_is_no_timeout(machine):
    """Calls report `caller_silent` and no event of another name, and they report it themselves."""
    (finding,) = of_chart(machine, "no_silence_timeout")
    assert "an arrow of the event caller_silent, which only the system may propose" in finding.text


class Endured(Machine):
    class live(State.Compound):
        hello = State(initial=True)
        desk = State()
        person = State()
        go = hello.to(desk)
        escalate = hello.to(person) | desk.to(person)
        say_goodbye = person.to(hello)

    closed = State(final=True)
    say_goodbye = live.desk.to(closed) | live.hello.to(closed, cond=[proven, unproven])
    hang_up = live.person.to(closed)
    caller_silent = live.to(closed)
    proposers: ClassVar = {**QUIETLY, "hang_up": frozenset({"system", "operator"})}
    promises = (PERSON,)


def test_a_state_without_a_goodbye_is_found():
    """An arrow that is never taken, an event of the same name that leads on, and one no agent may propose: none is."""
    findings = of_chart(Endured, "no_goodbye")
    assert [text_at(f.where) for f in findings] == ["hello = State(initial=True)", "person = State()"]
    assert [f.path for f in findings] == [(), ("escalate",)]


class Impatient(Machine):
    class live(State.Compound):
        person = State(initial=True)
        desk = State()
        go = person.to(desk)
        back = desk.to(person)
        caller_silent = desk.to(person)
        stay_silent = person.to(desk)

    closed = State(final=True)
    bye = live.to(closed)
    proposers = QUIETLY
    promises = (PERSON,)


def test_a_state_without_a_silence_timeout_is_found():
    """`stay_silent` does not count: an agent proposes it."""
    (finding,) = of_chart(Impatient, "no_silence_timeout")
    assert "in the state person" in finding.text


def test_a_chart_that_machine_refuses_is_a_finding():
    """It never becomes a class, so there is no flow to check: the error itself is told, at the class's line."""
    with pytest.raises(ChartError) as refusal:

        class Chatty(Machine):
            person = State(initial=True)
            closed = State(final=True)
            bye = person.to(closed, on="say_so")

            def say_so(self):
                pass

    finding = refused(refusal.value)
    assert finding.code == "chart_error"
    assert "say_so" in finding.text
    assert text_at(finding.where) == "class Chatty(Machine):"

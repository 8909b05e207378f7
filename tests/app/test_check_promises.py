"""Promises that a chart does not keep, each with a call that breaks it."""

import re
from typing import ClassVar

import pytest
from statemachine import State

from interlock.app.check import check
from interlock.machines.base import Machine
from interlock.machines.promises import never, reachable
from tests.app.check_parts import (
    PERSON,
    QUIETLY,
    ROOT,
    SENDING,
    Sound,
    flow,
    of_chart,
    only,
    paid,
    proven,
    text_at,
    unproven,
)


@pytest.fixture(autouse=True)
def from_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


class Lonely(Sound):
    promises = ()


class EndIsNoPerson(Sound):
    promises = (reachable("closed", from_="everywhere"), reachable("person", from_="desk"))


@pytest.mark.parametrize("machine", [Lonely, EndIsNoPerson])
def test_a_flow_that_promises_no_way_to_a_person_is_found(machine):
    """A final state is no person, and a way from one state is not from everywhere."""
    only(flow(machine), "no_person_promised")


class Deserted(Machine):
    class live(State.Compound):
        hello = State(initial=True)
        maze = State()
        person = State()
        wander = hello.to(maze)
        escalate = hello.to(person)
        give_up = person.to(hello)

    closed = State(final=True)
    caller_silent = live.to(closed)
    proposers = QUIETLY
    promises = (PERSON, reachable("hello", from_="person"), reachable("hello", from_="maze"))


def test_a_state_without_a_way_to_a_person_is_found():
    """At the state's line, with the events that lead into it."""
    (finding,) = of_chart(Deserted, "no_way_to_a_person")
    assert text_at(finding.where) == "maze = State()"
    assert finding.path == ("wander",)


def test_an_unproven_way_between_two_states_is_found():
    """`reachable(x, from_=state)` asks of that state only."""
    (finding,) = of_chart(Deserted, "unproven_promise")
    assert "hello reachable from maze" in finding.text


class OnlyWeMaySend(Sound):
    proposers: ClassVar = {**SENDING, "escalate": frozenset({"system", "operator"})}


class OnlyWhenDone(Machine):
    class live(State.Compound):
        hello = State(initial=True)
        sending = State()
        person = State()
        post = hello.to(sending)
        sent = sending.to(person)
        not_sent = sending.to(person)
        escalate = hello.to(person)

    closed = State(final=True)
    say_goodbye = live.to(closed)
    caller_silent = live.to(closed)
    proposers = SENDING
    promises = (PERSON, reachable("sending", from_="hello"))


def test_a_person_nobody_can_ask_for_is_no_way_to_a_person():
    """Were `escalate` for the system and operators only, a caller could ask in vain wherever they are."""
    findings = of_chart(OnlyWeMaySend, "no_way_to_a_person")
    assert [re.search("leads from (.+) to person", f.text).group(1) for f in findings] == ["hello", "desk", "sending"]


def test_the_outcome_of_work_is_no_way_to_a_person():
    """While the work hangs, nothing leads on: `sent` and `not_sent` come when they come."""
    (finding,) = of_chart(OnlyWhenDone, "no_way_to_a_person")
    assert "leads from sending to person" in finding.text
    assert (text_at(finding.where), finding.path) == ("sending = State()", ("post",))


def test_other_states_may_be_promised_from_everywhere_too():
    """One way to a person is enough, and the way to any other state may be a report of our systems."""

    class Worked(Sound):
        promises = (reachable("sending"), PERSON, reachable("desk"))

    assert check(flow(Worked)) == []


class BackDoor(Machine):
    class live(State.Compound):
        hello = State(initial=True)
        desk = State()
        side = State()
        person = State()
        go = hello.to(desk, cond=proven)
        turn = hello.to(side)
        sneak = side.to(desk, cond=paid)
        pay = desk.to(person, cond=unproven)
        escalate = hello.to(person) | desk.to(person) | side.to(person)

    closed = State(final=True)
    caller_silent = live.to(closed)
    proposers = QUIETLY
    promises = (
        PERSON,
        never("desk").before(proven),
        never("pay").before(proven),
        never("desk").before("side"),
        never("desk").before("sneak"),
        never("sneak").before("turn"),
        never("sneak").before(paid),
        never("hello").before(proven),
    )


def test_a_promise_with_a_way_around_it_is_unproven_with_that_way():
    """Each of five is broken by a shortest call; the two that hold are not found."""
    findings = of_chart(BackDoor, "unproven_promise")
    assert [(re.search("never (.+)” does", f.text).group(1), f.path) for f in findings] == [
        ("desk before “It was proven.”", ("turn", "sneak")),
        ("pay before “It was proven.”", ("turn", "sneak", "pay")),
        ("desk before side", ("go",)),
        ("desk before sneak", ("go",)),
        ("hello before “It was proven.”", ()),
    ]
    assert text_at(findings[1].where) == 'never("pay").before(proven),'


def test_a_second_arrow_is_taken_only_when_the_first_is_not():
    """A promise may rest on the order of arrows: the later arrow needs a guard of the earlier to be false."""

    class Ordered(Machine):
        person = State(initial=True)
        near = State()
        closed = State(final=True)
        go = person.to(near) | person.to(closed, cond=proven)
        back = near.to(person)
        bye = near.to(closed, cond=paid)
        promises = (PERSON, never("closed").before(paid))

    assert not of_chart(Ordered, "unproven_promise")


class Excepted(Machine):
    desk = State(initial=True)
    ticket = State()
    person = State()
    closed = State(final=True)
    escalate = desk.to(ticket)
    opened = ticket.to(person)
    rush = ticket.to(person)
    take_over = desk.to(person)
    bye = person.to(closed)
    promises = (
        PERSON,
        never("person").before("opened", unless=("take_over", "rush")),
        never("person").before("opened", unless=("take_over",)),
        never("person").before("opened", unless=("take_over", "rash")),
    )


def test_an_exception_is_excepted_and_nothing_else():
    """A way by an event that is not named breaks the promise, and a name of no event is found."""
    assert [f.path for f in of_chart(Excepted, "unproven_promise")] == [("escalate", "rush")]
    (found,) = of_chart(Excepted, "promise_of_nothing")
    assert "names rash: no such" in found.text


class OfNothing(Sound):
    promises = (PERSON, never("refund").before(proven), reachable("person", from_="nowhere"))


def test_a_promise_about_no_state_or_event_is_found():
    """A typing error must not pass as a proof."""
    findings = only(flow(OfNothing), "promise_of_nothing")
    assert [re.search("names (.+): no such", f.text).group(1) for f in findings] == ["refund", "nowhere"]

"""What can be wrong with the work of a flow, each in a chart that is spoilt a little."""

from typing import ClassVar

import pytest
from statemachine import HistoryState, State

from interlock.agents.effects import Assignment, Outcome, effect
from interlock.app.check import check
from interlock.guards.facts import Facts
from interlock.machines.base import Machine
from tests.app.check_parts import (
    PERSON,
    ROOT,
    SENDING,
    SENDING_BY_ANYBODY,
    Sound,
    flow,
    only,
    paid,
    proven,
    send_it,
    text_at,
)


@pytest.fixture(autouse=True)
def from_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def of_effect(machine, code):
    """The findings of one code about a chart in which `sending` is work, its cast not looked at."""
    its = flow(machine, {}, {"sending": effect(failed="not_sent")(send_it)})
    return [f for f in check(its) if f.code == code]


class Endless(Sound):
    proposers = SENDING_BY_ANYBODY


class Restless(Machine):
    class live(State.Compound):
        person = State(initial=True)
        sending = State()
        post = person.to(sending)
        sent = sending.to(person)
        not_sent = sending.to.itself()

    closed = State(final=True)
    bye = live.to(closed)
    caller_silent = live.to(closed)
    proposers = dict.fromkeys(("caller_silent", "sent", "not_sent"), frozenset({"system"}))
    promises = (PERSON,)


def of_work(machine=Sound, failed="not_sent", unknown=""):
    """The findings about the outcomes of `sending`."""
    its = flow(machine, {}, {"sending": effect(failed=failed, unknown=unknown)(send_it)})
    return [f.text for f in check(its) if f.code == "effect_without_outcome"]


@pytest.mark.parametrize(
    ("machine", "failed"),
    [(Endless, "not_sent"), (Restless, "not_sent"), (Sound, "caller_silent"), (Sound, "lost")],
)
def test_work_that_is_never_over_when_it_fails_is_found(machine, failed):
    """Its event may be anybody's to propose, lead back into it, be another state's, or be none at all."""
    assert of_work(machine, failed)[0].startswith(f"the work of sending ends with {failed} when it fails")


@pytest.mark.parametrize("unknown", ["caller_silent", "lost"])
def test_work_that_is_never_over_when_it_times_out_is_found(unknown):
    """Then nobody knows whether it was done, and the event that says so has to lead on as well."""
    (text,) = of_work(unknown=unknown)
    assert text.startswith(f"the work of sending ends with {unknown} when nobody knows whether it was done")


def test_work_that_can_only_fail_is_found():
    """One outcome is one too few."""
    assert of_work(Restless, "sent") == [
        "the work of sending can only fail: add the system event that says it went well to the chart"
    ]


class NeverWell(Sound):
    proposers: ClassVar = {**SENDING, "sent": frozenset({"operator"})}


@pytest.mark.parametrize("unknown", ["", "not_sent"])
def test_a_failure_of_two_kinds_is_no_success(unknown):
    """What is left when the good outcome is not the system's to report."""
    assert [text for text in of_work(NeverWell, unknown=unknown) if "can only fail" in text]


def test_work_with_two_outcomes_is_sound():
    """What the tests above differ from."""
    assert of_work() == []


class Guarded(Machine):
    class live(State.Compound):
        person = State(initial=True)
        sending = State()
        post = person.to(sending)
        sent = sending.to(person)
        not_sent = sending.to(person, cond=proven) | sending.to(person, cond=paid)
        escalate = sending.to(person)

    closed = State(final=True)
    say_goodbye = live.to(closed)
    caller_silent = live.to(closed)
    proposers = SENDING
    promises = (PERSON,)


class GuardedAtFirst(Machine):
    class live(State.Compound):
        person = State(initial=True)
        sending = State()
        post = person.to(sending)
        sent = sending.to(person, cond=paid)
        not_sent = sending.to(person, cond=proven)

    closed = State(final=True)
    not_sent = live.to(closed)
    caller_silent = live.to(closed)
    say_goodbye = live.to(closed)
    proposers = SENDING
    promises = (PERSON,)


def test_failed_work_whose_way_out_is_guarded_is_found():
    """Guards that are false would refuse the outcome, and the call would stay with work that nobody does."""
    (finding,) = of_effect(Guarded, "effect_outcome_guarded")
    assert "every arrow of not_sent has a guard" in finding.text
    assert text_at(finding.where).startswith("not_sent = sending.to(person, cond=proven)")


@pytest.mark.parametrize("machine", [Sound, GuardedAtFirst])
def test_failed_work_with_one_way_out_that_asks_nothing_is_sound(machine):
    """It may stand around the state; another outcome may be guarded, for when it is refused the work has failed."""
    assert not of_effect(machine, "effect_outcome_guarded")


class Remembered(Machine):
    class live(State.Compound):
        class desks(State.Compound):
            hello = State(initial=True)
            sending = State()
            before = HistoryState(type="deep")
            post = hello.to(sending)
            sent = sending.to(hello)
            not_sent = sending.to(hello)
            _default = before.to(hello)

        person = State()
        escalate = desks.to(person)
        back = person.to(desks.before)

    closed = State(final=True)
    say_goodbye = live.to(closed)
    caller_silent = live.to(closed)
    proposers = SENDING
    promises = (PERSON,)


class ByDefault(Machine):
    class live(State.Compound):
        person = State(initial=True)

        class desks(State.Compound):
            hello = State(initial=True)
            sending = State()
            before = HistoryState()
            sent = sending.to(hello)
            not_sent = sending.to(hello)
            _default = before.to(sending)

        begin = person.to(desks.before)
        escalate = desks.to(person)

    closed = State(final=True)
    say_goodbye = live.to(closed)
    caller_silent = live.to(closed)
    proposers = SENDING
    promises = (PERSON,)


class Nudged(Machine):
    class live(State.Compound):
        person = State(initial=True)
        sending = State()
        post = person.to(sending)
        nudge = sending.to.itself()
        sent = sending.to(person)
        not_sent = sending.to(person)

    closed = State(final=True)
    say_goodbye = live.to(closed)
    caller_silent = live.to(closed)
    proposers = SENDING
    promises = (PERSON,)


class NudgedFromAround(Machine):
    class live(State.Compound):
        person = State(initial=True)
        sending = State()
        sent = sending.to(person)
        not_sent = sending.to(person)

    closed = State(final=True)
    post = live.to(live.sending)
    say_goodbye = live.to(closed)
    caller_silent = live.to(closed)
    proposers = SENDING
    promises = (PERSON,)


@pytest.mark.parametrize(
    ("machine", "path"),
    [
        (Remembered, ("post", "escalate", "back")),
        (ByDefault, ("begin",)),
        (Nudged, ("post", "nudge")),
        (NudgedFromAround, ("post", "post")),
    ],
)
def test_work_that_a_call_could_begin_twice_is_found(machine, path):
    """A return or an arrow to itself runs the effect under a new key, with arguments nobody gave for it."""
    (finding,) = of_effect(machine, "effect_run_again")
    assert finding.path == path
    assert f"{path[-1]} leads back into sending" in finding.text
    assert text_at(finding.where) == "sending = State()"


def test_work_outside_what_is_remembered_runs_once():
    """Its outcome leads back through history, which does not hold it."""
    assert not of_effect(Sound, "effect_run_again")


async def misspelt(work: Assignment[Facts, object]) -> Outcome:
    return Outcome("send")


def test_an_outcome_the_chart_does_not_have_is_found():
    """At the line where it is written."""
    its = flow(effects={"sending": effect(failed="not_sent")(misspelt)})
    (finding,) = only(its, "effect_without_outcome")
    assert "the work of sending may come to send, which does not lead out of sending" in finding.text
    assert text_at(finding.where) == 'return Outcome("send")'

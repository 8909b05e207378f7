"""What can be wrong between a chart and its cast, each in a sound flow that is spoilt a little."""

from dataclasses import replace

import pytest
from statemachine import State

from agents.flow import Carry, Effect
from agents.tools import data_tool, proposes
from app.check import check
from machines.base import Machine
from tests.app.check_parts import (
    CAST,
    PERSON,
    ROOT,
    SEND,
    SENDING_BY_ANYBODY,
    Caring,
    Clerk,
    Host,
    Person,
    Polite,
    Sound,
    flow,
    only,
    send_it,
    text_at,
)


@pytest.fixture(autouse=True)
def from_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def test_a_state_in_which_nobody_speaks_is_found():
    """Final states need a voice too: it says goodbye."""
    findings = only(flow(cast={"hello": Host, "desk": Clerk, "person": Person}), "state_without_agent")
    assert ["closed" in f.text for f in findings] == [True]


def test_a_state_of_work_needs_no_agent():
    """Without its effect, `sending` would be silent."""
    assert "sending" in only(flow(effects={}), "state_without_agent")[0].text


@pytest.mark.parametrize("name", ["lobby", "desks"])
def test_a_cast_entry_for_no_state_at_rest_is_found(name):
    """An unknown name, or a compound, in which no call is ever at rest."""
    (finding,) = only(flow(cast={**CAST, name: Host}), "cast_without_state")
    assert name in finding.text


def test_an_effect_for_no_state_is_found():
    """Its work would never be done."""
    only(flow(effects={"sending": SEND, "mailing": SEND}), "effects_without_state")


def test_an_event_without_a_tool_is_found():
    """The chart allows `post` at the desk, and nobody there can ask for it."""
    (finding,) = only(flow(cast={**CAST, "hello": Silent}), "event_without_tool")
    assert "Silent has no tool for go" in finding.text
    assert text_at(finding.where) == "class Silent(Caring):"


class Silent(Caring):
    pass


class Doubled(Host):
    @proposes("on", "on we go", "further")
    def go(self):
        """Begin, too."""

    once_more = Host.__dict__["go"]


class Overriding(Host):
    @proposes("on", "on we go", "further")
    def go(self):
        """Begin, better."""


def test_two_tools_for_one_event_are_found():
    """Two attributes that hold a tool of one name."""
    only(flow(cast={**CAST, "hello": Doubled}), "event_with_two_tools")


def test_a_tool_that_overrides_an_inherited_one_is_no_second():
    """The same attribute in a subclass takes its place."""
    assert check(flow(cast={**CAST, "hello": Overriding})) == []


class Dreamer(Host):
    @proposes("fly", "take off", "up")
    def fly(self):
        """Fly."""


class Eager(Host):
    @proposes("send", "send it", "post")
    def post(self):
        """Send it, before there is anything to send."""


class Liar(Host):
    @proposes("it was sent", "sent", "done")
    def sent(self):
        """Say that it was sent."""


def test_a_tool_for_an_event_the_chart_does_not_have_is_found():
    """At the tool's own line."""
    (finding,) = only(flow(cast={**CAST, "hello": Dreamer}), "tool_without_event")
    assert text_at(finding.where) == '@proposes("fly", "take off", "up")'


@pytest.mark.parametrize("agent", [Eager, Liar])
def test_a_tool_never_offered_where_its_agent_speaks_is_found(agent):
    """Not from this state, or not for an agent to propose."""
    only(flow(cast={**CAST, "hello": agent}), "tool_never_offered")


class Clockmaker(Host):
    @data_tool("send", "send it", "post")
    async def post(self):
        """Not the event."""


class Reserved(Host):
    @data_tool("one", "two", "three")
    async def lk_agents_peek(self):
        """A name that LiveKit keeps."""


class Refusing(Host):
    @data_tool("one", "two", "three")
    async def refused_call(self):
        """A name that the sieve keeps."""


class TwoClocks(Host):
    same = Polite.__dict__["tell_time"]


@pytest.mark.parametrize("agent", [Clockmaker, Reserved, Refusing, TwoClocks])
def test_tool_names_that_collide_are_found(agent):
    """With an event, with LiveKit's own, or with each other."""
    only(flow(cast={**CAST, "hello": agent}), "colliding_tools")


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


def of_work(machine=Sound, failed="not_sent"):
    """The findings about the work of `sending`."""
    its = flow(machine, {}, {"sending": Effect(send_it, failed)})
    return [f.text for f in check(its) if f.code == "effect_without_outcome"]


@pytest.mark.parametrize(
    ("machine", "failed"),
    [(Endless, "not_sent"), (Restless, "not_sent"), (Sound, "caller_silent"), (Sound, "lost")],
)
def test_work_that_is_never_over_when_it_fails_is_found(machine, failed):
    """Its event may be anybody's to propose, lead back into it, be another state's, or be none at all."""
    assert of_work(machine, failed)[0].startswith(f"the work of sending ends with {failed} when it fails")


def test_work_that_can_only_fail_is_found():
    """One outcome is one too few."""
    assert of_work(Restless, "sent") == [
        "the work of sending can only fail: add the system event that says it went well to the chart"
    ]


def test_work_with_two_outcomes_is_sound():
    """What the tests above differ from."""
    assert of_work() == []


def test_a_carry_for_no_event_is_found():
    """It would never be looked up."""
    only(replace(flow(), carry={"go": Carry(2), "fly": Carry(2)}), "carry_without_event")

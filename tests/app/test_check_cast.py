"""What can be wrong between a chart and its cast, each in a sound flow that is spoilt a little."""

from dataclasses import replace

import pytest

from interlock.agents.flow import CarryOver
from interlock.agents.tools import data_tool, proposes
from interlock.app.check import check
from tests.app.check_parts import (
    CAST,
    ROOT,
    SEND,
    Caring,
    Host,
    Polite,
    flow,
    only,
    text_at,
)


@pytest.fixture(autouse=True)
def from_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def test_a_state_in_which_nobody_speaks_is_found():
    """Final states need a voice too: it says goodbye."""
    findings = only(flow(cast={name: CAST[name] for name in CAST if name != "closed"}), "state_without_agent")
    assert ["closed" in f.text for f in findings] == [True]


def test_a_state_of_work_in_which_nobody_speaks_is_found():
    """The caller waits there, may say something, and may want a person: a switch to nobody would stall the call."""
    (finding,) = only(flow(cast={name: CAST[name] for name in CAST if name != "sending"}), "state_without_agent")
    assert "nobody speaks in the state sending, while our systems are at work" in finding.text
    assert text_at(finding.where) == "sending = State()"


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
        """A name that the tool-call filter keeps for itself."""


class TwoClocks(Host):
    same = Polite.__dict__["tell_time"]


@pytest.mark.parametrize("agent", [Clockmaker, Reserved, Refusing, TwoClocks])
def test_tool_names_that_collide_are_found(agent):
    """With an event, with LiveKit's own, or with each other."""
    only(flow(cast={**CAST, "hello": agent}), "colliding_tools")


def test_a_carry_for_no_event_is_found():
    """It would never be looked up."""
    only(replace(flow(), carry_over={"go": CarryOver(2), "fly": CarryOver(2)}), "carry_without_event")

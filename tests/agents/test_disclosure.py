"""That a machine speaks, and whose, is the first thing a caller is told, and nothing an agent asks for comes before."""

import asyncio
from dataclasses import replace

import pytest

from agents.service import SERVICE
from agents.support import SUPPORT
from interlock.agents.call.terms import Terms
from interlock.agents.flow import A_MACHINE_SPEAKS, Flow
from interlock.app.check import check
from interlock.app.offline.scripted import Asks, Says
from interlock.app.replay import replay
from interlock.guards.told import told
from interlock.machines.promises import ANY, never
from interlock.testing.typed import on_stage as typed_stage
from machines.service import Service

OFF = Terms(undisclosed=True)


def lines_of(stage):
    return [(each.kind, each.audit["line"]) for each in stage.entries if each.kind.startswith("line.")]


async def test_a_call_begins_with_it(journal, systems):
    """
    The opening comes after it, and what was told is a fact that guards can read.
    """
    async with typed_stage(SUPPORT, journal, systems) as stage:
        assert stage.typed.said[0] == SUPPORT.disclosure
        assert lines_of(stage) == [("line.told", "disclosure")]
        assert told("disclosure")(stage.call.facts, None)


async def test_nothing_an_agent_asks_for_comes_before_it(on_stage):
    """
    Asked for while it is being said: refused by name, and accepted once it is told.
    """
    stage = on_stage()
    stage.mouth.labels = {SUPPORT.disclosure: "disclosure"}
    gate = stage.speaker.until["disclosure"] = asyncio.Event()
    await stage.start(quiet=False)
    await stage.points.reached("disclosure: playing")
    early = await stage.call.propose("escalate")
    assert (early.kind, early.refused_by) == ("guard_false", "disclosure_told")
    gate.set()
    await stage.quiet()
    assert (await stage.call.propose("escalate")).accepted


async def test_nobody_talks_over_it_and_what_they_said_is_answered_after_it(on_stage):
    """
    Once it ended, and once.
    """
    stage = on_stage()
    stage.mouth.labels = {SUPPORT.disclosure: "disclosure"}
    gate = stage.speaker.until["disclosure"] = asyncio.Event()
    await stage.start(quiet=False)
    await stage.points.reached("disclosure: playing")
    stage.ears.hears("Is anybody there?")
    await stage.rounds()
    gate.set()
    await stage.quiet()
    stage.clock.advance(1.0)
    await stage.quiet()
    assert lines_of(stage) == [("line.told", "disclosure")]
    assert stage.answers_to("Is anybody there?") == 1


async def test_leaving_it_out_is_on_record(journal, systems):
    """
    The call goes on without, and a replay knows why.
    """
    async with typed_stage(SUPPORT, journal, systems, terms=OFF) as stage:
        assert SUPPORT.disclosure not in stage.typed.said
        assert lines_of(stage) == [("line.off", "disclosure")]
        await stage.asks("escalate")
        assert stage.state == "person"
        assert replay(journal, "call-1", SUPPORT.machine, SUPPORT.facts) == []


async def test_a_setting_says_it_in_other_words(journal, systems):
    """
    In place of the flow's own.
    """
    async with typed_stage(SUPPORT, journal, systems, terms=Terms(disclosure="I am a machine.")) as stage:
        assert stage.typed.said[0] == "I am a machine."


def test_a_flow_that_does_not_say_it_says_it_in_the_engines_words():
    """
    And none can leave it out: that is for whoever runs it to decide, on record.
    """
    named = next(field for field in Flow.__dataclass_fields__.values() if field.name == "disclosure")
    assert named.default == A_MACHINE_SPEAKS
    with pytest.raises(TypeError, match="support discloses nothing"):
        replace(SUPPORT, disclosure=" ")


async def test_the_next_version_of_a_line_has_to_be_told_anew(journal, systems):
    """
    What the caller heard of the one before is not this one.
    """
    from interlock.agents.speech.lines import SpokenLine

    price = told("price")
    async with typed_stage(SUPPORT, journal, systems) as stage:
        stage.call.lines.say(SpokenLine("price", "It costs ten.", "owed"))
        await stage.typed.rest()
        assert price(stage.call.facts, None)
        stage.call.lines.say(SpokenLine("price", "It costs twenty.", "owed"))
        stage.typed.barge_in()
        await stage.typed.rest()
        assert not price(stage.call.facts, None)


def test_it_is_proven_of_every_chart_of_desks():
    """
    An arrow that does not ask for it is found, with the way that breaks the promise.
    """
    assert str(never(ANY).before(told("disclosure"))) == (
        "never any other state before “The caller was told the disclosure.”"
    )
    assert check(SERVICE) == []


class Interruptible(SERVICE.cast["emergency"]):
    UNBROKEN = False


class Unnamed(SERVICE.cast["emergency"]):
    LINE = ""


@pytest.mark.parametrize(("desk", "wrong"), [(Interruptible, "talk over the opening"), (Unnamed, "LINE =")])
def test_a_safety_line_that_can_be_missed_is_found(desk, wrong):
    """
    Where the chart promises that whoever comes there is told it.
    """
    assert told("leave_the_house").on("emergency") in Service.promises
    found = check(replace(SERVICE, cast={**SERVICE.cast, "emergency": desk}))
    assert [wrong in its.text for its in found if its.code == "unproven_promise"] == [True]


async def test_who_comes_back_is_no_new_caller(journal, systems):
    """
    Neither told again who speaks, nor greeted, nor asked for a name they gave.
    """
    async with typed_stage(SUPPORT, journal, systems) as stage:
        await stage.asks("note_name", {"name": "Anna"})
        await stage.asks("escalate")
        back = Says(calls=(Asks("return_to_desk"),))
        assert await stage.caller("Never mind.", back, Says("Where were we?")) == ["Where were we?"]
        assert stage.state == "greeting"

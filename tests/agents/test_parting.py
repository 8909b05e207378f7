"""A goodbye of the agent's, and the three seconds after it in which the caller may come back."""

import asyncio

import pytest

from agents.support import SUPPORT
from interlock.agents.desks import Farewell
from interlock.agents.speech.parting import GRACE_S, says_goodbye
from interlock.app.offline.scripted import Asks, Says
from interlock.app.project import open_systems
from interlock.testing.typed import on_stage as typed_on_stage

GOODBYE = Says("", (Asks("say_goodbye"),))
BACK = "Wait, there is one more thing."


@pytest.fixture
async def typed(journal):
    """
    A typed support call that was greeted.
    """
    async with typed_on_stage(SUPPORT, journal, open_systems(SUPPORT)) as stage:
        yield stage


async def says_bye(stage):
    """The caller says goodbye, the agent does, and no time passes after it."""
    stage.model.add(GOODBYE)
    return await stage.typed.caller("That is all, goodbye.")


async def test_the_line_is_let_go_three_seconds_after_the_goodbye(typed):
    """
    Not before; and the goodbye is said once.
    """
    said = await says_bye(typed)
    typed.clock.advance(GRACE_S - 0.1)
    await typed.typed.rest()
    assert (said, typed.state, typed.verdicts()) == ([Farewell.OPENING], "greeting", [])
    typed.clock.advance(0.1)
    await typed.typed.rest()
    assert (typed.state, typed.verdicts()) == ("closed", ["say_goodbye accepted"])
    assert typed.typed.said == [Farewell.OPENING]
    assert typed.kinds()[-1] == "call.ended"


async def test_words_in_that_time_bring_the_caller_back_to_the_desk(typed):
    """
    They are answered where the caller was, and nothing moved; another goodbye has three seconds of its own.
    """
    await says_bye(typed)
    typed.clock.advance(GRACE_S - 0.1)
    said = await typed.caller(BACK, Says("Of course, what is it?"))
    typed.clock.advance(GRACE_S)
    await typed.typed.rest()
    assert (said, typed.state, typed.verdicts()) == (["Of course, what is it?"], "greeting", [])
    assert typed.kinds().count("goodbye.taken_back") == 1
    await says_bye(typed)
    await typed.typed.let_grace_pass(typed.clock)
    assert (typed.state, typed.verdicts()) == ("closed", ["say_goodbye accepted"])


async def test_who_says_goodbye_too_has_not_come_back(typed):
    """
    Nobody is kept on the line by their own manners.
    """
    await says_bye(typed)
    await typed.caller("Thank you, bye bye!", GOODBYE)
    assert (typed.state, typed.verdicts()[-1]) == ("closed", "say_goodbye accepted")


async def test_no_goodbye_is_said_over_an_objection(typed):
    """
    The law is asked before a word of it is said.
    """
    said = await typed.caller("No, wait, do not hang up!", GOODBYE, Says("I am still here."))
    assert (said, typed.state, typed.verdicts()) == (["I am still here."], "greeting", ["say_goodbye guard_false"])


async def test_nothing_else_is_done_once_goodbye_is_said(typed):
    """
    Whatever a model asks for in the same breath, or again: it comes too late, on record.
    """
    calls = (Asks("say_goodbye"), Asks("note_name", {"name": "Anna"}), Asks("begin_triage"), Asks("say_goodbye"))
    said = await typed.caller("Bye, said Anna.", Says("", calls))
    assert said == [Farewell.OPENING]
    assert typed.verdicts() == ["begin_triage stale", "say_goodbye stale", "say_goodbye accepted"]


async def test_words_over_the_goodbye_are_answered(on_stage):
    """
    It can be talked over, and then it is taken back.
    """
    stage = on_stage()
    stage.mouth.labels = {Farewell.OPENING.split(". ")[0]: "goodbye", Farewell.OPENING: "goodbye"}
    playing = stage.speaker.until["goodbye"] = asyncio.Event()
    stage.model.lines |= {"Bye.": [GOODBYE], BACK: [Says("Of course, what is it?") for _ in range(2)]}
    await stage.start()
    stage.ears.hears("Bye.")
    await stage.points.reached("goodbye: playing")
    stage.ears.hears(BACK)
    await stage.rounds()
    playing.set()
    await stage.quiet()
    assert (stage.call.state, stage.said[-1]) == ("greeting", "Of course, what is it?")
    assert "goodbye.taken_back" in stage.kinds()


@pytest.mark.parametrize(
    ("words", "bye"),
    [
        ("Bye!", True),
        ("Okay, thank you, good bye.", True),
        ("Thanks, have a nice day, bye-bye.", True),
        ("You too, bye.", True),
        ("Oh, and one more thing.", False),
        ("Thank you, but when will it arrive?", False),
        ("No, wait.", False),
        ("Hello?", False),
        ("", False),
    ],
)
def test_what_is_a_goodbye_of_the_callers(words, bye):
    """
    Thanks and farewells, and nothing else.
    """
    assert says_goodbye(words) is bye

"""A goodbye of the agent's, and the three seconds after it in which the caller may come back."""

import asyncio
import itertools

import pytest

from agents.support import SUPPORT
from interlock.agents.answers.goodbye import says_goodbye
from interlock.agents.desks import Farewell
from interlock.agents.speech.parting import GOODBYE_LIMIT_S, GRACE_S
from interlock.app.offline.scripted import Asks, Says
from interlock.app.project import open_systems
from interlock.testing.points import rounds
from interlock.testing.typed import on_stage as typed_on_stage
from tests.faults.held import HeldJournal, OutageJournal

GOODBYE = Says("", (Asks("say_goodbye"),))
BACK = "Wait, there is one more thing."
NEWCOMER = {"caller_identity": "caller", "caller_sid": "PA_2", "caller_kind": "standard"}


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


@pytest.mark.parametrize("met", ["at once", "late"])
async def test_nobody_is_hung_up_on_by_the_goodbye_of_another(journal, met):
    """
    Who takes the caller's place in that time stays, also while that cannot be put on record yet.
    """
    held = HeldJournal(journal)
    async with typed_on_stage(SUPPORT, journal, open_systems(SUPPORT), writes_to=held) as stage:
        stage.model.add(GOODBYE)
        await stage.typed.caller("That is all, goodbye.")
        if met == "late":
            held.hold("before", "caller.changed")
        stage.call.caller_changed(NEWCOMER)
        await (held.reached.wait() if met == "late" else stage.typed.rest())
        stage.clock.advance(GRACE_S + GOODBYE_LIMIT_S)
        await rounds()
        held.release.set()
        await stage.typed.rest()
        assert not stage.call.parting.under_way
        assert (await stage.caller("Okay, hello.", Says("Who is there?"))) == ["Who is there?"]
        assert (stage.state, "say_goodbye accepted" in stage.verdicts()) == ("greeting", False)


async def test_who_comes_while_a_goodbye_goes_on_record_is_not_told_it(journal):
    """
    It was another caller who wanted to go.
    """
    held = HeldJournal(journal)
    async with typed_on_stage(SUPPORT, journal, open_systems(SUPPORT), writes_to=held) as stage:
        held.hold("before", "goodbye.said")
        stage.model.add(GOODBYE)
        stage.typed.say("That is all, goodbye.")
        await held.reached.wait()
        stage.call.caller_changed(NEWCOMER)
        held.release.set()
        await stage.typed.rest()
        stage.clock.advance(GRACE_S)
        await stage.typed.rest()
        assert Farewell.OPENING not in stage.typed.said
        assert stage.state == "greeting"


async def test_an_operator_who_takes_over_after_a_goodbye_has_the_caller(typed):
    """
    The end was asked for where the call is no more; nobody hangs up, and the desk is not taken to be leaving.
    """
    await says_bye(typed)
    typed.typed.session._update_user_state("speaking")
    assert (await typed.call.propose("take_over", by="operator")).accepted
    await typed.typed.rest()
    assert not typed.call.parting.under_way
    typed.clock.advance(GOODBYE_LIMIT_S)
    await typed.typed.rest()
    assert (typed.state, typed.typed.over.is_set()) == ("person", False)


async def test_a_goodbye_that_never_ends_hangs_up_only_on_record(journal):
    """
    Without a verdict nothing is over, however late it is.
    """
    outage = OutageJournal(journal)
    async with typed_on_stage(SUPPORT, journal, open_systems(SUPPORT), writes_to=outage) as stage:
        stage.model.add(GOODBYE)
        await stage.typed.caller("That is all, goodbye.")
        stage.typed.session._update_user_state("speaking")
        outage.down = True
        stage.clock.advance(GOODBYE_LIMIT_S)
        await stage.typed.rest()
        assert (stage.state, stage.typed.over.is_set()) == ("greeting", False)
        outage.down = False


async def test_words_said_while_a_goodbye_goes_on_record_take_it_back(journal):
    """
    They are answered, and it is never said.
    """
    held = HeldJournal(journal)
    async with typed_on_stage(SUPPORT, journal, open_systems(SUPPORT), writes_to=held) as stage:
        held.hold("before", "goodbye.said")
        stage.model.add(GOODBYE, Says("I am still here."))
        stage.typed.say("That is all, goodbye.")
        await held.reached.wait()
        stage.typed.say("No, wait!")
        await rounds()
        held.release.set()
        await stage.typed.rest()
        stage.clock.advance(GRACE_S)
        await stage.typed.rest()
        assert (stage.typed.said, stage.state, stage.verdicts()) == (["I am still here."], "greeting", [])
        assert "goodbye.taken_back" in stage.kinds()


async def test_a_goodbye_that_cannot_go_on_record_is_not_said(journal):
    """
    And nobody is taken to be leaving: what they say next is answered.
    """
    outage = OutageJournal(journal)
    async with typed_on_stage(SUPPORT, journal, open_systems(SUPPORT), writes_to=outage) as stage:
        outage.down = True
        stage.model.add(GOODBYE, Says("One moment, please."))
        said = await stage.typed.caller("That is all, goodbye.")
        outage.down = False
        assert (said, stage.call.parting.under_way) == (["One moment, please."], False)


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
        ("Okay.", True),
        ("That is all, thanks.", True),
        ("Thank you very much for your help, you have a good evening.", True),
        ("Have a lovely weekend, bye.", True),
        ("Is that okay?", False),
        ("is that okay", False),
        ("Okay, is that for the weekend?", False),
        ("Okay, and that is all right for the weekend?", False),
        ("okay and is that all right for the weekend", False),
        ("Thanks, have you a good day for that?", False),
        ("so that is all right", False),
        ("Bye?", False),
        ("Okay, so", False),
        ("Thank you, and", False),
        ("Okay, for the", False),
    ],
)
def test_what_is_a_goodbye_of_the_callers(words, bye):
    """
    Thanks and farewells, and nothing else.
    """
    assert says_goodbye(words) is bye


FAREWELLS = ["Bye", "Okay, thank you", "That is fine", "Thanks for your help, have a nice day", "Great, take care now"]
INVERTED = ["is that", "is the day", "have you", "have your", "is your weekend"]


@pytest.mark.parametrize("farewell", FAREWELLS)
def test_a_question_is_no_goodbye_whatever_words_it_is_made_of(farewell):
    """
    By its mark, or by its form where a recogniser writes none; nor are words that lead on to more.
    """
    assert says_goodbye(farewell)
    assert not says_goodbye(f"{farewell}?")
    assert not says_goodbye(f"{farewell}\N{FULLWIDTH QUESTION MARK}")
    for asked, after in itertools.product(INVERTED, ("", " okay", " all right")):
        assert not says_goodbye(f"{farewell}. {asked}{after}"), asked
        assert not says_goodbye(f"{farewell} {asked}{after}".replace(",", "").lower()), asked
    for more in ("and", "so", "and the", "for your", "and is"):
        assert not says_goodbye(f"{farewell} {more}"), more

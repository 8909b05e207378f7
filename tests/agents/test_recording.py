"""Whether a call may be recorded is asked where a setting wants it, and recording follows the answer."""

import pytest

from agents.support import SUPPORT
from agents.support.desks import Reception
from interlock.agents.call.recording import AGREED, DECLINED, MAY_WE_RECORD
from interlock.agents.call.terms import Terms
from interlock.app.offline.scripted import Asks, Says
from interlock.testing.typed import on_stage

ASKS = Terms(asks_to_record=True)
ANSWERS = {
    "Yes, please.": "agreed",
    "Sure, go ahead.": "agreed",
    "That is fine.": "agreed",
    "No.": "declined",
    "No, thank you.": "declined",
    "Yes, but not my name.": "declined",
    "Is that right?": "declined",
    "Okay, what for?": "declined",
    "I would rather not.": "declined",
    "My router is broken.": "declined",
}


@pytest.mark.parametrize("words", ANSWERS)
async def test_anything_but_a_plain_yes_is_no_leave_to_record(journal, systems, words):
    """
    On record as what it was taken for, never in words.
    """
    async with on_stage(SUPPORT, journal, systems, terms=ASKS) as stage:
        assert stage.typed.said == [SUPPORT.disclosure, MAY_WE_RECORD.text]
        await stage.caller(words, Says("All right."))
        assert stage.call.facts.recording == ANSWERS[words]
        assert [kind for kind in stage.kinds() if kind in (AGREED, DECLINED)] == [f"recording.{ANSWERS[words]}"]


async def test_the_opening_waits_for_the_answer(journal, systems):
    """
    No model is asked for a plain one, and nobody is asked twice.
    """
    async with on_stage(SUPPORT, journal, systems, terms=ASKS) as stage:
        assert await stage.caller("Yes.") == [Reception.OPENING]
        await stage.asks("escalate")
        said = await stage.caller("Back.", Says(calls=(Asks("return_to_desk"),)), Says("Where were we?"))
        assert said == ["Where were we?"]


async def test_who_says_more_than_that_is_answered(journal, systems):
    """
    What they want is not lost.
    """
    async with on_stage(SUPPORT, journal, systems, terms=ASKS) as stage:
        assert await stage.caller("No, and my bill is wrong.", Says("I see.")) == ["I see."]


async def test_nobody_is_asked_where_no_setting_wants_it(journal, systems):
    """
    The opening comes at once.
    """
    async with on_stage(SUPPORT, journal, systems) as stage:
        assert stage.typed.said[-1] == Reception.OPENING
        assert stage.call.facts.recording is None

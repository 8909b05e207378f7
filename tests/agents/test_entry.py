"""An agent's first word, whatever goes wrong with it."""

from dataclasses import replace

import pytest

from agents.support import SUPPORT
from agents.support.desks import Triage
from interlock.agents.call.farewell import APOLOGY
from interlock.agents.desk import Desk
from interlock.agents.speech.reply import LAST_RESORT
from interlock.app.offline.scripted import Asks, Says
from tests.faults.stage import on_stage


class Speechless(Triage):
    """Has lost its opening."""

    def opening(self):
        raise KeyError("opening")


class SpeechlessEnd(Desk):
    """Has lost its goodbye."""

    def opening(self):
        raise KeyError("opening")


@pytest.mark.parametrize("error", [KeyError, RuntimeError])
async def test_an_opening_that_raises_is_no_silence(journal, systems, error, monkeypatch):
    """
    The caller hears the last resort, and the call goes on.
    """

    def opening(desk):
        raise error("opening")

    monkeypatch.setattr(Speechless, "opening", opening)
    async with on_stage(journal, systems, flow=replace(SUPPORT, cast={**SUPPORT.cast, "triage": Speechless})) as stage:
        stage.typed.said = []
        await stage.to("triage")
        assert stage.typed.said == [LAST_RESORT]
        assert await stage.caller("Hello?", Says("What is wrong?")) == ["What is wrong?"]


async def test_a_last_word_that_raises_still_ends_the_call(journal, systems):
    """
    An apology, and the line is closed.
    """
    flow = replace(SUPPORT, cast={**SUPPORT.cast, "closed": SpeechlessEnd})
    async with on_stage(journal, systems, flow=flow) as stage:
        said = await stage.caller("Bye.", Says(calls=(Asks("say_goodbye"),)))
        assert said == [APOLOGY]
        assert stage.typed.over.is_set()

"""A caller who wants to hear it again, or slower: what is said, and that nothing else comes of it."""

import asyncio

import pytest

from agents.support import SUPPORT
from interlock.agents.caller.silence import STILL_THERE
from interlock.agents.desks import Farewell
from interlock.agents.speech.voice import Voice
from interlock.agents.speech_requests import NOT_SLOWER, SLOWER, SLOWEST, SPEECH_REQUESTS
from interlock.agents.tools import tools_of
from interlock.app.offline.scripted import Asks, Says
from interlock.app.project import FLOWS

GREETING = SUPPORT.cast["greeting"].OPENING
AGAIN, SLOW = Says(calls=(Asks("repeat"),)), Says(calls=(Asks("speak_slower"),))


def _voice(call, kept_lines, slower=None):
    return Voice(call._context, call.providers, call.failures, call.voices, kept_lines, slower)


async def said(stage, words, answer):
    """What the agents say to these words."""
    stage.model.lines[words] = answer
    before = len(stage.said)
    stage.ears.hears(words)
    await stage.until(lambda: len(stage.said) > before)
    await stage.quiet()
    return stage.said[before:]


def able(stage, *, can):
    """Make the voices able to speak slower, or not; the list of those that were asked."""
    asked = []
    stage.call.voice = _voice(stage.call, None, lambda voice: asked.append(voice) or can)
    return asked


async def test_the_last_words_are_said_again_and_no_model_asked_for_others(on_stage):
    """
    Word for word, as often as it is wanted, and the record has nothing new.
    """
    stage = on_stage()
    await stage.start()
    state, lines = stage.call.snapshot, [kind for kind in stage.kinds() if kind != "turn.measured"]
    assert await said(stage, "Pardon?", AGAIN) == [GREETING]
    assert await said(stage, "And once more?", AGAIN) == [GREETING]
    assert len(stage.model.asked) == 2
    assert (stage.call.snapshot, [kind for kind in stage.kinds() if kind != "turn.measured"]) == (state, lines)


async def test_words_cut_short_are_said_again_whole(on_stage):
    """
    The conversation holds only what was heard of them.
    """
    stage, whole = on_stage(), "A long answer, cut short after its beginning."
    stage.mouth.labels[whole] = "long"
    stage.speaker.until["long"] = asyncio.Event()
    await stage.start()
    stage.model.lines["Tell me."] = Says(whole)
    stage.ears.hears("Tell me.")
    await stage.points.reached("long: first frame")
    stage.cough()
    await stage.quiet()
    stage.speaker.until.clear()
    stage.messages[-1].content = ["A long answer"]  # as LiveKit has it where a loudspeaker says how far it got
    assert await said(stage, "What?", AGAIN) == [whole]


async def test_an_opening_nobody_heard_is_said(on_stage):
    """
    The caller spoke before its first sound: what was meant for them is no less the last word.
    """
    stage = on_stage()
    gate = stage.points.gate("greeting: being synthesized")
    stage.mouth.labels = {GREETING: "greeting"}
    await stage.start(quiet=False)
    await stage.points.reached("greeting: being synthesized")
    stage.cough()
    gate.set()
    await stage.quiet()
    assert stage.said == []
    assert await said(stage, "Sorry?", AGAIN) == [GREETING]


async def test_asking_whether_somebody_is_there_is_nothing_to_say_again(on_stage):
    """
    What was asked before it is.
    """
    stage = on_stage()
    await stage.start()
    stage.clock.advance(SUPPORT.silence_s)
    await stage.until(lambda: stage.said[-1] == STILL_THERE)
    await stage.quiet()
    assert await said(stage, "Sorry?", AGAIN) == [GREETING]


async def test_what_was_answered_by_saying_it_again_is_not_answered_twice(on_stage):
    """
    The next agent takes the call over without coming back to it.
    """
    stage = on_stage()
    await stage.start()
    await said(stage, "Pardon?", AGAIN)
    stage.model.lines["Anna."] = Says(calls=(Asks("note_name", {"name": "Anna"}), Asks("begin_triage")))
    stage.ears.hears("Anna.")
    await stage.until(lambda: stage.call.state == "triage")
    await stage.quiet()
    assert stage.answers_to("Pardon?") == 0
    assert not any("Pardon?" in words for words in stage.said)
    stage.assert_agrees()


async def test_every_voice_of_the_call_is_slowed_once(on_stage):
    """
    Those of single roles too; a caller who asks again hears that this is all.
    """
    stage = on_stage()
    asked = able(stage, can=True)
    stage.call.voices["billing"] = stage.mouth.__class__(stage.points)
    await stage.start()
    assert await said(stage, "Slower, please.", SLOW) == [f"{SLOWER} {GREETING}"]
    assert asked == [stage.mouth, stage.call.voices["billing"]]
    assert await said(stage, "Still slower!", SLOW) == [f"{SLOWEST} {GREETING}"]
    assert await said(stage, "Pardon?", AGAIN) == [GREETING]
    assert len(asked) == 2


async def test_a_voice_that_knows_one_speed_says_so(on_stage):
    """
    And says its last words again: the least that helps.
    """
    stage = on_stage()
    able(stage, can=False)
    await stage.start()
    assert await said(stage, "Slower, please.", SLOW) == [f"{NOT_SLOWER} {GREETING}"]


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
def test_every_desk_has_them_but_the_last(flow):
    """
    Who says goodbye hangs up: nobody is there to hear it again.
    """
    for desk in flow.cast.values():
        assert (set(tools_of(desk)) >= SPEECH_REQUESTS) is not issubclass(desk, Farewell)

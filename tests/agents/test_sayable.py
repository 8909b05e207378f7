"""What of a model's answer a caller hears: no tool syntax, no thoughts, no markup, and no effect that never was."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.agents.speech.reply import LAST_RESORT
from interlock.agents.speech.sayable import NOT_CONFIRMED, WORDS_HELD, Sayable
from interlock.app.offline.scripted import Asks, Says
from tests.faults.stage import on_stage

LONG = "Well we are open from nine to six on Monday and you may call any day"
NAMES = frozenset({"escalate", "note_name", "book_callback"})
SPOKEN = [
    ('functions.escalate({"reason": "caller asked"}) ', ""),
    ('<tool_call>{"name": "escalate", "arguments": {}}</tool_call>', ""),
    ("<think>They are angry. I should escalate.</think>One moment.", "One moment."),
    ("<thinking>Hm, {a} < b.</thinking>\nHello Anna.", "Hello Anna."),
    ('One moment. escalate {"reason": "asked"}', "One moment."),
    ('One moment.\n```json\n{"name": "escalate"}\n```', "One moment."),
    ("escalate()", ""),
    ('note_name(name="Anna") Thank you.', "Thank you."),
    ('[TOOL_CALLS][{"name": "note_name", "arguments": {"name": "Anna (Miss)"}}]', ""),
    ("Action: escalate\nAction Input: none\nOne moment.", "One moment."),
    ("I will use note_name now. Thank you.", "Thank you."),
    ('{"name": "escalate", "arguments": {"reason": "unfinished', ""),
    ("Hello. <tool_call>escalate", "Hello."),
    ("We open on **Monday**, at **ten**. Bye.", "We open on Monday, at ten. Bye."),
    ("# Hours\n- `Monday`\n- [Tuesday](https://example.com)", "Hours\nMonday\nTuesday"),
    ("Your item(s) cost 5 to 6 (six) euros, see anna_k@example.com.",) * 2,
    ("It costs 12.50. Shall I go on?",) * 2,
    ("At Mr. Miller's, no. 5, at 3 p.m. then.",) * 2,
]


def spoken(text: str, cuts: list[int] | None = None, *, true: bool = False) -> str:
    answer, pieces = Sayable(NAMES, lambda claim: true), []
    at = [0, *sorted(cuts or []), len(text)]
    for first, last in pairwise(at):
        pieces.append(answer.feed(text[first:last]))
    return ("".join(pieces) + answer.end()).strip()


@pytest.mark.parametrize(("text", "heard"), SPOKEN)
def test_only_what_is_for_the_caller_is_spoken(text, heard):
    """
    Whatever a model writes around it.
    """
    assert spoken(text) == heard


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_it_makes_no_difference_where_a_stream_is_cut(data):
    """
    Models send a few letters at a time.
    """
    text, heard = data.draw(st.sampled_from(SPOKEN))
    assert spoken(text, data.draw(st.lists(st.integers(0, len(text)), max_size=12))) == heard


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(LONG.split()), max_size=40))
def test_no_more_than_the_last_words_are_held(words):
    """
    A long sentence is on its way to the voice before it is whole.
    """
    answer, said = Sayable(NAMES, lambda claim: False), ""
    for word in words:
        said += answer.feed(f"{word} ")
    assert len(" ".join(words).split()) - len(said.split()) <= WORDS_HELD
    assert f"{said}{answer.end()}".split() == words


def test_a_claim_is_spoken_where_it_is_true():
    """
    And left out where it is not, whatever stands before and after it.
    """
    text = "Thank you, Anna. I have refunded 19.90 to your card. Is there anything else?"
    assert spoken(text, true=True) == text
    assert spoken(text) == "Thank you, Anna. Is there anything else?"


async def test_what_never_was_is_not_said(journal, systems):
    """
    The record names the kinds of what was held back, and none of the words.
    """
    said = "I have refunded 19.90 to your card and I am transferring you to a manager now."
    async with on_stage(journal, systems) as stage:
        assert await stage.caller("I want my money back.", Says(said)) == [NOT_CONFIRMED]
        assert stage.last("words.held_back") == {"claims": ["refund", "transfer"], "state": "greeting"}


async def test_what_came_of_it_may_be_said(journal, systems):
    """
    Before a refund was paid nobody says it was; after it, they may.
    """
    claim = "I have refunded ten euros to your card."
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        assert await stage.caller("Did you?", Says(claim)) == [NOT_CONFIRMED]
        await stage.caller("Refund ten.", Says(calls=(Asks("refund", {"amount_cents": 1000}),)))
        assert "refund_paid accepted" in stage.verdicts()
        assert await stage.caller("And did you?", Says(claim)) == [claim]
        assert await stage.caller("Put me through.", Says("I am transferring you now.")) == [NOT_CONFIRMED]


async def test_an_answer_of_nothing_but_tool_syntax_is_none(journal, systems):
    """
    The caller is asked again, and hears none of it.
    """
    async with on_stage(journal, systems) as stage:
        assert await stage.caller("A person!", Says('functions.escalate({"reason": "asked"})')) == [LAST_RESORT]

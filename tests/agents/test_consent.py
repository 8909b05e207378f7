"""What is irreversible is done on the caller's yes to exactly that, once, and on nothing else."""

import pytest

from agents.booking import BOOKING
from interlock.app.project import open_systems
from interlock.testing import Asks, Says, typed
from tests.faults.stage import on_stage

TWENTY = {"amount_cents": 2000}
REFUND = Says(calls=(Asks("refund", TWENTY),))
ASKED = "That is 20 back for order 1042. Shall I pay that back?"


def consent(stage):
    """How the caller stood to what was proposed last, as it is on record."""
    proposed = (e.private["args"] for e in reversed(stage.entries) if e.kind.startswith("transition."))
    return next(args["consent"] for args in proposed if "consent" in args)


async def refused(stage, words, *, answer="All right.", ask=False):
    """A refund proposed on these words and refused; what was said. `ask`: the caller is asked for a yes instead."""
    said = await stage.caller(words, REFUND, *(() if ask else (Says(answer),)))
    assert stage.last("transition.refused")["refused_by"] == "agreed"
    assert (stage.state, stage.call.facts.last_refund) == ("billing", None)
    return said


@pytest.fixture
async def billing(journal, systems):
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        await stage.caller("Twenty euros of it are wrong, or thirty.", Says("I see."))
        yield stage


@pytest.mark.parametrize(
    ("words", "stands"),
    [
        ("No refund, please, I only want to know why.", "no"),
        ("Did you refund the twenty?", "question"),
        ("did you refund it", "question"),
        ("What would it cost?", "question"),
        ("I don't want you to refund it.", "no"),
    ],
)
async def test_no_money_moves_over_a_no_or_a_question(billing, words, stands):
    """The model answers it, and nobody is asked for a yes."""
    assert await refused(billing, words) == ["All right."]
    assert consent(billing) == stands


@pytest.mark.parametrize("words", ["Twenty euros.", "Okay.", "Yes.", "Hm, well.", "I paid twenty euros for it."])
async def test_who_was_not_asked_is_asked_in_our_words(billing, words):
    """With what would be done, to the last value; their yes to that does it."""
    assert await refused(billing, words, ask=True) == [ASKED]
    await billing.caller("Yes, please.", REFUND)
    assert (consent(billing), billing.call.facts.last_refund) == ("agreed", "paid")


@pytest.mark.parametrize(
    "words", ["Please refund twenty euros.", "I want a refund of twenty.", "It does not work, give me my money back."]
)
async def test_a_plain_request_is_a_yes(billing, words):
    """Nobody is asked whether they want what they ask for."""
    await billing.caller(words, REFUND)
    assert (consent(billing), billing.call.facts.last_refund) == ("requested", "paid")


async def test_one_yes_is_good_for_one_thing(billing):
    """A model that asks again on the same words, or on a question about it, pays nothing more."""
    await refused(billing, "Twenty.", ask=True)
    await billing.caller("Yes.", REFUND)
    left = billing.call.facts.order_paid_cents
    await billing.caller("Sorry, did you refund the twenty?", REFUND, Says("Yes."))
    await billing.caller("Okay, thanks.", REFUND)
    assert billing.call.facts.order_paid_cents == left


async def test_a_yes_to_other_values_is_none(billing):
    """What was asked about was twenty."""
    await refused(billing, "Twenty.", ask=True)
    said = await billing.caller("Yes.", Says(calls=(Asks("refund", {"amount_cents": 3000}),)))
    assert (consent(billing), said) == ("changed", ["That is 30 back for order 1042. Shall I pay that back?"])


async def test_a_yes_to_another_question_is_none(billing):
    """Of the model's own, asked since."""
    await refused(billing, "Twenty.", ask=True)
    await billing.caller("Which order?", Says("Order 1042. Shall I spell the name of the product?"))
    await refused(billing, "Yes, please.", ask=True)
    assert consent(billing) == "unasked"


async def test_the_same_question_in_a_models_words_is_still_ours(billing):
    """It names the act, and the values were told."""
    await refused(billing, "Twenty.", ask=True)
    await billing.caller("How long does it take?", Says("Three days. Shall I pay it back?"))
    await billing.caller("Yes.", REFUND)
    assert billing.call.facts.last_refund == "paid"


async def test_a_yes_goes_stale(billing):
    """After a few turns about something else."""
    await refused(billing, "Twenty.", ask=True)
    await billing.caller("Yes.", Says("One moment."))
    for _ in range(4):
        await billing.caller("My router is the grey one.", Says("I see."))
    await refused(billing, "And the cable is blue.", ask=True)


async def test_an_objection_takes_a_yes_back(billing):
    """Before it was used."""
    await refused(billing, "Twenty.", ask=True)
    await billing.caller("Yes.", Says("One moment."))
    await refused(billing, "No, wait, do not refund it.")


async def test_a_yes_stands_while_a_name_and_a_number_are_asked_for(journal):
    """They are no other answer to it."""
    async with typed.on_stage(BOOKING, journal, open_systems(BOOKING), call_id="call-1") as stage:
        look = Asks("look_for_times", {"time": "2026-03-03T10:00"})
        await stage.caller("Tuesday at ten.", Says(calls=(look,)), Says(calls=(Asks("find_time"),)))
        await stage.caller("Yes, hold it.", Says(calls=(Asks("hold_time"),)))
        assert stage.state == "deciding"
        await stage.caller("Yes.", Says(calls=(Asks("book"),)), Says("May I have your name, please?"))
        noted = Says(calls=(Asks("note_name", {"name": "Anna"}),))
        await stage.caller("Anna.", noted, Says(calls=(Asks("book"),)), Says("Which number can we reach you on?"))
        noted = Says(calls=(Asks("note_phone", {"phone": "0301234567"}),))
        await stage.caller("030 1234567.", noted, Says(calls=(Asks("book"),)))
        assert stage.state == "confirmation"


async def test_a_record_tells_what_was_asked_and_how_it_was_answered(billing):
    """By event, version and answer; no word of the caller's."""
    await refused(billing, "Twenty.", ask=True)
    await billing.caller("Yes.", REFUND)
    asked, answered = billing.last("question.asked"), billing.last("question.answered")
    assert (asked["event"], answered["event"], answered["answer"]) == ("refund", "refund", "yes")
    assert asked["version"] == answered["version"]


UNCLEAR = "Hm, maybe."
PLAINER = "Please say yes or no. Shall I pay that back?"
WITH_KEYS = "Please say yes or no, or press 1 for yes and 2 for no. Shall I pay that back?"


async def test_who_answers_unclearly_is_asked_in_plainer_words_and_then_offered_a_person(billing):
    """A yes to the plainer question is a yes to the same thing."""
    await refused(billing, "Twenty.", ask=True)
    assert await refused(billing, UNCLEAR, ask=True) == [PLAINER]
    await billing.caller("Yes.", REFUND)
    assert (consent(billing), billing.call.facts.last_refund) == ("agreed", "paid")


async def test_who_never_answers_clearly_is_offered_a_person(billing):
    """Nothing is done, and nobody is asked for ever."""
    await refused(billing, "Twenty.", ask=True)
    await refused(billing, UNCLEAR, ask=True)
    await billing.caller(UNCLEAR, REFUND, REFUND, Says("I see."))
    assert (billing.state, billing.call.facts.last_refund) == ("offer", None)


@pytest.mark.parametrize(("key", "stands", "came"), [("1", "agreed", "paid"), ("2", "no", None)])
async def test_a_key_of_a_telephone_answers_the_question_told_last(billing, key, stands, came):
    """It is as good as the word, once: the same key again pays nothing more."""
    await billing.call.establish(caller_kind="sip")
    await refused(billing, "Twenty.", ask=True)
    assert await refused(billing, UNCLEAR, ask=True) == [WITH_KEYS]
    billing.model.add(REFUND, Says("I see."))
    billing.call.keypad.pressed(key)
    await billing.typed.rest()
    assert (consent(billing), billing.call.facts.last_refund) == (stands, came)
    assert billing.last("key.pressed") == {"key": key}
    billing.model.script.clear()
    assert billing.call.keypad.pressed("1") is None or stands == "no"


@pytest.mark.parametrize("key", ["1", "2", "5", "#"])
async def test_a_key_that_answers_no_question_says_nothing(billing, key):
    """It may be part of a number: it is no word, and goes on no record."""
    assert billing.call.keypad.pressed(key) is None
    await refused(billing, "Twenty.", ask=True)
    assert key in "12" or billing.call.keypad.pressed(key) is None
    assert "key.pressed" not in billing.kinds()

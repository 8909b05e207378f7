"""What is irreversible is done on the caller's yes to exactly that, once, and on nothing else."""

import pytest
from livekit.agents import UserInputTranscribedEvent

from agents.booking import BOOKING
from interlock.agents.caller.keypad import ALONE_S
from interlock.app.project import open_systems
from interlock.testing import Asks, Says, typed
from tests.faults.stage import on_stage

TWENTY = {"amount_cents": 2000}
REFUND = Says(calls=(Asks("refund", TWENTY),))
ASKED = "That is 20 euros back for order 1042. Shall I pay that back?"


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
    assert (consent(billing), said) == ("changed", ["That is 30 euros back for order 1042. Shall I pay that back?"])


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


@pytest.fixture
async def with_keys(billing):
    """
    A caller by telephone, who was asked whether to pay 20 euros back.
    """
    await billing.call.establish(caller_kind="sip")
    await refused(billing, "Twenty.", ask=True)
    yield billing
    billing.model.script.clear()


async def press(stage, *keys, wait=0.0):
    """These keys, so many seconds after another, and then none for as long as an answer has to be alone."""
    for key in keys:
        stage.clock.advance(wait)
        stage.call.keypad.pressed(key)
        await stage.typed.rest()
    stage.clock.advance(ALONE_S)
    await stage.typed.rest()


@pytest.mark.parametrize(("key", "stands", "came"), [("1", "agreed", "paid"), ("2", "no", None)])
async def test_a_key_of_a_telephone_answers_the_question_told_last(with_keys, key, stands, came):
    """It is as good as the word, once: the same key again pays nothing more."""
    assert await refused(with_keys, UNCLEAR, ask=True) == [WITH_KEYS]
    with_keys.model.add(REFUND, Says("I see."))
    await press(with_keys, key)
    assert (consent(with_keys), with_keys.call.facts.last_refund) == (stands, came)
    assert with_keys.last("key.pressed") == {"key": key}
    with_keys.model.script.clear()
    await press(with_keys, "1")
    assert with_keys.kinds().count("key.pressed") == 1 or stands == "no"


@pytest.mark.parametrize("keys", ["1043", "0171", "31", "12", "11", "1#"])
async def test_a_key_among_others_is_part_of_a_number_and_answers_nothing(with_keys, keys):
    """Whichever of them comes first or last, and each a second after the one before."""
    with_keys.model.add(REFUND)
    await press(with_keys, *keys, wait=1.0)
    assert "key.pressed" not in with_keys.kinds()
    assert (with_keys.state, with_keys.call.facts.last_refund) == ("billing", None)


async def test_a_key_after_a_number_answers_once_it_is_alone(with_keys):
    """What was keyed before it is past by then."""
    await press(with_keys, "1", "0", "4", "2")
    with_keys.model.add(REFUND)
    await press(with_keys, "1", wait=0.1)
    assert (consent(with_keys), with_keys.call.facts.last_refund) == ("agreed", "paid")


async def test_a_key_waits_until_it_was_alone_and_no_longer(with_keys):
    """And then it answers once, however long the call goes on."""
    with_keys.model.add(REFUND, Says("I see."))
    with_keys.call.keypad.pressed("1")
    with_keys.clock.advance(ALONE_S - 0.1)
    await with_keys.typed.rest()
    assert "key.pressed" not in with_keys.kinds()
    with_keys.clock.advance(0.1)
    await with_keys.typed.rest()
    with_keys.clock.advance(10 * ALONE_S)
    await with_keys.typed.rest()
    assert with_keys.kinds().count("key.pressed") == 1
    assert with_keys.call.facts.last_refund == "paid"


async def test_a_key_counts_for_nothing_once_the_caller_spoke(with_keys):
    """Their words are the answer, also while they are only beginning to be understood."""
    with_keys.call.keypad.pressed("1")
    await refused(with_keys, "No, wait.")
    await press(with_keys)
    assert "key.pressed" not in with_keys.kinds()


async def test_a_key_counts_for_nothing_once_words_begin(with_keys):
    """A no that is still being understood comes before a yes that was not done yet; noise without words is none."""
    for words, counts in (("No, w", 0), ("", 1)):
        with_keys.model.add(REFUND)
        with_keys.call.keypad.pressed("1")
        with_keys.typed.session.emit(
            "user_input_transcribed", UserInputTranscribedEvent(transcript=words, is_final=False)
        )
        await press(with_keys)
        assert with_keys.kinds().count("key.pressed") == counts


@pytest.mark.parametrize("by", ["an operator", "a newcomer"])
async def test_a_key_counts_for_nothing_once_its_question_is_past(with_keys, by):
    """The call went on, or somebody else is there, who pressed no key."""
    with_keys.call.keypad.pressed("1")
    if by == "an operator":
        await with_keys.call.propose("take_over", by="operator")
    else:
        with_keys.call.caller_changed({"caller_sid": "PA_2"})
    await press(with_keys)
    await with_keys.typed.rest()
    assert "key.pressed" not in with_keys.kinds()


@pytest.mark.parametrize("key", ["1", "2", "5", "#"])
async def test_a_key_that_answers_no_question_says_nothing(billing, key):
    """It may be part of a number: it is no word, and goes on no record."""
    await press(billing, key)
    await refused(billing, "Twenty.", ask=True)
    await press(billing, *([] if key in "12" else [key]))
    assert "key.pressed" not in billing.kinds()

"""A yes that comes before its question was heard to its end: asked again, and no failure of the caller's."""

import asyncio

import pytest

from agents.booking import BOOKING
from agents.support import SUPPORT
from interlock.agents.call.failure_budget import EARLY_YESES, REFUSALS_OF_ONE_EVENT
from interlock.app.offline.scripted import Asks, Says
from interlock.app.project import open_systems
from interlock.testing.spoken import SpokenStage
from tests.agents.test_odd_answers import ASKED, PLAINER, TO_BILLING
from tests.agents.test_owed_lines import TO_HELD
from tests.faults.stage import on_stage

REFUND = Says("", (Asks("refund", {"amount_cents": 2000}),))
OTHER = Says("", (Asks("refund", {"amount_cents": 3000}),))
ASKS_OTHER = "That is 30 euros back for order 1042. Shall I pay that back?"
LABELS = {
    "That is 20 euros back for order 1042.": "question",
    ASKED: "question",
    "Please say yes or no.": "plainer",
    PLAINER: "plainer",
    "That is 30 euros back for order 1042.": "other",
    ASKS_OTHER: "other",
}


@pytest.fixture
async def billing(journal):
    """
    A spoken call in which nobody asked yet whether to pay back twenty, and every word makes the model ask for it.
    """
    stage = SpokenStage(SUPPORT, journal, open_systems(SUPPORT))
    stage.mouth.labels = LABELS
    stage.model.lines |= {words: list(answers) for words, answers in TO_BILLING.items()}
    await stage.start()
    for words in [*TO_BILLING][:-1]:
        stage.ears.hears(words)
        await stage.quiet()
    assert stage.call.state == "billing"
    yield stage
    await stage.close()


def talks_over(stage, label, *words):
    """Each time the line is played the caller says the next of these over it, and then lets it play."""
    left = list(words)

    def speak():
        if left:
            stage.ears.hears(left.pop(0))

    stage.points.when(f"{label}: playing", speak)


def consents(stage, event="refund"):
    """How the caller stood to what was asked for, one time after another."""
    return [e.audit["consent"] for e in stage.entries if e.audit.get("event") == event and "consent" in e.audit]


async def hears_all(stage, words):
    """Say this, and let time pass until all that is owed was said."""
    stage.ears.hears(words)
    await stage.quiet()
    for _ in range(4):
        stage.clock.advance(2.0)
        await stage.quiet()


@pytest.mark.parametrize("early", [1, 2])
async def test_who_says_yes_too_early_is_asked_again_and_their_good_yes_counts(billing, early):
    """
    Nobody is sent to a person because they were quick.
    """
    billing.model.lines |= {"Twenty.": [REFUND], "Yes, that is right.": [REFUND] * 4, "Yes, please.": [REFUND] * 2}
    talks_over(billing, "question", *["Yes, that is right."] * early)
    await hears_all(billing, "Twenty.")
    assert (consents(billing), billing.call.state) == (["unasked", *["early"] * early], "billing")
    assert billing.call.facts.last_refund is None
    await hears_all(billing, "Yes, please.")
    assert (consents(billing)[-1], billing.call.facts.last_refund) == ("agreed", "paid")
    assert "refused_thrice" not in str(billing.entries)


async def test_a_yes_to_an_opening_that_asks_is_too_early_over_it(journal):
    """
    Whoever put the question, in whatever line.
    """
    stage = SpokenStage(BOOKING, journal, open_systems(BOOKING))
    stage.model.lines |= {words: list(answers) for words, answers in TO_HELD.items()}
    stage.model.lines["Yes, please."] = [Says("", (Asks("book"),)) for _ in range(3)]
    stage.mouth.labels = {"I am holding Tuesday, 3 March at 10:00 for you for 3 minutes.": "held"}
    await stage.start()
    stage.ears.hears("Tuesday.")
    await stage.quiet()
    stage.points.arm("held: playing", lambda: stage.ears.hears("Yes, please."))
    stage.ears.hears("Hold it.")
    await stage.quiet()
    assert (set(consents(stage, "book")), stage.call.state) == ({"early"}, "deciding")
    await stage.close()


@pytest.mark.parametrize(("words", "came"), [("Yes.", "paid"), ("No.", None), ("No, wait.", None)])
async def test_a_question_that_was_heard_can_be_answered_while_it_is_said_again(billing, words, came):
    """
    What they say after its end is the answer to it; what of it was to be said again is owed no more.
    """
    billing.model.lines |= {"Twenty.": [REFUND], "Hm, maybe.": [REFUND], words: [REFUND] * 2}
    await hears_all(billing, "Twenty.")
    playing = billing.speaker.until["plainer"] = asyncio.Event()
    billing.points.arm("plainer: playing", lambda: billing.ears.hears(words))
    billing.ears.hears("Hm, maybe.")
    await billing.points.reached("plainer: playing")
    await billing.rounds()
    playing.set()
    await hears_all(billing, "Hm.")
    assert billing.call.facts.last_refund == came
    assert came is None or not any("I was saying" in line for line in billing.said)


async def test_a_yes_over_a_question_about_other_values_agrees_to_neither(billing):
    """
    Neither to what is being asked, nor to what was asked before.
    """
    billing.model.lines |= {"Twenty.": [REFUND], "Thirty.": [OTHER], "Yes.": [OTHER, REFUND]}
    await hears_all(billing, "Twenty.")
    talks_over(billing, "other", "Yes.")
    await hears_all(billing, "Thirty.")
    assert billing.call.facts.last_refund is None


async def test_who_is_too_early_for_ever_gets_a_person(journal, systems):
    """
    It is no failure, and no loop either.
    """
    early = {"amount_cents": 1990, "consent": "early"}
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        for _ in range(EARLY_YESES + REFUSALS_OF_ONE_EVENT - 1):
            await stage.call.propose("refund", early)
            assert stage.state == "billing"
        await stage.call.propose("refund", early)
        await stage.typed.rest()
        assert stage.state == "offer"

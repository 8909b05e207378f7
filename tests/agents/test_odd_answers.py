"""Answers as people give them: in two pieces, twice, in a language of their own. None of them is a yes by accident."""

import pytest

from agents.support import SUPPORT
from interlock.agents.speech.asking import Said, read_answer
from interlock.app.offline.scripted import Asks, Says
from interlock.app.project import open_systems
from interlock.testing.spoken import SpokenStage
from tests.faults.stage import on_stage

REFUND = Says("", (Asks("refund", {"amount_cents": 2000}),))
ASKED = "That is 20 euros back for order 1042. Shall I pay that back?"
PLAINER = "Please say yes or no. Shall I pay that back?"
TO_BILLING = {
    "I am Anna, and paid twenty too much.": [
        Says("", (Asks("note_name", {"name": "Anna"}), Asks("note_issue", {"category": "billing"}))),
        Says("I see."),
    ],
    "4471, 80331.": [
        Says("", (Asks("verify_caller", {"account_number": "4471", "postcode": "80331"}), Asks("begin_triage")))
    ],
    "Billing.": [Says("", (Asks("route_to_billing"),))],
    "1042, and twenty too much.": [Says("", (Asks("find_order", {"order_number": "1042"}),)), Says("Twenty?")],
    "Twenty.": [REFUND],
}


@pytest.fixture
async def asked(journal):
    """
    A spoken call in which the caller was just asked whether twenty is to be paid back.
    """
    stage = SpokenStage(SUPPORT, journal, open_systems(SUPPORT))
    stage.model.lines |= {words: list(answers) for words, answers in TO_BILLING.items()}
    await stage.start()
    for words in TO_BILLING:
        stage.ears.hears(words)
        await stage.quiet()
    assert (stage.call.state, stage.said[-1]) == ("billing", ASKED)
    yield stage
    await stage.close()


@pytest.mark.parametrize(
    ("pieces", "paid"),
    [
        (("Yes,", "please."), True),
        (("Yes,", "but not twenty, only ten."), False),
        (("Yes.", "No, wait."), False),
        (("No.", "Yes, please."), False),
        (("Yes please,", "and no."), False),
    ],
)
async def test_an_answer_in_two_pieces_is_one_answer(asked, pieces, paid):
    """
    What takes it back counts as much as what comes first, and the two are judged together.
    """
    whole = " ".join(pieces)
    asked.model.lines |= {words: [REFUND for _ in range(3)] for words in (whole, pieces[1])}
    for words in pieces:
        asked.ears.hears(words)
    await asked.quiet()
    assert (asked.call.facts.last_refund == "paid") is paid
    assert sum(e.kind == "transition.accepted" and e.audit["event"] == "refund" for e in asked.entries) == paid


@pytest.mark.parametrize("words", ["Ja, bitte.", "Ja.", "Oui.", "S\N{LATIN SMALL LETTER I WITH ACUTE}, claro.", "Da."])
async def test_an_answer_in_another_language_is_not_clear(journal, systems, words):
    """
    Nothing is done on it; the caller is asked for a yes or a no, and theirs does it.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        await stage.caller("Twenty of it are wrong.", REFUND)
        assert await stage.caller(words, REFUND) == [PLAINER]
        assert (stage.call.facts.last_refund, stage.last("transition.refused")["consent"]) == (None, "unclear")
        await stage.caller("Yes.", REFUND)
        assert stage.call.facts.last_refund == "paid"


@pytest.mark.parametrize("words", ["Nein, danke.", "Non merci.", "No, gracias.", "Yes, no.", "No. Yes, please."])
@pytest.mark.parametrize("kind", ["offer", "removal", "check", "danger"])
def test_what_is_half_a_no_or_a_foreign_one_is_no_yes(words, kind):
    """
    To any kind of question.
    """
    assert read_answer(Said(words, words, "m"), kind, ()) != "yes"

"""Where an order is, only whose order it is is told: nobody learns from us which orders there are."""

import pytest

from agents.support.desks import NOT_VERIFIED, NOT_YOURS
from app.business import open_support_systems
from interlock.app.offline.scripted import Asks, Says
from tests.faults.stage import ACCOUNT, on_stage

THEIRS, ANOTHERS, NONE = "1042", "2001", "9999"
EVERY_NUMBER = ("1041", "1042", "1043", "2002", "3007", "9999")


async def answers(stage, *numbers):
    """What the caller's look-ups find, one turn each."""
    found = []
    for number in numbers:
        stage.model.add(Says(calls=(Asks("order_status", {"order_number": number}),)), Says("Well."))
        await stage.typed.caller(f"Where is order {number}?")
        outputs = [its for its in stage.typed.session.history.items if its.type == "function_call_output"]
        found.append(outputs[-1].output.split(" | ")[0])
    return found


async def test_nobody_unverified_learns_which_orders_there_are(journal):
    """Whatever number is asked for, the answer is the same: who is calling?"""
    async with on_stage(journal, open_support_systems()) as stage:
        assert set(await answers(stage, *EVERY_NUMBER)) == {NOT_VERIFIED}


async def test_a_verified_caller_learns_of_their_orders_and_of_no_others(journal):
    """Another account's order and none at all are told in the same words."""
    async with on_stage(journal, open_support_systems()) as stage:
        await stage.call.establish(**ACCOUNT)
        theirs, anothers, none = await answers(stage, THEIRS, ANOTHERS, NONE)
        assert theirs == "Your order is delivered."
        assert anothers == none == NOT_YOURS


@pytest.mark.parametrize("known", [{"account_id": "4471"}, {"account_found": True, "account_id": "4471"}])
async def test_an_account_that_was_not_proven_opens_nothing(known, journal):
    """Knowing an account's number is not being its holder."""
    async with on_stage(journal, open_support_systems()) as stage:
        await stage.call.establish(**known)
        assert await answers(stage, THEIRS) == [NOT_VERIFIED]


async def test_who_fails_to_prove_another_account_learns_nothing_more_of_the_first(journal):
    """The proof that counts is the last one."""
    async with on_stage(journal, open_support_systems()) as stage:
        await stage.call.establish(**ACCOUNT)
        verify = Asks("verify_caller", {"account_number": "5520", "postcode": "80331"})
        await stage.caller("Now account 5520, postcode 80331.", Says(calls=(verify,)), Says("No."))
        assert await answers(stage, THEIRS) == [NOT_VERIFIED]

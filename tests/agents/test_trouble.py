"""Turns that come to nothing: a bounded number of them, then a person (I7)."""

from dataclasses import replace

import pytest

from agents.service import SERVICE
from app.business.service import open_service_systems
from interlock.agents.call.failure_budget import FRUITLESS_TURNS
from interlock.app.offline.scripted import Asks, Says
from tests.faults.stage import on_stage

SORRY = Says("Sorry, once more?")


class DownAccounts:
    """Accounts that do not answer."""

    async def verify(self, account_number, postcode):
        raise RuntimeError("down")


def look_up():
    return Asks("verify_caller", {"account_number": "4471", "postcode": "80331"})


ASKED = {
    "refused": lambda n: Asks(("begin_triage", f"teleport{n}")[n % 2]),
    "malformed": lambda n: Asks("note_name", raw='{"name": '),
    "wrong arguments": lambda n: Asks("note_name", {"surname": "x"}),
    "failing": lambda n: look_up(),
    "mixed": lambda n: (Asks("begin_triage"), Asks("note_name", raw="{"), look_up())[n % 3],
}


async def turns(stage, asked, count):
    for n in range(count):
        await stage.caller("Well.", Says(calls=(asked(n),)), SORRY)


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
async def test_turns_in_which_nothing_works_offer_a_person(journal, systems, asked):
    """
    Refused under changing names, never understood, or with a system down: six turns, and no more.
    """
    async with on_stage(journal, replace(systems, accounts=DownAccounts())) as stage:
        await turns(stage, asked, FRUITLESS_TURNS - 1)
        assert stage.state == "greeting"
        await turns(stage, asked, 1)
        assert stage.state == "offer"
        assert stage.verdicts()[-1] == "refused_thrice accepted"


async def test_one_thing_that_works_starts_the_count_again(journal, systems):
    """
    A look-up or an accepted proposal in between is a call that goes on.
    """
    async with on_stage(journal, systems) as stage:
        for _ in range(3):
            await turns(stage, ASKED["malformed"], FRUITLESS_TURNS - 1)
            await turns(stage, lambda n: Asks("note_name", {"name": "Anna"}), 1)
        assert stage.state == "greeting"


async def test_many_bad_calls_in_one_turn_are_one_bad_turn(journal, systems):
    """
    A model that stutters costs the caller nothing.
    """
    async with on_stage(journal, systems) as stage:
        calls = tuple(Asks("note_name", raw=f'{{"name": {n}') for n in range(20))
        await stage.caller("Well.", Says(calls=calls), SORRY)
        assert stage.kinds().count("proposal.malformed") == 20
        assert stage.state == "greeting"


async def test_refusals_for_one_reason_after_the_other_are_a_call_that_gets_on(journal):
    """
    What one guard wanted is there when the next one refuses; only the same one three times offers a person.
    """
    known = ({"appliance": "fridge"}, {"fault": "dead"}, {"postcode": "10115"})
    async with on_stage(journal, open_service_systems(), flow=SERVICE) as stage:
        await stage.call.claim(caller_name="Anna")
        await stage.asks("gather")
        for fact in known:
            await turns(stage, lambda n: Asks("find_specialist"), 1)
            await stage.call.claim(**fact)
        await turns(stage, lambda n: Asks("find_specialist"), 2)
        assert stage.state == "gathering"
        await turns(stage, lambda n: Asks("find_specialist"), 1)
        assert stage.state == "offer"

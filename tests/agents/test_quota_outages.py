"""A try that our systems did not answer is given back: an outage of ours locks nobody out, and buys no guess."""

import asyncio

import pytest

from agents.booking import BOOKING
from agents.intake import INTAKE
from agents.service import SERVICE
from agents.support import SUPPORT
from app.business.booking import open_booking_systems
from app.business.intake import open_intake_systems
from app.business.service import open_service_systems
from app.business.support import open_support_systems
from guards.limits import PROOFS
from interlock.agents import SystemDown
from interlock.agents.desk import TOOL_LIMIT_S
from interlock.app.offline.scripted import Asks, Says
from interlock.app.store import tables
from interlock.testing.points import rounds
from tests.agents.test_quotas import DETAILS, a_call, tries

WRONG = {"account_number": "4471", "postcode": "90001"}


async def down(*args):
    raise SystemDown("no answer")


class Held:
    """Answers as the real one does, once it is let go."""

    def __init__(self, real):
        self._real = real
        self.asked, self.go = asyncio.Event(), asyncio.Event()

    async def __call__(self, *args):
        self.asked.set()
        await self.go.wait()
        return await self._real(*args)


async def counted(journal) -> dict[str, int]:
    """How many are counted, by whose they are; of nobody who has none."""
    rows = await journal.read(lambda connection: connection.execute(tables.counters.select()).all())
    return {row.whose: row.count for row in rows if row.count}


async def asked(stage, held: Held) -> None:
    """A check is under way, of a wrong secret."""
    stage.model.add(Says(calls=(Asks("verify_caller", WRONG),)))
    stage.typed.say("My account is 4471 and the postcode 90001.")
    await held.asked.wait()


async def test_a_check_that_our_system_did_not_answer_is_no_try(journal):
    """As often as it fails: once it works again, whoever knows the secret proves it."""
    systems = open_support_systems(":memory:")
    real, systems.accounts.verify = systems.accounts.verify, down
    for n in range(5):
        assert not await tries(journal, systems, f"c{n}", "80331")
    assert await counted(journal) == {}
    systems.accounts.verify = real
    assert await tries(journal, systems, "after", "80331")


async def test_a_check_that_takes_too_long_is_no_try(journal):
    """The caller hears that it is not possible now, and no more."""
    systems = open_support_systems(":memory:")
    held = systems.accounts.verify = Held(systems.accounts.verify)
    async with a_call(SUPPORT, journal, systems, "c1") as stage:
        await asked(stage, held)
        assert (await counted(journal))["caller"] == 1
        stage.clock.advance(TOOL_LIMIT_S + 1)
        await stage.typed.rest()
        assert await counted(journal) == {}


async def test_who_hangs_up_before_the_answer_has_tried_nothing(journal):
    """What was asked is cut off at its limit, and its answer reaches nobody."""
    systems = open_support_systems(":memory:")
    held = systems.accounts.verify = Held(systems.accounts.verify)
    async with a_call(SUPPORT, journal, systems, "c1") as stage:
        await asked(stage, held)
        leaving = asyncio.ensure_future(stage.typed.hang_up())
        await rounds()
        stage.clock.advance(TOOL_LIMIT_S + 1)
        await leaving
        await stage.call.wait_until_idle()
    assert await counted(journal) == {}


async def test_what_is_cancelled_while_it_is_counted_is_given_back(journal):
    """It is taken all the same, as its transaction is under way, and nobody tries anything then."""
    async with a_call(SUPPORT, journal, open_support_systems(":memory:"), "c1") as stage:
        trying = asyncio.ensure_future(stage.call.attempt(PROOFS, account_number="4471"))
        await asyncio.sleep(0)
        trying.cancel()
        await asyncio.wait([trying])
        await stage.call.wait_until_idle()
        assert "quota.taken" in stage.kinds()
    assert await counted(journal) == {}


async def test_who_hangs_up_on_the_answer_has_tried(journal):
    """Whether they heard it or not: what was answered is counted, and no hanging up gives it back."""
    systems = open_support_systems(":memory:")
    for n in range(3):
        async with a_call(SUPPORT, journal, systems, f"c{n}") as stage:
            stage.model.add(Says(calls=(Asks("verify_caller", WRONG),)))
            answered = asyncio.Event()
            stage.call.watch(lambda entry, answered=answered: entry.kind == "facts.established" and answered.set())
            stage.typed.say("My account is 4471 and the postcode 90001.")
            await answered.wait()
            await stage.typed.hang_up()
    assert (await counted(journal))["caller"] == 3
    assert not await tries(journal, systems, "after", "80331")


async def test_a_code_that_our_calendar_did_not_look_up_is_no_try(journal):
    """Neither of an appointment's code nor of an account."""
    systems = open_booking_systems(":memory:")
    systems.calendar.find = systems.customers.verify = down
    async with a_call(BOOKING, journal, systems, "c1") as stage:
        await stage.asks("change_booking")
        await stage.asks("find_booking", {"code": "300700"})
        await stage.asks("verify_caller", {"account_number": "4471", "postcode": "80331"})
        assert stage.call.facts.failed_checks == 0
    assert await counted(journal) == {}


async def test_a_birthday_that_our_record_did_not_check_is_no_try(journal):
    """There the check is work of a state, and nobody learns anything of one that was not answered."""
    systems = open_intake_systems(":memory:")
    object.__setattr__(systems, "policies", type("Down", (), {"check": down, "withdraw": down, "file": down})())
    async with a_call(INTAKE, journal, systems, "c1") as stage:
        await stage.asks("begin_intake", said="Yes, let us begin.")
        await stage.asks("note_details", {**DETAILS, "date_of_birth": "1980-06-01"})
        await stage.asks("check_details", said="Please check it.")
        assert stage.verdicts()[-1] == "check_unclear accepted"
    assert await counted(journal) == {}


@pytest.mark.parametrize("asked", ["quote", "free"])
async def test_a_warranty_that_was_not_looked_up_is_no_try(journal, asked):
    """Also where the number was found and what is free was not: nothing of it was told."""
    systems = open_service_systems(":memory:")
    setattr(systems.service, asked, down)
    async with a_call(SERVICE, journal, systems, "c1") as stage:
        await stage.asks("note_name", {"name": "Anna Kowalski"})
        await stage.asks("gather")
        await stage.asks("note_appliance", {"appliance": "fridge"})
        await stage.asks("note_fault", {"fault": "dead"})
        await stage.asks("note_postcode", {"postcode": "10115"})
        await stage.asks("note_warranty", {"number": "300742"})
        await stage.asks("find_specialist")
        await stage.asks("diagnose")
        assert stage.verdicts()[-1] == "diagnosis_failed accepted"
    assert await counted(journal) == {}

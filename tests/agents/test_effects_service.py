"""The service system's work in a repair call: done once, wherever it is interrupted, and told as it is."""

import pytest

from interlock.agents.systems import Refused
from tests.agents.effect_cases import about_to

pytestmark = pytest.mark.slow  # six flows' work, each interrupted at each step

BOOKED = "booked for Tuesday, 3 March from 8 to 12. It costs 79 euros."


async def orders(stage):
    query = "SELECT key, begins FROM orders"
    return await stage.call.services.service._database.run(lambda c: [tuple(row) for row in c.exec_driver_sql(query)])


async def test_a_visit_is_booked_once_with_the_key_of_its_transition(journal):
    """The caller hears when and at what price; its diagnosis and what was said are used up, and the next one is new."""
    async with about_to("service visit", journal) as its:
        stage, service = its.stage, its.system
        said = await stage.asks("book_visit", said="Please book it.")
        assert (service.given, stage.state, BOOKED in said[-1]) == (["call-1:6"], "confirmation", True)
        assert await orders(stage) == [("call-1:6", "2026-03-03T08:00:00")]
        facts = stage.call.facts
        assert (facts.quote_id, facts.price_cents, facts.appliance, facts.fault) == (None, None, None, None)
        assert "Which appliance is it" in (await stage.asks("gather"))[-1]


async def test_a_window_somebody_else_got_is_not_booked(journal):
    """The caller hears so, with the next one that is free, and can have that."""
    async with about_to("service visit", journal, error=Refused("no")) as its:
        stage, service = its.stage, its.system
        said = await stage.asks("book_visit", said="Please book it.")
        assert (stage.state, stage.call.facts.last_order) == ("visit", "refused")
        assert "nothing is booked. We can come on Tuesday" in said[-1]
        service.error = None
        assert BOOKED in (await stage.asks("book_visit", said="Please book it."))[-1]


OUT = pytest.param("report_gas_smell", marks=pytest.mark.slow)


@pytest.mark.parametrize("away", ["escalate", OUT])
@pytest.mark.parametrize("moment", ["before", pytest.param("during", marks=pytest.mark.slow), "after"])
async def test_a_caller_who_goes_elsewhere_meanwhile_has_one_visit(moment, away, journal):
    """To a person, who sends them back to hear what came of it; or out of the house, and it is on record."""
    async with about_to("service visit", journal) as its:
        stage, service = its.stage, its.system
        database = stage.call.services.service._database
        service.gate.clear()
        await its.asks_and_waits(service.entered)
        if moment == "after":
            service.gate.set()
            await service.done.wait()
        if moment == "during":
            with database._one_at_a_time:
                service.gate.set()
                await stage.call.propose(away)
        else:
            await stage.call.propose(away)
        service.gate.set()
        await stage.typed.rest()
        assert (stage.call.facts.last_order, len(await orders(stage))) == ("booked", 1)
        if away == "escalate":
            assert BOOKED in (await stage.asks("return_to_desk"))[-1]
        else:
            assert stage.state == "emergency"


async def test_with_nobody_free_a_person_is_offered_and_nothing_can_be_booked(journal):
    """No visit is made up, by whomever."""
    async with about_to("service diagnose", journal) as its:
        stage = its.stage
        await stage.asks("diagnose")
        await stage.call.establish(free_windows=())
        assert (await stage.call.propose("book_visit")).refused_by == "window_free"
        await stage.asks("escalate")
        assert "nobody free this week" in (await stage.asks("return_to_desk"))[-1]

"""The service system's work in a repair call: done once, wherever it is interrupted, and told as it is."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from agents.service import SERVICE
from app.business.service import open_service_systems
from interlock.agents.call.journal import JournalDown
from interlock.agents.systems import Refused, SystemDown
from interlock.app.offline.scripted import Asks, Says
from tests.faults.stage import on_stage

pytestmark = pytest.mark.slow  # six flows' work, each interrupted at each step

SAID = {"caller_name": "Anna", "contact_phone": "+4930123456", "appliance": "fridge", "fault": "leaking"}
WHERE = {"postcode": "10115", "warranty_number": "none"}
ON_THE_WAY = ("gather", "find_specialist", "diagnose", "book_visit")
ASKED = {"trade": "find_specialist", "quote": "diagnose", "order": "book_visit"}
BOOKED = "booked for Tuesday, 3 March from 8 to 12. It costs 79 euros."


class Service:
    """The real service system, which at one kind of work does what the test says, and remembers what it was given."""

    def __init__(self, real, work, *, error=None, answer_lost=False):
        self._real, self._work, self._error, self._answer_lost = real, work, error, answer_lost
        self.keys = []
        self.entered, self.done, self.gate = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.gate.set()

    def __getattr__(self, name):
        return self._held if name == self._work else getattr(self._real, name)

    async def _held(self, key, *given):
        self.keys.append(key)
        self.entered.set()
        await self.gate.wait()
        if self._error is not None:
            raise self._error
        found = await getattr(self._real, self._work)(key, *given)
        self.done.set()
        if self._answer_lost:
            await asyncio.Event().wait()
        return found


@asynccontextmanager
async def about_to(work, journal, *, writes_to=None, **given):
    """A call in which the next thing a caller asks for is this work."""
    real = open_service_systems()
    systems = replace(real, service=Service(real.service, work, **given))
    async with on_stage(journal, systems, flow=SERVICE, writes_to=writes_to) as stage:
        await stage.call.claim(**SAID, **WHERE)
        for event in ON_THE_WAY[: ON_THE_WAY.index(ASKED[work])]:
            assert (await stage.call.propose(event)).accepted
            await stage.typed.rest()
        yield stage, systems.service


async def asks_and_waits(stage, work, until):
    stage.model.add(Says(calls=(Asks(ASKED[work]),)))
    stage.typed.say("Well.")
    await until.wait()


async def books_again(stage):
    """What becomes of one more order in the same call."""
    if stage.state == "person":
        await stage.asks("return_to_desk")
    return await stage.call.propose("book_visit")


async def orders(stage):
    query = "SELECT key, begins FROM orders"
    return await stage.call.services.service._database.run(lambda c: [tuple(row) for row in c.exec_driver_sql(query)])


async def test_a_visit_is_booked_once_with_the_key_of_its_transition(journal):
    """The caller hears when and at what price; its diagnosis and what was said are used up, and the next one is new."""
    async with about_to("order", journal) as (stage, service):
        said = await stage.asks("book_visit")
        assert (service.keys, stage.state, BOOKED in said[-1]) == (["call-1:6"], "confirmation", True)
        assert await orders(stage) == [("call-1:6", "2026-03-03T08:00:00")]
        facts = stage.call.facts
        assert (facts.quote_id, facts.price_cents, facts.appliance, facts.fault) == (None, None, None, None)
        assert "Which appliance is it" in (await stage.asks("gather"))[-1]


async def test_a_window_somebody_else_got_is_not_booked(journal):
    """The caller hears so, with the next one that is free, and can have that."""
    async with about_to("order", journal, error=Refused("no")) as (stage, service):
        said = await stage.asks("book_visit")
        assert (stage.state, stage.call.facts.last_order) == ("visit", "refused")
        assert "nothing is booked. We can come on Tuesday" in said[-1]
        service._error = None
        assert BOOKED in (await stage.asks("book_visit"))[-1]


async def test_an_order_without_an_answer_is_neither_booked_nor_not(journal):
    """A person looks into it, and no other order is accepted in this call."""
    async with about_to("order", journal, error=SystemDown("down")) as (stage, service):
        said = await stage.asks("book_visit")
        assert (stage.state, stage.call.facts.last_order) == ("person", "unconfirmed")
        assert "could not confirm the visit" in said[-1]
        assert (await books_again(stage)).refused_by == "no_order_unconfirmed"
        assert len(service.keys) == 1


async def test_an_order_whose_answer_is_lost_is_not_made_twice(journal):
    """The service system did it and its answer never came."""
    async with about_to("order", journal, answer_lost=True) as (stage, _):
        await asks_and_waits(stage, "order", stage.call.services.service.done)
        stage.clock.advance(SERVICE.effects["arranging"].timeout_s)
        await stage.typed.rest()
        assert (await books_again(stage)).refused_by == "no_order_unconfirmed"
        assert await orders(stage) == [("call-1:6", "2026-03-03T08:00:00")]


class DownFor:
    """The real journal, down for the facts that say this of an order."""

    def __init__(self, real, order):
        self._real, self._order = real, order

    async def append(self, entries):
        if any(e.private.get("facts", {}).get("last_order") == self._order for e in entries if "facts" in e.kind):
            raise JournalDown("down")
        await self._real.append(entries)


async def test_without_the_journal_no_order_is_begun(journal):
    """Then it is true that nothing is booked."""
    async with about_to("order", journal, writes_to=DownFor(journal, "unconfirmed")) as (stage, service):
        said = await stage.asks("book_visit")
        assert (service.keys, stage.state, "nothing is booked" in said[-1]) == ([], "visit", True)


async def test_an_order_that_could_not_be_recorded_is_unconfirmed(journal):
    """It was on record that a technician may have been sent, before one was."""
    async with about_to("order", journal, writes_to=DownFor(journal, "booked")) as (stage, _):
        await stage.asks("book_visit")
        assert stage.state == "person"
        assert (await books_again(stage)).refused_by == "no_order_unconfirmed"
        assert len(await orders(stage)) == 1


OUT = pytest.param("report_gas_smell", marks=pytest.mark.slow)


@pytest.mark.parametrize("away", ["escalate", OUT])
@pytest.mark.parametrize("moment", ["before", pytest.param("during", marks=pytest.mark.slow), "after"])
async def test_a_caller_who_goes_elsewhere_meanwhile_has_one_visit(moment, away, journal):
    """To a person, who sends them back to hear what came of it; or out of the house, and it is on record."""
    async with about_to("order", journal) as (stage, service):
        database = stage.call.services.service._database
        service.gate.clear()
        await asks_and_waits(stage, "order", service.entered)
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


async def test_dispatch_and_diagnosis_have_the_keys_of_their_transitions(journal):
    """A second run of the same work would be the same quote."""
    async with about_to("quote", journal) as (stage, service):
        said = await stage.asks("diagnose")
        assert (service.keys, stage.state, stage.call.facts.price_cents) == (["call-1:4"], "visit", 7900)
        assert "probably a blocked drain. It costs 79 euros. We can come on Tuesday" in said[-1]


@pytest.mark.parametrize(
    ("work", "state", "says"),
    [("trade", "gathering", "cannot reach our dispatch"), ("quote", "cooling", "cannot look that up just now")],
)
async def test_a_look_up_without_an_answer_leaves_the_caller_where_they_were(work, state, says, journal):
    """They hear so, nothing is established, and it can be asked for again."""
    async with about_to(work, journal, error=SystemDown("down")) as (stage, service):
        said = await stage.asks(ASKED[work])
        assert (stage.state, stage.call.facts.quote_id, says in said[-1]) == (state, None, True)
        service._error = None
        await stage.asks(ASKED[work])
        assert stage.state in ("cooling", "visit")


async def test_with_nobody_free_a_person_is_offered_and_nothing_can_be_booked(journal):
    """No visit is made up, by whomever."""
    async with about_to("quote", journal) as (stage, _):
        await stage.asks("diagnose")
        await stage.call.establish(free_windows=())
        assert (await books_again(stage)).refused_by == "window_free"
        await stage.asks("escalate")
        assert "nobody free this week" in (await stage.asks("return_to_desk"))[-1]

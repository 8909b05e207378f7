"""What the next process must know anew: what was accepted, what runs out, and that a person was to be asked for."""

import asyncio

import pytest

from agents.booking import BOOKING
from agents.restaurant import RESTAURANT
from agents.support import SUPPORT
from interlock.app.project import project
from interlock.app.store.lease import acquire
from machines.support import Support
from tests.faults.afterwards import check
from tests.faults.deaths import expire
from tests.faults.dying import Life, standing_still
from tests.faults.lives import CALL_ID, World
from tests.faults.scenes import SCENES, ask

pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


def alone(work):
    """Run it where the loop stands still while a database works."""

    async def run():
        with standing_still() as elsewhere:
            await work(elsewhere)

    asyncio.run(run())


async def both(its, event, **facts):
    """The event is proposed, and right after its verdict something is learnt."""
    call = its.typed.call
    await asyncio.gather(call.propose(*event), call.establish(**facts))
    await its.typed.rest()


def test_what_is_asked_for_again_is_what_was_accepted(tmp_path):
    """
    Another order was looked up meanwhile: the money of the first one goes back, and of that one nothing.
    """

    async def work(elsewhere):
        scene = SCENES["support refund"]
        world = World(tmp_path / "calls.sqlite", SUPPORT, project().served["support"].systems(":memory:"), elsewhere)
        its = await world.process(Life())
        await scene.begin(its)
        its.life.last_of = "before orders.refund"
        assert await its.until_dead(both(its, scene.event, order_number="1043", order_paid_cents=129_00))
        await its.bury()
        second = await world.process(Life())
        assert second.typed.call.facts.order_number == "1043"
        await second.typed.start()
        orders = world.services.orders
        assert (await orders.find("4471", "1042")).paid_cents == 2990
        assert (await orders.find("4471", "1043")).paid_cents == 129_00
        assert second.typed.call.facts.last_refund == "paid"
        check(second.journal, SUPPORT, world.services, second.told)
        await second.bury()

    alone(work)


def test_a_time_that_is_held_runs_out_for_the_next_process_too(tmp_path):
    """
    Its timer is set anew, so that the caller hears of it and not only whoever asks.
    """

    async def work(elsewhere):
        world = World(tmp_path / "calls.sqlite", BOOKING, project().served["booking"].systems(":memory:"), elsewhere)
        its = await dead_at_rest(world, SCENES["booking hold"])
        assert its.state == "deciding"
        second = await world.process(Life())
        await second.typed.start()
        second.clock.advance(181)
        await second.typed.rest()
        assert second.typed.call.state == "availability"
        assert "any longer" in second.typed.said[-1]
        await second.bury()

    alone(work)


async def dead_at_rest(world, scene):
    """A process that died when all was quiet."""
    its = await world.process(Life())
    await scene.begin(its)
    await ask(its, scene.event)
    await its.bury()
    return its.typed.call


def test_a_person_is_asked_for_though_the_one_who_was_to_ask_died(tmp_path, monkeypatch):
    """
    A machine nobody can go on with: whoever takes the call over, and over again, ends up asking for a person.
    """

    async def work(elsewhere):
        world = World(tmp_path / "calls.sqlite", SUPPORT, project().served["support"].systems(":memory:"), elsewhere)
        await dead_at_rest(world, SCENES["support refund"])
        monkeypatch.setattr(Support, "version", 2)
        second = await world.process(Life())
        second.life.last_of = "before transition.accepted+handoff.started"
        assert await second.until_dead(second.typed.start()), "it should have died"
        await second.bury()
        third = await world.process(Life())
        await third.typed.start()
        assert third.typed.call.state == "person"
        resumed = [r.audit["why"] for r in third.journal.records(CALL_ID) if r.kind == "call.resumed"]
        assert resumed == ["Support declares no step from version 1 to 2"] * 2
        await third.bury()

    alone(work)


def test_a_driver_that_lost_the_call_begins_no_work(tmp_path):
    """
    It stood still between the acceptance and the work, and another one has the call by now.
    """

    async def work(elsewhere):
        scene = SCENES["restaurant withdraw"]
        world = World(
            tmp_path / "calls.sqlite", RESTAURANT, project().served["restaurant"].systems(":memory:"), elsewhere
        )
        its = await world.process(Life())
        await scene.begin(its)
        step = its.life.step

        async def stands_still(name):
            if name == "before effect.started":
                await expire(its.journal, CALL_ID)
                await its.journal.transact(lambda connection: acquire(connection, CALL_ID, "another"))
            await step(name)

        its.life.step = stands_still
        assert (await its.typed.call.propose(*scene.event)).accepted
        await its.typed.rest()
        assert its.typed.call.lost
        assert "before payments.withdraw" not in its.life.steps
        await its.bury()

    alone(work)

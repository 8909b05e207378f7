"""Links, money and the kitchen: done once whatever happens to the call, and the caller hears what came of it."""

import asyncio
from dataclasses import replace

import pytest

from agents.restaurant import RESTAURANT
from app.business.restaurant import open_restaurant_systems
from interlock.agents.systems import Refused, SystemDown
from tests.faults.stage import on_stage

pytestmark = pytest.mark.slow  # six flows' work, each interrupted at each step

PHONE = {"phone": "01512345678"}


class Slow:
    """A business system whose `named` work stops `before` or after it is done until let go, or ends in an error."""

    def __init__(self, real, named, *, before=False, error=None):
        self._real = real
        self._named = named
        self._before = before
        self._error = error
        self.keys = []
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()

    def __getattr__(self, name):
        return self._work if name == self._named else getattr(self._real, name)

    async def _work(self, key, *given):
        self.keys.append(key)
        if self._before:
            await self._stop()
        done = await getattr(self._real, self._named)(key, *given)
        if not self._before:
            await self._stop()
        return done

    async def _stop(self):
        self.reached.set()
        await self.go_on.wait()
        if self._error is not None:
            raise self._error


@pytest.fixture
def systems():
    return open_restaurant_systems(paid_after_s=None)


def slow(systems, part, named, **given):
    made = Slow(getattr(systems, part), named, **given)
    return replace(systems, **{part: made}), made


async def to(stage, state):
    """Take the call to the review, the payment, or a link that was paid by."""
    orders = stage.call.services.orders
    await stage.call.claim(caller_name="Anna")
    await orders.add(stage.call.id, "Tiramisu", 2, None, None, stage.clock.now())
    draft = await orders.note_allergies(stage.call.id, "none")
    await stage.call.establish(order_portions=draft.portions, allergens=())
    events = {"review": 2, "payment": 3, "paid": 4}[state]
    for event, args in (("begin_order", {}), ("read_back", {}), ("confirm_order", {}), ("send_link", PHONE))[:events]:
        assert (await stage.call.propose(event, args)).accepted
        await stage.typed.rest()
    if state == "paid":
        await stage.call.services.payments.pay(stage.call.id, stage.clock.now())


def kitchen_stage(journal, systems, **given):
    return on_stage(journal, systems, flow=RESTAURANT, **given)


async def left(systems, stage):
    return (await systems.orders.dish("tiramisu", stage.clock.now())).left


async def test_what_changed_since_the_read_back_is_not_confirmed(journal, systems):
    """The order system counts; what it says is compared with what was read back."""
    async with kitchen_stage(journal, systems) as stage:
        await to(stage, "review")
        draft = await systems.orders.add(stage.call.id, "Lemonade", 1, None, None, stage.clock.now())
        await stage.call.establish(order_revision=draft.revision)
        said = await stage.asks("confirm_order")
        assert (stage.verdicts()[-1], stage.state) == ("confirm_order guard_false", "review")
        assert (await stage.call.propose("confirm_order")).refused_by == "read_back_is_current"
        assert said is not None
        assert (await stage.call.propose("read_back")).accepted
        await stage.typed.rest()
        assert "1 Lemonade" in stage.typed.said[-1]
        assert (await stage.call.propose("confirm_order")).accepted


async def test_what_changed_behind_the_facts_is_refused_by_the_order_system(journal, systems):
    """Whatever the call believes, no link goes out for another order; the caller hears why."""
    async with kitchen_stage(journal, systems) as stage:
        await to(stage, "payment")
        await systems.orders.add(stage.call.id, "Lemonade", 1, None, None, stage.clock.now())
        said = await stage.asks("send_link", PHONE)
        assert (stage.verdicts()[-1], stage.state) == ("link_refused accepted", "order")
        assert "has changed since I read it back" in " ".join(said)
        assert (stage.call.facts.link_sent, stage.call.facts.read_back_revision) == (False, 0)


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
async def test_a_link_that_takes_too_long_is_not_confirmed_and_sent_once(journal, systems, before):
    """Before or after the order system's commit: a person, nothing charged, and no portion set aside twice."""
    held, payments = slow(systems, "payments", "send_link", before=before)
    async with kitchen_stage(journal, held) as stage:
        await to(stage, "payment")
        assert (await stage.call.propose("send_link", PHONE)).accepted
        await payments.reached.wait()
        stage.clock.advance(RESTAURANT.effects["sending"].timeout_s)
        await stage.typed.rest()
        assert (stage.verdicts()[-1], stage.state) == ("link_unconfirmed accepted", "person")
        assert "nothing was charged" in stage.typed.said[-1]
        assert await left(systems, stage) == (3 if before else 1)
        payments.go_on.set()
        await stage.call.propose("return_to_desk")
        await stage.typed.rest()
        await stage.asks("send_link", PHONE)
        assert (stage.state, await left(systems, stage)) == ("payment", 1)
        assert payments.keys == [f"call-1:{epoch}" for epoch in (5, 8)]


async def test_a_link_interrupted_during_the_commit_is_sent_once(journal, systems):
    """The work waits for the database when its time is up: whether it was still done, the next try finds out."""
    held, payments = slow(systems, "payments", "send_link", before=True)
    payments.go_on.set()
    async with kitchen_stage(journal, held) as stage:
        await to(stage, "payment")
        with systems.payments._database._one_at_a_time:
            assert (await stage.call.propose("send_link", PHONE)).accepted
            await payments.reached.wait()
            stage.clock.advance(RESTAURANT.effects["sending"].timeout_s)
            await stage.typed.rest()
        assert stage.state == "person"
        await stage.call.propose("return_to_desk")
        await stage.typed.rest()
        await stage.asks("send_link", PHONE)
        assert (stage.state, await left(systems, stage)) == ("payment", 1)


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
async def test_money_is_taken_once_and_known_when_it_is_asked_for_again(journal, systems, before):
    """The payment system's answer is lost: the caller is told not to pay again, and asking once more finds it out."""
    held, payments = slow(systems, "payments", "settle", before=before)
    async with kitchen_stage(journal, held) as stage:
        await to(stage, "paid")
        assert (await stage.call.propose("collect_payment")).accepted
        await payments.reached.wait()
        stage.clock.advance(RESTAURANT.effects["settling"].timeout_s)
        await stage.typed.rest()
        assert (stage.state, stage.call.facts.payment) == ("person", "unconfirmed")
        assert "do not pay again" in stage.typed.said[-1]
        payments.go_on.set()
        await stage.call.propose("return_to_desk")
        await stage.typed.rest()
        await stage.asks("collect_payment")
        assert (stage.state, stage.call.facts.payment) == ("confirmation", "settled")
        assert (await systems.payments.settle("x", stage.call.id, stage.clock.now())).reference == "PY00001"
        assert stage.call.facts.ticket_number == 1


async def test_who_hangs_up_while_the_money_is_taken_is_cooked_for(journal, systems):
    """The outcome comes too late for the call, and the kitchen has the order all the same."""
    held, payments = slow(systems, "payments", "settle")
    async with kitchen_stage(journal, held) as stage:
        await to(stage, "paid")
        assert (await stage.call.propose("collect_payment")).accepted
        await payments.reached.wait()
        hanging_up = asyncio.ensure_future(stage.typed.hang_up())
        payments.go_on.set()
        await hanging_up
        assert (stage.state, stage.call.facts.payment) == ("closed", "settled")
        assert (await systems.kitchen.take("x", stage.call.id, stage.clock.now())).number == 1


@pytest.mark.parametrize(
    ("error", "before"), [(SystemDown("down"), True), (SystemDown("down"), False), (Refused("no"), True)]
)
async def test_a_kitchen_that_does_not_answer_has_the_order_once(journal, systems, error, before):
    """It was paid, so it is on the list; the caller hears that and no time, and asking again finds the time out."""
    held, kitchen = slow(systems, "kitchen", "take", before=before, error=error)
    kitchen.go_on.set()
    async with kitchen_stage(journal, held) as stage:
        await to(stage, "paid")
        said = await stage.asks("collect_payment")
        assert (stage.verdicts()[-1], stage.state) == ("kitchen_unconfirmed accepted", "person")
        assert "your order is on the kitchen's list" in said[-1]
        kitchen._error = None
        await stage.call.propose("return_to_desk")
        await stage.typed.rest()
        said = await stage.asks("collect_payment")
        assert "number 1" in said[-1]


async def test_a_paid_order_is_not_taken_back(journal, systems):
    """The caller changes their mind too late, and hears so."""
    async with kitchen_stage(journal, systems) as stage:
        await to(stage, "paid")
        await systems.payments.settle("elsewhere", stage.call.id, stage.clock.now())
        said = await stage.asks("change_order")
        assert (stage.verdicts()[-1], stage.state) == ("link_kept accepted", "payment")
        assert "paid already" in said[-1]

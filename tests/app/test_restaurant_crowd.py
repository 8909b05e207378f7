"""Many callers, three portions: whole calls at once over one database. Nothing is sold twice, nobody is told a lie."""

import asyncio
from dataclasses import dataclass

import pytest

from agents.restaurant import RESTAURANT
from app.business.restaurant import open_restaurant_systems
from interlock.agents.call.terms import Terms
from interlock.app.calls.session import open_call
from interlock.app.calls.typed import TypedCall
from interlock.app.offline.clock import ManualClock
from interlock.app.offline.scripted import Asks, Says, ScriptedModel
from interlock.guards.quotas import Limit
from interlock.testing.saying import wanting

pytestmark = pytest.mark.slow

CALLERS = 10
PORTIONS = 3
PHONE = {"phone": "01512345678"}
TERMS = Terms(quotas={"payment_links": {"number": Limit(99)}})


@dataclass
class Guest:
    """One caller who wants a tiramisu; `heard` is all that was said to them."""

    typed: TypedCall
    model: ScriptedModel
    clock: ManualClock
    heard: list[str]

    @property
    def known(self):
        return self.typed.call.facts

    @property
    def state(self):
        return self.typed.call.state

    async def asks(self, *calls):
        """The caller speaks and the model calls these tools, one an answer."""
        self.model.add(*(Says(calls=(Asks(name, args),)) for name, args in calls), Says("Well."))
        agent = type(self.typed.session.current_agent)
        await self.typed.caller(" ".join(wanting(agent, name, args) for name, args in calls))
        self.model.script.clear()


@pytest.fixture
def systems(tmp_path):
    return open_restaurant_systems(tmp_path / "restaurant.sqlite", paid_after_s=None)


@pytest.fixture
async def guests(journal, systems):
    made = []
    for number in range(CALLERS):
        model, clock, heard = ScriptedModel(), ManualClock(), []
        session, call = open_call(
            RESTAURANT, llm=model, journal=journal, services=systems, clock=clock, call_id=f"call-{number}", terms=TERMS
        )
        typed = TypedCall(session, call, on_said=lambda who, words, heard=heard: heard.append(words))
        await typed.start()
        made.append(Guest(typed, model, clock, heard))
    yield made
    for guest in made:
        if not guest.typed.over.is_set():
            await guest.typed.hang_up()


async def all_at_once(guests, *calls):
    await asyncio.gather(*(guest.asks(*calls) for guest in guests))


async def ready_to_pay(guests):
    """Everybody has the tiramisu on their order, read back and confirmed: nobody has any set aside yet."""
    await all_at_once(
        guests,
        ("add_dish", {"dish": "tiramisu"}),
        ("note_allergies", {"allergies": "none"}),
        ("begin_order", {}),
    )
    await all_at_once(guests, ("note_name", {"name": "Anna"}), ("read_back", {}))
    await all_at_once(guests, ("confirm_order", {}))
    assert {guest.state for guest in guests} == {"payment"}


async def pay(guest):
    payments = guest.typed.call.services.payments
    await payments.pay(guest.typed.call.id, guest.clock.now())
    await guest.asks(("collect_payment", {}))


async def test_three_portions_are_sold_to_three_callers(systems, guests):
    """Everybody asks for the link at once: three get one, the others hear that it is sold out and pay nothing."""
    await ready_to_pay(guests)
    await all_at_once(guests, ("send_link", PHONE))
    lucky = [guest for guest in guests if guest.known.link_sent]
    others = [guest for guest in guests if not guest.known.link_sent]
    assert len(lucky) == PORTIONS
    assert {guest.state for guest in others} == {"order"}
    assert all("Tiramisu is sold out" in guest.heard[-1] for guest in others)
    await asyncio.gather(*map(pay, guests))
    assert [guest.state for guest in lucky] == ["confirmation"] * PORTIONS
    assert len({guest.known.ticket_number for guest in lucky}) == PORTIONS
    assert all("in the kitchen: number" in guest.heard[-1] for guest in lucky)
    assert not any("in the kitchen" in words for guest in others for words in guest.heard)
    assert {guest.known.payment for guest in others} == {None}
    assert (await systems.orders.dish("tiramisu", guests[0].clock.now())).left == 0


async def test_portions_that_nobody_pays_for_go_to_others(systems, guests):
    """Three take links and let them lapse; three others buy, and the late payers hear that nothing was charged."""
    await ready_to_pay(guests)
    late, early = guests[:PORTIONS], guests[PORTIONS : 2 * PORTIONS]
    await all_at_once(late, ("send_link", PHONE))
    for guest in guests:
        guest.clock.jump(601)
    await all_at_once(early, ("send_link", PHONE))
    await asyncio.gather(*map(pay, [*late, *early]))
    assert [guest.state for guest in early] == ["confirmation"] * PORTIONS
    assert [(guest.state, guest.known.payment) for guest in late] == [("order", None)] * PORTIONS
    assert all("nothing was paid" in guest.heard[-1] for guest in late)
    await asyncio.gather(*(guest.asks(("read_back", {})) for guest in late))
    await asyncio.gather(*(guest.asks(("confirm_order", {})) for guest in late))
    await asyncio.gather(*(guest.asks(("send_link", PHONE)) for guest in late))
    assert all("Tiramisu is sold out" in guest.heard[-1] for guest in late)


async def test_a_hundred_orders_at_the_order_system(systems):
    """The same without the calls: three links, three payments, three tickets."""
    now = ManualClock().now()

    async def buys(call):
        await systems.orders.add(call, "Tiramisu", 1, None, None, now)
        draft = await systems.orders.note_allergies(call, "none")
        await systems.payments.send_link(f"{call}:1", call, draft.revision, "Anna", "01512345678", now)
        await systems.payments.pay(call, now)
        await systems.payments.settle(f"{call}:2", call, now)
        return await systems.kitchen.take(f"{call}:3", call, now)

    outcomes = await asyncio.gather(*(buys(f"call-{i}") for i in range(100)), return_exceptions=True)
    tickets = [outcome for outcome in outcomes if not isinstance(outcome, Exception)]
    assert len(tickets) == len({ticket.number for ticket in tickets}) == PORTIONS
    assert {str(no) for no in outcomes if isinstance(no, Exception)} == {"I am sorry, Tiramisu is sold out."}

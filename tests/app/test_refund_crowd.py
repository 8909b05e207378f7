"""Many calls at once want one order's money back: no more than our limit goes out, and nobody is told a lie."""

import asyncio

import pytest

from agents.support import SUPPORT
from app.business import open_support_systems
from guards.refunds import REFUND_LIMIT_CENTS
from interlock.agents.call.call import Call
from interlock.agents.call.draft import DraftEntry
from interlock.app.offline.clock import ManualClock
from tests.faults.stage import ACCOUNT

AMOUNT = 2000
PAID = REFUND_LIMIT_CENTS // AMOUNT
ORDER = {"order_found": True, "order_number": "1043", "order_paid_cents": 129_00}


class Caller:
    """A call without a voice that has looked the order up; `heard` is what its desk says to the outcome."""

    def __init__(self, number, journal, systems):
        self.heard, self._event = "", ""
        given = {"journal": journal, "services": systems, "clock": ManualClock(), "watch": self._watch}
        self.call = Call(SUPPORT, call_id=f"caller-{number}", **given)

    async def looks_the_order_up(self):
        here = self.call.snapshot
        audit = {"machine": here.machine, "version": here.version, "state": here.state}
        await self.call.record(DraftEntry("call.opened", audit, snapshot=here))
        await self.call.claim(caller_name="Anna", issue_category="billing")
        await self.call.establish(**ACCOUNT, **ORDER)
        for event in ("begin_triage", "route_to_billing"):
            assert (await self.call.propose(event)).accepted

    async def wants_it_back(self):
        assert (await self.call.propose("refund", {"amount_cents": AMOUNT})).accepted
        await self.call.wait_until_idle()
        self.heard = SUPPORT.cast[self.call.state](self.call, self._event).opening()

    def _watch(self, entry):
        if entry.kind == "transition.accepted":
            self._event = entry.audit["event"]


@pytest.mark.parametrize("count", [3, 10, pytest.param(50, marks=pytest.mark.slow)])
async def test_as_much_is_paid_back_as_one_call_may_and_not_a_cent_more(count, journal, tmp_path):
    """All looked the order up before anybody was paid, each in a process of its own as far as the file can tell."""
    file = tmp_path / "support.sqlite"
    callers = [Caller(number, journal, open_support_systems(file)) for number in range(count)]
    for step in (Caller.looks_the_order_up, Caller.wants_it_back):
        await asyncio.gather(*map(step, callers))
    paid = [its for its in callers if its.call.facts.last_refund == "paid"]
    others = [its for its in callers if its.call.facts.last_refund == "refused"]
    assert (len(paid), len(others)) == (PAID, count - PAID)
    assert all("It comes to 20 euros." in its.heard for its in paid)
    assert all("nothing was paid back" in its.heard and "needs a colleague" in its.heard for its in others)
    order = await open_support_systems(file).orders.find("4471", "1043")
    assert order.refunded_cents == PAID * AMOUNT
    assert {its.call.facts.order_refunded_cents for its in others} == {order.refunded_cents}


async def test_who_was_refused_is_refused_by_the_guard_when_they_ask_again(journal, tmp_path):
    """The call learnt from the refusal how the order stands, so the law itself has the words from then on."""
    systems = open_support_systems(tmp_path / "support.sqlite")
    await systems.orders.refund("earlier:1", "4471", "1043", REFUND_LIMIT_CENTS)
    caller = Caller(1, journal, systems)
    await caller.looks_the_order_up()
    await caller.wants_it_back()
    verdict = await caller.call.propose("refund", {"amount_cents": 1})
    assert (verdict.kind, verdict.refused_by) == ("guard_false", "within_refund_limit")

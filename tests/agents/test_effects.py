"""Work in the outside world: begun once, ended by what came of it, whatever happens to the call meanwhile."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from agents.effects import REPORT_TRIES
from agents.flow import Effect
from agents.journal import JournalDown
from agents.support import SUPPORT
from agents.support_systems import Refused, SystemDown
from app.offline.scripted import Asks, Says
from tests.faults.stage import on_stage

REFUND = Says(calls=(Asks("refund", {"amount_cents": 1000}),))


class Orders:
    """An order system that does what the test says, and remembers what it was asked."""

    def __init__(self, real, *, error=None):
        self._real = real
        self._error = error
        self.keys = []
        self.entered, self.gate = asyncio.Event(), asyncio.Event()
        self.gate.set()

    async def refund(self, key, order_number, amount_cents):
        self.keys.append(key)
        self.entered.set()
        await self.gate.wait()
        if self._error is not None:
            raise self._error
        return await self._real.refund(key, order_number, amount_cents)


def with_orders(systems, **given):
    orders = Orders(systems.orders, **given)
    return replace(systems, orders=orders), orders


async def test_an_effect_runs_once_with_the_key_of_its_transition(journal, systems):
    """
    The key is call and epoch, the outcome is the system's, and the caller hears of it.
    """
    systems, orders = with_orders(systems)
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        said = await stage.caller("Refund ten.", REFUND)
        assert orders.keys == ["call-1:3"]
        assert stage.verdicts()[2:] == ["refund accepted", "refund_paid accepted"]
        assert stage.call.facts.order_paid_cents == 2990
        assert "on its way" in said[-1]
        accepted = [e.seq for e in stage.entries if e.kind == "transition.accepted"]
        started = next(e.seq for e in stage.entries if e.kind == "effect.started")
        assert accepted[2] < started < accepted[3], "nothing runs before it is on the record"


@pytest.mark.parametrize("error", [Refused("no"), SystemDown("down"), RuntimeError("odd")], ids=repr)
async def test_an_effect_that_fails_says_so(journal, systems, error):
    """
    Refusals and errors end the same way: nothing was confirmed, and nothing is known as paid.
    """
    systems, _ = with_orders(systems, error=error)
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        said = await stage.caller("Refund ten.", REFUND)
        assert stage.verdicts()[-1] == "refund_failed accepted"
        assert stage.call.facts.order_paid_cents == 3990
        assert stage.call.facts.refund_reference is None
        assert "could not confirm" in said[-1]


async def test_an_effect_that_takes_too_long_has_failed(journal, systems):
    """
    After its time it is cancelled, and the caller is told it is not confirmed.
    """
    systems, orders = with_orders(systems)
    orders.gate.clear()
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        stage.model.add(REFUND)
        stage.typed.say("Refund ten.")
        await orders.entered.wait()
        stage.clock.advance(SUPPORT.effects["refunding"].timeout_s)
        await stage.typed.rest()
        assert stage.last("effect.ended") == {
            "state": "refunding",
            "key": "call-1:3",
            "event": "refund_failed",
            "why": "TimeoutError",
        }
        assert stage.state == "billing"


async def test_the_outcome_of_an_effect_the_call_has_left_is_stale(journal, systems):
    """
    The caller asked for a person meanwhile: the money moved, the facts say so, the call stays where it is.
    """
    systems, orders = with_orders(systems)
    orders.gate.clear()
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        stage.model.add(REFUND)
        stage.typed.say("Refund ten.")
        await orders.entered.wait()
        await stage.call.propose("escalate", by="system")
        orders.gate.set()
        await stage.typed.rest()
        assert stage.verdicts()[-1] == "refund_paid stale"
        assert stage.state == "person"
        assert stage.call.facts.order_paid_cents == 2990


async def test_the_outcome_of_an_earlier_effect_is_not_taken_for_a_later_ones(journal, systems):
    """
    Two refunds under way one after the other: each outcome belongs to its own.
    """
    systems, orders = with_orders(systems)
    orders.gate.clear()
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        await stage.call.propose("refund", {"amount_cents": 1000})
        await orders.entered.wait()
        for event in ("escalate", "return_to_desk"):
            assert (await stage.call.propose(event)).accepted
        assert (await stage.call.propose("refund", {"amount_cents": 500})).accepted
        orders.gate.set()
        await stage.typed.rest()
        assert orders.keys == ["call-1:3", "call-1:6"]
        assert sorted(v for v in stage.verdicts() if v.startswith("refund_")) == [
            "refund_paid accepted",
            "refund_paid stale",
        ]


async def test_an_effect_that_reports_nonsense_has_failed(journal, systems):
    """
    A state that nothing leaves would hold the caller for good.
    """

    async def confused(call, key, args):
        return "refund_payed"

    flow = replace(SUPPORT, effects={**SUPPORT.effects, "refunding": Effect(confused, failed="refund_failed")})
    async with on_stage(journal, systems, flow=flow) as stage:
        await stage.to("billing")
        await stage.caller("Refund ten.", REFUND)
        assert stage.verdicts()[-2:] == ["(unknown name, 12 characters) unknown_event", "refund_failed accepted"]
        assert stage.state == "billing"


class DownAt:
    """The real journal, down for what the system proposes."""

    def __init__(self, real):
        self._real = real
        self.refused = 0
        self.down = True

    async def append(self, entries):
        if self.down and any(e.kind.startswith("transition") and e.audit["by"] == "system" for e in entries):
            self.refused += 1
            raise JournalDown("down")
        await self._real.append(entries)


async def test_an_outcome_waits_for_the_journal(journal, systems):
    """
    It is asked again every second, and told once the journal is back.
    """
    down = DownAt(journal)
    async with on_stage(journal, systems, writes_to=down) as stage:
        await stage.to("billing")
        await stage.call.propose("refund", {"amount_cents": 1000})
        await seconds_pass(stage, lambda: down.refused > 3)
        assert stage.state == "refunding"
        down.down = False
        await seconds_pass(stage, lambda: stage.state == "billing")
        await stage.typed.rest()
        assert stage.verdicts()[-1] == "refund_paid accepted"
        assert "on its way" in stage.typed.said[-1]


async def test_an_outcome_that_can_never_be_recorded_is_given_up(journal, systems):
    """
    After a minute the call goes on as it is: still refunding, and a person is one event away.
    """
    down = DownAt(journal)
    async with on_stage(journal, systems, writes_to=down) as stage:
        await stage.to("billing")
        await stage.call.propose("refund", {"amount_cents": 1000})
        await seconds_pass(stage, lambda: down.refused == REPORT_TRIES and stage.call.at_rest)
        down.down = False
        assert stage.state == "refunding"
        assert (await stage.call.propose("escalate")).accepted


async def seconds_pass(stage, until):
    """Move the clock whenever something waits a second, and keep the caller from going silent."""
    async with asyncio.timeout(20):
        while not until():
            await asyncio.sleep(0)
            stage.call._silence._cancel()
            due = [timer.due - stage.clock.now() for timer in stage.clock._timers if not timer.cancelled]
            if timedelta(seconds=1) in due:
                stage.clock.advance(1)

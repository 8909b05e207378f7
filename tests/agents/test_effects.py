"""Work in the outside world: begun once, ended by what came of it, whatever happens to the call meanwhile."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from agents.support import SUPPORT
from interlock.agents.call.journal import JournalDown
from interlock.agents.call.record import RECORD_TRIES
from interlock.agents.effects import Assignment, Outcome
from interlock.agents.systems import Refused, SystemDown
from interlock.app.offline.scripted import Asks, Says
from tests.faults.stage import on_stage

REFUND = Says(calls=(Asks("refund", {"amount_cents": 1000}),))


class Orders:
    """An order system that does what the test says, and remembers what it was asked."""

    def __init__(self, real, *, error=None, answer_lost=False):
        self._real = real
        self._answer_lost = answer_lost
        self.paid = asyncio.Event()
        self._error = error
        self.keys = []
        self.entered, self.gate = asyncio.Event(), asyncio.Event()
        self.gate.set()

    def __getattr__(self, name):
        return getattr(self._real, name)

    async def refund(self, key, *given):
        self.keys.append(key)
        self.entered.set()
        await self.gate.wait()
        if self._error is not None:
            raise self._error
        paid = await self._real.refund(key, *given)
        if self._answer_lost:
            self.paid.set()
            await asyncio.Event().wait()
        return paid


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
        assert stage.call.facts.last_refund == "paid"
        assert "on its way" in said[-1]
        accepted = [e.seq for e in stage.entries if e.kind == "transition.accepted"]
        started = next(e.seq for e in stage.entries if e.kind == "effect.started")
        assert accepted[2] < started < accepted[3], "nothing runs before it is on the record"


async def test_an_effect_that_is_told_no_has_failed(journal, systems):
    """
    Nothing was done, the caller hears so, and another refund is theirs to ask for.
    """
    systems, orders = with_orders(systems, error=Refused("no"))
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        said = await stage.caller("Refund ten.", REFUND)
        assert (stage.verdicts()[-1], stage.state) == ("refund_failed accepted", "billing")
        assert (stage.call.facts.last_refund, stage.call.facts.order_paid_cents) == ("refused", 3990)
        assert "nothing was paid back" in said[-1]
        await stage.caller("Then refund it again.", REFUND)
        assert len(orders.keys) == 2


@pytest.mark.parametrize("error", [SystemDown("down"), RuntimeError("odd"), TimeoutError()], ids=repr)
async def test_an_effect_that_raises_is_neither_done_nor_failed(journal, systems, error):
    """
    Nothing is known as paid, nothing as not paid: a person looks into it.
    """
    systems, _ = with_orders(systems, error=error)
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        said = await stage.caller("Refund ten.", REFUND)
        assert (stage.verdicts()[-1], stage.state) == ("refund_unconfirmed accepted", "person")
        assert stage.last("effect.ended")["why"] == type(error).__name__
        facts = stage.call.facts
        assert (facts.last_refund, facts.order_paid_cents, facts.refund_reference) == ("unconfirmed", 3990, None)
        assert "could not confirm" in said[-1]


async def no_second_refund(stage):
    """
    Back at the billing desk, the order looked up again: what may have been paid is not paid once more.
    """
    if stage.state == "person":
        await stage.asks("return_to_desk")
    await stage.asks("find_order", {"order_number": "1042"})
    verdict = await stage.call.propose("refund", {"amount_cents": 1000})
    assert (verdict.kind, verdict.refused_by) == ("guard_false", "no_refund_unconfirmed")


async def test_a_refund_whose_answer_is_lost_is_not_paid_twice(journal, systems):
    """
    The bank paid and its answer never came: one refund is paid, however often it is asked for.
    """
    systems, orders = with_orders(systems, answer_lost=True)
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        stage.model.add(REFUND)
        stage.typed.say("Refund ten.")
        await orders.paid.wait()
        stage.clock.advance(SUPPORT.effects["refunding"].timeout_s)
        await stage.typed.rest()
        await no_second_refund(stage)
        assert (orders.keys, stage.call.facts.order_paid_cents) == (["call-1:3"], 2990)


class DownFor:
    """The real journal, down for the facts that say this."""

    def __init__(self, real, outcome):
        self._real = real
        self.outcome = outcome

    async def append(self, entries):
        if any(e.private.get("facts", {}).get("last_refund") == self.outcome for e in entries if "facts" in e.kind):
            raise JournalDown("down")
        await self._real.append(entries)


async def test_a_refund_that_cannot_be_recorded_is_not_paid_twice(journal, systems):
    """
    It was on record that the money may move before it did.
    """
    systems, orders = with_orders(systems)
    async with on_stage(journal, systems, writes_to=DownFor(journal, "paid")) as stage:
        await stage.to("billing")
        await stage.call.propose("refund", {"amount_cents": 1000})
        await seconds_pass(stage, lambda: stage.state == "person" and stage.call.at_rest)
        assert stage.verdicts()[-1] == "refund_unconfirmed accepted"
        await no_second_refund(stage)
        assert orders.keys == ["call-1:3"]


async def test_without_the_journal_no_money_moves(journal, systems):
    """
    A dead journal stops the work, not its trace: then it is true that nothing was paid.
    """
    systems, orders = with_orders(systems)
    async with on_stage(journal, systems, writes_to=DownFor(journal, "unconfirmed")) as stage:
        await stage.to("billing")
        said = await stage.caller("Refund ten.", REFUND)
        assert (stage.verdicts()[-1], stage.state, orders.keys) == ("refund_failed accepted", "billing", [])
        assert "nothing was paid back" in said[-1]


async def test_a_refund_is_made_for_the_order_it_was_accepted_for(journal, systems):
    """
    Whatever is looked up between the acceptance and the work.
    """
    systems, _ = with_orders(systems)
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        accepted = stage.call.facts
        await stage.call.establish(order_number="1043", order_paid_cents=12900)
        work = Assignment("key", "call-1", accepted, systems, {"amount_cents": 1000}, stage.clock.now)
        outcome = await SUPPORT.effects["refunding"].done(work)
        await stage.call.establish(**outcome.found(stage.call.facts))
        assert outcome.event == "refund_paid"
        assert (await systems.orders.find("4471", "1042")).paid_cents == 2990
        assert (stage.call.facts.order_number, stage.call.facts.order_paid_cents) == ("1043", 12900)


@pytest.mark.slow
async def test_a_refund_in_parts_is_no_way_around_the_limit(journal, systems):
    """
    Also where another call paid the first part back: the order system knows.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        await systems.orders.refund("another call", "4471", "1043", 3000)
        await stage.asks("find_order", {"order_number": "1043"})
        await stage.asks("refund", {"amount_cents": 2000}, said="Refund twenty.")
        assert stage.call.facts.order_refunded_cents == 5000
        await stage.asks("refund", {"amount_cents": 1})
        assert stage.last("transition.refused")["refused_by"] == "within_refund_limit"


async def test_what_is_left_after_a_refund_is_what_the_order_system_says(journal, systems):
    """
    Somebody else was paid back for the same order since it was looked up.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        await systems.orders.refund("another call", "4471", "1042", 500)
        await stage.caller("Refund ten.", REFUND)
        assert stage.call.facts.order_paid_cents == 2490


class Calendar:
    """A calendar that answers with this error."""

    def __init__(self, error):
        self.error = error

    async def book(self, *_):
        raise self.error


@pytest.mark.parametrize(
    ("error", "event", "says"),
    [
        (Refused("full"), "callback_failed", "hour is full"),
        (SystemDown("down"), "callback_unconfirmed", "could not confirm"),
    ],
    ids=["refused", "down"],
)
async def test_a_callback_is_full_or_not_confirmed(journal, systems, error, event, says):
    """
    The caller is told which of the two it is.
    """
    async with on_stage(journal, replace(systems, callbacks=Calendar(error))) as stage:
        await stage.to("person")
        said = await stage.asks(
            "book_callback", {"phone": "030 1234567", "time": "2026-03-03T10:00"}, said="Tomorrow at ten."
        )
        assert (stage.verdicts()[-1], stage.state) == (f"{event} accepted", "person")
        assert says in said[-1]
        assert not stage.call.facts.callback_booked


async def test_work_that_cannot_even_begin_is_reported(journal, systems):
    """
    An error on the way to the work is no reason to leave the caller waiting for it.
    """

    async def broken(work):
        raise KeyError("amount")

    flow = replace(SUPPORT, effects={"refunding": replace(SUPPORT.effects["refunding"], run=broken)})
    async with on_stage(journal, systems, flow=flow) as stage:
        await stage.to("billing")
        await stage.caller("Refund ten.", REFUND)
        assert stage.verdicts()[-1] == "refund_unconfirmed accepted"
        assert stage.last("effect.ended")["why"] == "KeyError"


async def test_an_effect_that_takes_too_long_is_not_confirmed(journal, systems):
    """
    After its time it is cancelled, and the caller is told so by whoever looks into it.
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
            "event": "refund_unconfirmed",
            "why": "TimeoutError",
        }
        assert stage.state == "person"


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
        assert (stage.call.facts.order_paid_cents, stage.call.facts.last_refund) == (2990, "paid")


@pytest.mark.parametrize(("error", "known"), [(Refused("no"), "refused"), (SystemDown("down"), "unconfirmed")])
async def test_what_came_of_a_refund_the_call_has_left_is_known(journal, systems, error, known):
    """
    The next desk can say it, though nobody waited for the outcome.
    """
    systems, orders = with_orders(systems, error=error)
    orders.gate.clear()
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        stage.model.add(REFUND)
        stage.typed.say("Refund ten.")
        await orders.entered.wait()
        await stage.call.propose("escalate", by="system")
        orders.gate.set()
        await stage.typed.rest()
        assert (stage.state, stage.call.facts.last_refund) == ("person", known)


async def test_no_refund_begins_while_another_is_under_way(journal, systems):
    """
    Away and back again while the first is not answered: the second is refused, and accepted once it is.
    """
    systems, orders = with_orders(systems)
    orders.gate.clear()
    async with on_stage(journal, systems) as stage:
        await stage.to("billing")
        await stage.call.propose("refund", {"amount_cents": 1000})
        await orders.entered.wait()
        for event in ("escalate", "return_to_desk"):
            assert (await stage.call.propose(event)).accepted
        assert (await stage.call.propose("refund", {"amount_cents": 500})).refused_by == "no_refund_unconfirmed"
        orders.gate.set()
        await stage.typed.rest()
        assert (await stage.call.propose("refund", {"amount_cents": 500})).accepted
        await stage.typed.rest()
        assert stage.call.facts.order_paid_cents == 2490


class Bookings:
    """A calendar whose first booking is answered last."""

    def __init__(self):
        self.keys, self.first = [], asyncio.Event()

    async def book(self, key, phone, when):
        self.keys.append(key)
        if len(self.keys) == 1:
            await self.first.wait()
        return f"CB {key}"


async def test_the_outcome_of_an_earlier_effect_is_not_taken_for_a_later_ones(journal, systems):
    """
    Two bookings under way one after the other: each outcome belongs to its own.
    """
    calendar, when = Bookings(), {"phone": "030 1234567", "time": "2026-03-03T10:00"}
    async with on_stage(journal, replace(systems, callbacks=calendar)) as stage:
        await stage.to("person")
        assert (await stage.call.propose("book_callback", when)).accepted
        for event in ("escalate", "book_callback"):
            assert (await stage.call.propose(event, when)).accepted
        await seconds_pass(stage, lambda: stage.state == "person")
        calendar.first.set()
        await stage.typed.rest()
        assert calendar.keys == ["call-1:2", "call-1:4"]
        assert [v for v in stage.verdicts() if v.startswith("callback_")] == [
            "callback_booked accepted",
            "callback_booked stale",
        ]


async def test_an_effect_that_reports_nonsense_has_failed(journal, systems):
    """
    A state that nothing leaves would hold the caller for good.
    """

    async def confused(work):
        return Outcome("refund_payed")

    confusing = replace(SUPPORT.effects["refunding"], run=confused, unknown="")
    flow = replace(SUPPORT, effects={**SUPPORT.effects, "refunding": confusing})
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
        await seconds_pass(stage, lambda: down.refused == RECORD_TRIES and stage.call.at_rest)
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

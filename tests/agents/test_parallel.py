"""Many proposals in one turn, proposals from before an operator's event, and effects that end while agents switch."""

import asyncio
from typing import Any

import pytest

from agents.support import SUPPORT
from agents.support.desks import BillingDesk, Triage
from interlock.agents.desks import WaitingDesk
from interlock.app.offline.scripted import Asks, Says
from tests.agents.stage import Stage
from tests.faults.stage import ACCOUNT

HELLO = "This is Anna."
NAME = Asks("note_name", {"name": "Anna"})
TAKEN_OVER = WaitingDesk.OPENINGS["take_over"]
PAID = f"{BillingDesk.OPENINGS['refund_paid']} It comes to 10 euros. Is there anything else?"


@pytest.mark.parametrize("count", [2, 3, 100])
async def test_of_equal_proposals_in_one_turn_the_first_is_accepted(on_stage, count):
    """
    The others were made before the call moved on: stale, silent, each with its own verdict.
    """
    stage = await begin(on_stage, NAME, *[Asks("begin_triage")] * count)
    await says(stage, HELLO)
    assert stage.verdicts() == ["accepted"] + ["stale"] * (count - 1)
    assert stage.call.state == "triage"
    assert stage.said[1:] == [Triage.OPENING]
    stage.assert_agrees()


@pytest.mark.parametrize("events", [("escalate", "say_goodbye"), ("say_goodbye", "escalate")])
async def test_of_different_proposals_in_one_turn_the_first_is_accepted(on_stage, events):
    """
    The order in which the model called decides, whatever the events are.
    """
    stage = await begin(on_stage, *(Asks(event) for event in events))
    stage.ears.hears(HELLO)
    if events[0] == "say_goodbye":
        await stage.closed()
        assert stage.verdicts() == ["stale", "accepted"]  # once goodbye is said nothing else is done
        assert stage.call.state == "closed"
    else:
        await stage.quiet()
        assert stage.verdicts() == ["accepted", "stale"]
        assert stage.call.state == "person"
        stage.assert_agrees()


@pytest.mark.parametrize("count", [2, 3, 100])
async def test_a_hundred_different_proposals_make_one_transition(on_stage, count):
    """
    Each gets its verdict; one is accepted, whatever is judged after it is refused, and there is one switch.
    """
    some = ("begin_triage", "escalate", "refund", "no_such_step")
    calls = [Asks(some[at % len(some)]) for at in range(count)]
    stage = await begin(on_stage, *calls)
    await says(stage, HELLO)
    assert stage.verdicts().count("accepted") == 1
    assert set(stage.verdicts()) <= {"accepted", "guard_false", "not_from_here", "unknown_event", "stale"}
    assert len(stage.verdicts()) == count
    assert stage.kinds().count("handoff.started") == 1
    assert stage.call.state == "person"
    stage.assert_agrees()


async def test_a_hundred_refusals_of_one_event_in_one_turn_offer_a_person_once(on_stage):
    """
    The third refusal moves the call; the rest is stale and moves nothing.
    """
    stage = await begin(on_stage, *[Asks("begin_triage")] * 100)
    await says(stage, HELLO)
    assert stage.verdicts()[:4] == ["guard_false"] * 3 + ["accepted"]
    assert stage.verdicts()[4:] == ["stale"] * 97
    assert stage.call.state == "offer"
    stage.assert_agrees()


@pytest.mark.parametrize("data_first", [True, False])
async def test_a_data_tool_runs_whichever_side_of_the_proposal_it_is_on(on_stage, data_first):
    """
    Its result crosses the handoff, and the old agent says nothing about it.
    """
    look = Asks("order_status", {"order_number": "1042"})
    rest = (look, Asks("begin_triage")) if data_first else (Asks("begin_triage"), look)
    stage = await begin(on_stage, NAME, *rest)
    await stage.call.establish(**ACCOUNT)
    await says(stage, HELLO)
    assert stage.call.state == "triage"
    assert stage.said[1:] == [Triage.OPENING]
    assert len(stage.model.asked) == 1, "the old agent's model was asked for more"
    outputs = [i for i in stage.session.current_agent.chat_ctx.items if i.type == "function_call_output"]
    assert sorted(item.name for item in outputs) == ["begin_triage", "note_name", "order_status"]
    assert "delivered" in "".join(item.output for item in outputs)
    stage.assert_agrees()


async def test_a_proposal_is_judged_against_what_a_tool_before_it_found(on_stage):
    """
    Tools of one turn run in the model's order: the name is noted when the step that needs it is judged.
    """
    stage = await begin(on_stage, Asks("begin_triage"), NAME)
    stage.model.after_tools = "Noted."
    await says(stage, HELLO)
    assert stage.verdicts() == ["guard_false"]
    assert stage.call.state == "greeting"
    assert stage.said[1:] == ["Noted."]
    stage.assert_agrees()


async def test_the_same_tool_call_twice_runs_once(on_stage):
    """
    P9: a provider that repeats a chunk proposes nothing twice.
    """
    stage = await begin(on_stage, NAME, Asks("begin_triage", id="one"), Asks("begin_triage", id="one"))
    await says(stage, HELLO)
    assert stage.verdicts() == ["accepted"]
    stage.assert_agrees()


async def test_proposals_from_before_an_operators_event_are_stale(on_stage):
    """
    P6: the old agent's answer arrives after `take_over`: nothing it asks for happens, and nothing it says is heard.
    """
    gate = asyncio.Event()
    stage = await begin(on_stage)
    stage.model.lines[HELLO] = Says("I shall pass you on.", (NAME, Asks("begin_triage"), Asks("escalate")), gate=gate)
    stage.ears.hears(HELLO)
    await stage.points.reached("handoff: before the model answers")
    await stage.call.propose("take_over", by="operator")
    gate.set()
    await stage.quiet()
    assert stage.verdicts() == ["accepted", "stale", "stale"]
    assert stage.call.state == "person"
    assert "I shall pass you on." not in stage.said
    assert stage.said[1] == TAKEN_OVER
    stage.assert_agrees()


async def test_words_the_old_agent_could_not_act_on_are_answered_by_the_next(on_stage):
    """
    What the caller said before `take_over` is in the conversation, and gets its answer after the announcement.
    """
    gate = asyncio.Event()
    stage = await begin(on_stage)
    stage.model.lines[HELLO] = [Says(calls=(Asks("begin_triage"),), gate=gate)]
    stage.ears.hears(HELLO)
    await stage.points.reached("handoff: before the model answers")
    await stage.call.propose("take_over", by="operator")
    gate.set()
    await stage.quiet()
    assert stage.said[1:] == [TAKEN_OVER, f"You said: {HELLO}"]
    assert stage.answers_to(HELLO) == 1
    stage.assert_agrees()


async def test_an_old_agent_that_asks_only_now_is_stale_too(on_stage):
    """
    An agent's epoch is the one it was made in: one that is on its way out cannot propose for the state after.
    """
    stage = await begin(on_stage)
    old = stage.session.current_agent
    await stage.call.propose("take_over", by="operator")
    context = type("Context", (), {"function_call": type("Call", (), {"call_id": "late"})()})()
    await old._tool_calls._propose("return_to_desk", {}, context)
    assert stage.verdicts() == ["accepted", "stale"]
    await stage.quiet()
    stage.assert_agrees()


async def test_a_callers_wish_during_a_refund_outlives_the_refund(on_stage):
    """
    Escalating races with the refund's outcome: whoever is first, the outcome is told and the wish is answered.
    """
    stage, paid, gate = await refunding(on_stage)
    stage.model.lines["A person!"] = [Says(calls=(Asks("escalate"),), gate=gate)]
    stage.ears.hears("A person!")
    await stage.points.reached("other: before the model answers")
    await stage.rounds()
    paid.set()
    await stage.until(lambda: stage.call.state == "billing")
    gate.set()
    await stage.quiet()
    assert stage.verdicts()[-2:] == ["accepted", "stale"]
    assert stage.said[-2:] == [PAID, "You said: A person!"]
    stage.assert_agrees()


async def test_a_refund_that_ends_after_an_escalation_changes_facts_only(on_stage):
    """
    The money moved and is on the record; the caller stays with the person they asked for.
    """
    stage, paid, _ = await refunding(on_stage)
    stage.model.lines["A person!"] = Says(calls=(Asks("escalate"),))
    stage.ears.hears("A person!")
    await stage.until(lambda: stage.call.state == "person" and not stage.call.switching)
    paid.set()
    await stage.quiet()
    assert stage.verdicts()[-2:] == ["accepted", "stale"]
    assert stage.call.facts.refund_reference is not None
    assert stage.call.state == "person"
    stage.assert_agrees()


async def test_no_second_refund_begins_while_the_first_is_unconfirmed(on_stage):
    """
    The caller left the refund under way and asks for another: it is refused until our system knows about the first.
    """
    stage, _, _ = await refunding(on_stage)
    first = stage.orders.waiting[0]
    for words, event in (("A person!", "escalate"), ("Back!", "return_to_desk")):
        stage.model.lines[words] = Says(calls=(Asks(event),))
        stage.ears.hears(words)
        await stage.until(lambda event=event: event == stage.last_accepted() and not stage.call.switching)
    stage.model.lines["Five more."] = Says(calls=(Asks("refund", {"amount_cents": 500}),))
    stage.ears.hears("Five more.")
    await stage.until(lambda: stage.verdicts()[-1] == "guard_false")
    first.set()
    await stage.until(lambda: stage.verdicts()[-1] == "stale")
    await stage.quiet()
    assert len(stage.orders.waiting) == 1
    assert stage.call.facts.last_refund == "paid"
    assert stage.call.state == "billing"
    stage.assert_agrees()


async def test_a_refund_that_ends_before_its_clerk_arrived_is_still_announced(on_stage):
    """
    P11: the clerk's switch was queued and is passed through in silence; the desk after it speaks.
    """
    stage, paid, _ = await refunding(on_stage, at_once=True)
    paid.set()
    await stage.quiet()
    assert stage.said[-1] == PAID
    assert stage.said.count(SUPPORT.cast["refunding"].OPENING) <= 1
    assert stage.call.state == "billing"
    stage.assert_agrees()


@pytest.mark.parametrize(
    "point", ["transition.accepted: being written", "transition.accepted: durable", "Triage: after update_agent"]
)
async def test_hanging_up_during_a_transition_ends_the_record(on_stage, point):
    """
    Fault 40: the accepted step stands, the caller left after it, and nobody is sent for any more.
    """
    stage = await begin(on_stage, NAME, Asks("begin_triage"))
    gone: list[asyncio.Task[None]] = []
    stage.points.arm(point, lambda: gone.append(asyncio.get_running_loop().create_task(stage.close())))
    stage.ears.hears(HELLO)
    await stage.closed()
    await asyncio.gather(*gone)
    assert stage.verdicts() == ["accepted", "accepted"]
    assert stage.last_accepted() == "caller_left"
    assert stage.call.state == "closed"
    assert stage.kinds()[-1] == "call.ended"
    assert stage.journal.snapshot(stage.call.id) == stage.call.snapshot


async def begin(on_stage: Any, *calls: Asks) -> Stage:
    stage = on_stage()
    stage.model.lines[HELLO] = Says(calls=calls)
    await stage.start()
    return stage


async def says(stage: Stage, words: str) -> None:
    stage.ears.hears(words)
    await stage.quiet()


async def refunding(on_stage: Any, *, at_once: bool = False) -> tuple[Stage, asyncio.Event, asyncio.Event]:
    """
    A call in which ten are being paid back, until the first event returned is set; the second is free to use.
    """
    stage = on_stage()
    paid, orders = asyncio.Event(), stage.call.services.orders
    stage.orders = Slow(orders, paid)
    object.__setattr__(stage.call.services, "orders", stage.orders)
    await stage.start()
    await stage.call.claim(caller_name="Anna", issue_category="billing")
    await stage.call.establish(
        account_found=True, account_id="4471", caller_verified=True, order_found=True, order_number="1042"
    )
    await stage.call.establish(order_paid_cents=3990)
    for event in ("begin_triage", "route_to_billing"):
        await stage.call.propose(event)
        await stage.quiet()
    stage.model.lines["Refund ten."] = Says(calls=(Asks("refund", {"amount_cents": 1000}),))
    stage.ears.hears("Refund ten.")
    await stage.until(lambda: stage.call.state == "refunding" and (at_once or bool(stage.orders.waiting)))
    if not at_once:
        await stage.until(lambda: SUPPORT.cast["refunding"].OPENING in stage.said and not stage.call.switching)
    return stage, paid, asyncio.Event()


class Slow:
    """
    Orders whose refunds wait: all for one event, or each for its own.
    """

    def __init__(self, orders: Any, all_paid: asyncio.Event) -> None:
        self._orders = orders
        self._all = all_paid
        self.waiting: list[asyncio.Event] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._orders, name)

    async def refund(self, *given: Any) -> Any:
        own = asyncio.Event()
        self.waiting.append(own)
        waits = [asyncio.ensure_future(own.wait()), asyncio.ensure_future(self._all.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()
        return await self._orders.refund(*given)

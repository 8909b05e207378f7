"""Where a support call touches money.

What was begun is on the record before it is begun: when an answer is lost, or the journal is, the call still knows that
money may have moved, and no second refund is accepted. Without the journal, no money moves at all.
"""

from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from agents.support.systems import Refund, SupportSystems
from interlock.agents.call.journal import JournalDown
from interlock.agents.flow import Effect
from interlock.agents.systems import Refused
from machines.support import SupportFacts

if TYPE_CHECKING:
    from interlock.agents.call.call import Call


def pay_refund(call: "Call", key: str, args: Mapping[str, Any]) -> Coroutine[Any, Any, str]:
    """Pay the accepted amount back for the order it was accepted for, whatever is looked up meanwhile."""
    facts = _facts(call)
    return _pay(call, key, facts.account_id, facts.order_number, int(args["amount_cents"]))


async def _pay(call: "Call", key: str, account_id: str | None, order_number: str | None, cents: int) -> str:
    other_unclear = _facts(call).last_refund == "unconfirmed" and key not in call.begun_before
    if account_id is None or order_number is None or other_unclear:
        return "refund_failed"
    try:
        await call.establish(last_refund="unconfirmed")
    except JournalDown:
        return "refund_failed"
    try:
        refund = await _systems(call).orders.refund(key, account_id, order_number, cents)
    except Refused:
        await call.establish(last_refund="refused")
        return "refund_failed"
    await _note_paid(call, order_number, refund)
    return "refund_paid"


async def _note_paid(call: "Call", order_number: str, refund: Refund) -> None:
    """Say that it was paid, and what is left: of another order that was looked up meanwhile we learnt nothing."""
    still_the_order = _facts(call).order_number == order_number
    now = {"order_paid_cents": refund.left_cents, "order_refunded_cents": refund.refunded_cents}
    left = now if still_the_order else {}
    await call.establish(last_refund="paid", refund_reference=refund.reference, **left)
    if still_the_order and _facts(call).order_number != order_number:
        await call.establish(**NO_ORDER)  # another one came in between: whatever is left of it, look it up again


def _systems(call: "Call") -> SupportSystems:
    assert isinstance(call.services, SupportSystems), "a support call needs SupportSystems as its services"
    return call.services


def _facts(call: "Call") -> SupportFacts:
    assert isinstance(call.facts, SupportFacts)
    return call.facts


NO_ORDER: Mapping[str, Any] = {
    "order_found": False,
    "order_number": None,
    "order_paid_cents": 0,
    "order_refunded_cents": 0,
}
"""What is known of the order when there is none, or none of this account's."""
REFUND = Effect(pay_refund, failed="refund_failed", unknown="refund_unconfirmed", repeatable=True)

"""Where a support call touches money and the calendar."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from agents.flow import Effect
from agents.support_systems import Refused, SupportSystems
from machines.support import SupportFacts

if TYPE_CHECKING:
    from agents.call import Call


async def pay_refund(call: "Call", key: str, args: Mapping[str, Any]) -> str:
    """Pay the accepted amount back for the order that was found."""
    systems, facts = _of(call)
    if facts.order_number is None:
        return "refund_failed"
    try:
        reference = await systems.orders.refund(key, facts.order_number, args["amount_cents"])
    except Refused:
        return "refund_failed"
    paid = facts.order_paid_cents - int(args["amount_cents"])
    await call.establish(refund_reference=reference, order_paid_cents=paid)
    return "refund_paid"


async def book_callback(call: "Call", key: str, args: Mapping[str, Any]) -> str:
    """Book the accepted number and time."""
    systems, facts = _of(call)
    when = datetime.fromisoformat(args["time"])
    when = when if when.tzinfo else when.replace(tzinfo=ZoneInfo(facts.timezone))
    try:
        reference = await systems.callbacks.book(key, args["phone"], when)
    except Refused:
        return "callback_failed"
    await call.establish(callback_booked=True, callback_reference=reference)
    return "callback_booked"


def _of(call: "Call") -> tuple[SupportSystems, SupportFacts]:
    systems, facts = call.services, call.facts
    assert isinstance(systems, SupportSystems), "a support call needs SupportSystems as its services"
    assert isinstance(facts, SupportFacts)
    return systems, facts


REFUND = Effect(pay_refund, failed="refund_failed")
BOOK = Effect(book_callback, failed="callback_failed")

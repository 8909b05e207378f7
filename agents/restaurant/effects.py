"""Where a restaurant call touches orders, money and the kitchen.

That money may move is on the record before it does, and without the journal none does. Taking it twice is impossible
for the payment system, so what nobody knows the outcome of may be asked again: then it is known.
"""

from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from agents.restaurant.known import facts_of, known_of, read_aloud, systems_of
from interlock.agents.call.journal import JournalDown
from interlock.agents.flow import Effect
from interlock.agents.systems import Refused

if TYPE_CHECKING:
    from interlock.agents.call.call import Call

NO_LINK: Mapping[str, Any] = {"link_sent": False, "read_back_revision": 0, "read_back": ""}
"""What is known once there is no link any more: the order has to be read back again, too."""


async def read_back(call: "Call", key: str, args: Mapping[str, Any]) -> str:
    """Take the order as the order system has it, and the words it is read back in."""
    draft = await systems_of(call).orders.draft(call.id)
    read = {"read_back": read_aloud(draft), "read_back_revision": draft.revision}
    await call.establish(**known_of(draft), **read)
    return "order_read_back"


def send_link(call: "Call", key: str, args: Mapping[str, Any]) -> Coroutine[Any, Any, str]:
    """Send a link for the revision that was confirmed, whatever is ordered meanwhile."""
    facts = facts_of(call)
    return _send_link(call, key, facts.read_back_revision, facts.caller_name or "", args["phone"])


async def _send_link(call: "Call", key: str, revision: int, name: str, phone: str) -> str:
    payments = systems_of(call).payments
    try:
        await payments.send_link(key, call.id, revision, name, phone, call.clock.now())
    except Refused as no:
        await call.establish(problem=str(no), **NO_LINK)
        return "link_refused"
    await call.establish(link_sent=True, problem="")
    return "link_delivered"


async def withdraw(call: "Call", key: str, args: Mapping[str, Any]) -> str:
    """Take the link back, unless the order is paid."""
    try:
        await systems_of(call).payments.withdraw(key, call.id)
    except Refused:
        return "link_kept"
    await call.establish(**NO_LINK)
    return "link_withdrawn"


async def settle(call: "Call", key: str, args: Mapping[str, Any]) -> str:
    """Take what was paid by the link. Who pays says nothing: a silence before it is none."""
    try:
        await call.establish(payment="unconfirmed", silences=0)
    except JournalDown:
        return "payment_open"
    payment = await systems_of(call).payments.settle(key, call.id, call.clock.now())
    if payment.state == "settled":
        await call.establish(payment="settled", payment_reference=payment.reference)
        return "payment_settled"
    await call.establish(payment=None, **(NO_LINK if payment.state == "lapsed" else {}))
    return f"payment_{payment.state}"


async def cook(call: "Call", key: str, args: Mapping[str, Any]) -> str:
    """Have the kitchen begin, and learn when it will be ready."""
    ticket = await systems_of(call).kitchen.take(key, call.id, call.clock.now())
    await call.establish(ticket_number=ticket.number, ready_at=ticket.ready_at)
    return "kitchen_took_order"


EFFECTS: Mapping[str, Effect] = {
    "reading_back": Effect(read_back, failed="read_back_failed", repeatable=True),
    "sending": Effect(send_link, failed="link_refused", unknown="link_unconfirmed", repeatable=True),
    "withdrawing": Effect(withdraw, failed="link_kept", unknown="withdrawal_unconfirmed", repeatable=True),
    "settling": Effect(settle, failed="payment_open", unknown="payment_unconfirmed", repeatable=True),
    "cooking": Effect(cook, failed="kitchen_unconfirmed", repeatable=True),
}

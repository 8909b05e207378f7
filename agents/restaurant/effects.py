"""Where a restaurant call touches orders, money and the kitchen.

That money may move is on the record before it does, and without the journal none does. Taking it twice is impossible
for the payment system, so what nobody knows the outcome of may be asked again: then it is known.
"""

from collections.abc import Mapping
from typing import Any

from agents.restaurant.known import known_of, read_aloud
from agents.restaurant.systems import RestaurantSystems
from interlock.agents import Assignment, Outcome, Refused, effect
from machines.restaurant import RestaurantFacts

Work = Assignment[RestaurantFacts, RestaurantSystems]
NO_LINK: Mapping[str, Any] = {"link_sent": False, "read_back_revision": 0, "read_back": ""}
"""What is known once there is no link any more: the order has to be read back again, too."""


@effect(failed="read_back_failed", repeatable=True)
async def read_back(work: Work) -> Outcome:
    """Take the order as the order system has it, and the words it is read back in."""
    draft = await work.systems.orders.draft(work.party)
    read = {"read_back": read_aloud(draft), "read_back_revision": draft.revision}
    return Outcome("order_read_back", {**known_of(draft), **read})


@effect(failed="link_refused", unknown="link_unconfirmed", repeatable=True)
async def send_link(work: Work) -> Outcome:
    """Send a link for the revision that was confirmed, whatever is ordered meanwhile."""
    facts, phone, payments = work.facts, work.args["phone"], work.systems.payments
    revision, name = facts.read_back_revision, facts.caller_name or ""
    try:
        await payments.send_link(work.key, work.party, revision, name, phone, work.now())
    except Refused as no:
        return Outcome("link_refused", {"problem": str(no), **NO_LINK})
    return Outcome("link_delivered", {"link_sent": True, "problem": ""})


@effect(failed="link_kept", unknown="withdrawal_unconfirmed", repeatable=True)
async def withdraw(work: Work) -> Outcome:
    """Take the link back, unless the order is paid."""
    await work.systems.payments.withdraw(work.key, work.party)
    return Outcome("link_withdrawn", NO_LINK)


@effect(
    failed="payment_open",
    unknown="payment_unconfirmed",
    repeatable=True,
    begins={"payment": "unconfirmed", "silences": 0},
)
async def settle(work: Work) -> Outcome:
    """Take what was paid by the link. Who pays says nothing: a silence before it is none."""
    payment = await work.systems.payments.settle(work.key, work.party, work.now())
    if payment.state == "settled":
        return Outcome("payment_settled", {"payment": "settled", "payment_reference": payment.reference})
    lapsed = NO_LINK if payment.state == "lapsed" else {}
    return Outcome(f"payment_{payment.state}", {"payment": None, **lapsed})


@effect(failed="kitchen_unconfirmed", repeatable=True)
async def cook(work: Work) -> Outcome:
    """Have the kitchen begin, and learn when it will be ready."""
    ticket = await work.systems.kitchen.take(work.key, work.party, work.now())
    return Outcome("kitchen_took_order", {"ticket_number": ticket.number, "ready_at": ticket.ready_at})

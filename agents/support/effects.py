"""Where a support call touches money.

What was begun is on the record before it is begun: when an answer is lost, or the journal is, the call still knows that
money may have moved, and no second refund is accepted. Without the journal, no money moves at all. What may be
paid back the order system judges as it pays, whatever the call knew of the order: two calls may know it at once.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from agents.support.systems import SupportSystems
from interlock.agents import Assignment, Outcome, Refused, SystemDown, effect
from machines.support import SupportFacts

NO_ORDER: Mapping[str, Any] = {
    "order_found": False,
    "order_number": None,
    "order_paid_cents": 0,
    "order_refunded_cents": 0,
}
"""What is known of the order when there is none, or none of this account's."""
Work = Assignment[SupportFacts, SupportSystems]


@effect(
    failed="refund_failed",
    unknown="refund_unconfirmed",
    repeatable=True,
    begins={"last_refund": "unconfirmed", "refund_problem": ""},
    exclusive=True,
    refused={"last_refund": "refused"},
)
async def refund(work: Work) -> Outcome:
    """Pay the accepted amount back for the order it was accepted for, whatever is looked up meanwhile."""
    account, order = work.facts.account_id, work.facts.order_number
    if account is None or order is None:
        raise Refused("no order was found")
    amount = int(work.args["amount_cents"])
    try:
        paid = await work.systems.orders.refund(work.key, account, order, amount)
    except Refused as no:
        return await _refused(work, account, order, str(no))

    def known(now: SupportFacts) -> Mapping[str, Any]:
        """Of another order that was looked up meanwhile we learnt nothing."""
        left = {"order_paid_cents": paid.left_cents, "order_refunded_cents": paid.refunded_cents}
        about_it = left if now.order_number == order else {}
        return {"last_refund": "paid", "last_refund_cents": amount, "refund_reference": paid.reference, **about_it}

    return Outcome("refund_paid", known)


async def _refused(work: Work, account: str, order: str, why: str) -> Outcome:
    """Why not, and how the order stands by now, where our systems say so."""
    found = None
    with suppress(SystemDown):
        found = await work.systems.orders.find(account, order)

    def known(now: SupportFacts) -> Mapping[str, Any]:
        left = {"order_paid_cents": found.paid_cents, "order_refunded_cents": found.refunded_cents} if found else {}
        return {"last_refund": "refused", "refund_problem": why, **(left if now.order_number == order else {})}

    return Outcome("refund_failed", known)

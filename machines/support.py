"""A support call, from hello to solved, or handed to a person.

Verification is a fact, not a state: a caller may prove who they are before or after saying what is wrong. Money moves
in a state of its own (`refunding`), so that no model ever reports that it did; when nobody can tell whether it did, a
person looks into it, and no other refund is made in this call.
"""

from typing import ClassVar, Literal

from guards.identity import TRIES_STAY_USED_UP, caller_named, caller_verified, checks_left
from guards.issue import issue_known
from guards.refunds import (
    amount_above_zero,
    amount_heard,
    no_refund_unconfirmed,
    order_found,
    within_refund_limit,
    within_what_was_paid,
)
from interlock.guards import agreed, claimed, established
from interlock.machines import CallerFacts, Common, Desks, EffectState, State, never

IssueCategory = Literal["technical", "billing", "general"]
RefundOutcome = Literal["unconfirmed", "paid", "refused"]


class SupportFacts(CallerFacts):
    """What a service desk knows about one call."""

    caller_name: str | None = claimed(pii=True, description="as the caller said it")
    issue_category: IssueCategory | None = claimed()
    issue_details: str | None = claimed(pii=True, description="the problem in the caller's words")

    account_found: bool = established(False)
    account_id: str | None = established(pii=True)
    caller_verified: bool = established(False)
    failed_checks: int = established(
        0,
        of_the_call=TRIES_STAY_USED_UP,
        description="how often account number and postcode did not belong together",
    )
    order_found: bool = established(False)
    order_number: str | None = established(pii=True)
    order_paid_cents: int = established(0, description="paid and not yet refunded, in cents")
    order_refunded_cents: int = established(0, description="paid back for that order before, in cents")
    last_refund: RefundOutcome | None = established(
        of_the_call="another refund could pay twice",
        kept_as=("unconfirmed",),
        description="unconfirmed from before the money moves",
    )
    last_refund_cents: int = established(0, description="paid back last in this call, in cents")
    refund_problem: str = established("", pii=True, for_model=False, description="why it was refused, as told")
    refund_reference: str | None = established(pii=True)


class Support(Desks):
    """Greeting, triage, two desks, and a person for everything else."""

    common = Common()
    greeting = State("Reception", initial=True)
    triage = State("Triage")
    technical = State("Technical desk")
    billing = State("Billing desk")
    resolved = State("Solved?")

    begin_triage = greeting.to(triage, cond=caller_named)
    route_to_technical = triage.to(technical, cond=issue_known) | billing.to(technical, cond=issue_known)
    route_to_billing = triage.to(billing, cond=[issue_known, checks_left, caller_verified]) | technical.to(
        billing, cond=[issue_known, checks_left, caller_verified]
    )
    resolve = triage.to(resolved) | technical.to(resolved) | billing.to(resolved)
    reopen = resolved.to(triage)

    refunding = EffectState("Refund under way")

    refund = billing.to(
        refunding,
        cond=[
            caller_verified,
            no_refund_unconfirmed,
            order_found,
            amount_above_zero,
            within_refund_limit,
            within_what_was_paid,
            amount_heard,
        ],
    )
    refund_paid = refunding.to(common.before)
    refund_failed = refunding.to(common.before)
    refund_unconfirmed = refunding.to(common.person)

    needs_yes: ClassVar = {"refund": ("order_number", "amount_cents")}
    promises = (
        never("billing").before(caller_verified),
        never("refund").before(caller_verified),
        never("refunding").before(order_found),
        never("refunding").before(agreed),
        never("refunding").before(amount_heard),
    )

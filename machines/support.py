"""A support call, from hello to solved, or handed to a person.

Verification is a fact, not a state: a caller may prove who they are before or after saying what is wrong. Money moves
in a state of its own (`refunding`), so that no model ever reports that it did; when nobody can tell whether it did, a
person looks into it, and no other refund is made in this call.
"""

from collections.abc import Mapping
from typing import ClassVar, Literal

from statemachine import HistoryState, State

from guards.base import Proposer
from guards.callbacks import callback_in_opening_hours, callback_number_given
from guards.facts import Facts, claimed, established
from guards.identity import caller_named, caller_verified, checks_left
from guards.issue import issue_known
from guards.patience import silent_twice
from guards.refunds import (
    amount_above_zero,
    no_refund_unconfirmed,
    order_found,
    within_refund_limit,
    within_what_was_paid,
)
from machines.base import ANYBODY, Machine
from machines.promises import never, reachable

IssueCategory = Literal["technical", "billing", "general"]
RefundOutcome = Literal["unconfirmed", "paid", "refused"]


class SupportFacts(Facts):
    """What a service desk knows about one call."""

    caller_name: str | None = claimed(pii=True, description="as the caller said it")
    issue_category: IssueCategory | None = claimed()
    issue_details: str | None = claimed(pii=True, description="the problem in the caller's words")

    account_found: bool = established(False)
    account_id: str | None = established(pii=True)
    caller_verified: bool = established(False)
    failed_checks: int = established(0, description="how often account number and postcode did not belong together")
    order_found: bool = established(False)
    order_number: str | None = established(pii=True)
    order_paid_cents: int = established(0, description="paid and not yet refunded, in cents")
    last_refund: RefundOutcome | None = established(description="unconfirmed from before the money moves")
    refund_reference: str | None = established(pii=True)
    callback_booked: bool = established(False)
    callback_reference: str | None = established(pii=True)


class Support(Machine):
    """Greeting, triage, two desks, and a person for everything else."""

    class live(State.Compound, name="In a call"):
        class desks(State.Compound, name="Our desks"):
            greeting = State("Reception", initial=True)
            triage = State("Triage")
            technical = State("Technical desk")
            billing = State("Billing desk")
            resolved = State("Solved?")
            before = HistoryState("Where the caller was", type="deep")

            begin_triage = greeting.to(triage, cond=caller_named)
            route_to_technical = triage.to(technical, cond=issue_known) | billing.to(technical, cond=issue_known)
            route_to_billing = triage.to(billing, cond=[issue_known, checks_left, caller_verified]) | technical.to(
                billing, cond=[issue_known, checks_left, caller_verified]
            )
            resolve = triage.to(resolved) | technical.to(resolved) | billing.to(resolved)
            reopen = resolved.to(triage)
            _before_anywhere = before.to(greeting)

        refunding = State("Refund under way")
        offer = State("Offered a person")
        person = State("Waiting for a person")
        booking = State("Callback being booked")

        refund = desks.billing.to(
            refunding,
            cond=[
                caller_verified,
                no_refund_unconfirmed,
                order_found,
                amount_above_zero,
                within_refund_limit,
                within_what_was_paid,
            ],
        )
        refund_paid = refunding.to(desks.before)
        refund_failed = refunding.to(desks.before)
        refund_unconfirmed = refunding.to(person)
        refused_thrice = desks.to(offer) | offer.to(person)
        escalate = desks.to(person) | refunding.to(person) | offer.to(person) | booking.to(person)
        take_over = desks.to(person) | refunding.to(person) | offer.to(person) | booking.to(person)
        return_to_desk = offer.to(desks.before) | person.to(desks.before)
        book_callback = person.to(booking, cond=[callback_number_given, callback_in_opening_hours])
        callback_booked = booking.to(person)
        callback_failed = booking.to(person)
        callback_unconfirmed = booking.to(person)

    closed = State("Goodbye", final=True)

    say_goodbye = live.to(closed)
    caller_silent = live.to(closed, cond=silent_twice)
    caller_left = live.to(closed)
    refused_thrice = live.person.to(closed)
    handoff_failed = live.person.to(closed) | live.to(live.person)

    proposers: ClassVar[Mapping[str, frozenset[Proposer]]] = {
        "escalate": ANYBODY,
        "say_goodbye": ANYBODY,
        "take_over": frozenset({"operator"}),
        **dict.fromkeys(
            (
                "refund_paid",
                "refund_failed",
                "refund_unconfirmed",
                "callback_booked",
                "callback_failed",
                "callback_unconfirmed",
                "refused_thrice",
                "caller_silent",
                "caller_left",
                "handoff_failed",
            ),
            frozenset({"system"}),
        ),
    }
    promises = (
        never("billing").before(caller_verified),
        never("refund").before(caller_verified),
        never("refunding").before(order_found),
        never("booking").before(callback_in_opening_hours),
        reachable("person", from_="everywhere"),
        reachable("closed", from_="everywhere"),
    )

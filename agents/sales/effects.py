"""Where a sales call touches what sales keep: each is done at most once however often it is begun.

One lead a call, one follow-up a number, one line of the do-not-call list a number: so a lost answer costs a question
and never a second call to somebody. Only the number of the caller's own line is listed, and of what others arranged
nothing is changed from another line. The demo is the calendar's work (`agents.booking.effects`).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from agents.sales.systems import Lead, SalesSystems
from interlock.agents import Assignment, Outcome, effect
from machines.sales import SalesFacts

DAYS_A_MONTH = 30
Work = Assignment[SalesFacts, SalesSystems]
NO_CALLS: Mapping[str, Any] = {
    "follow_up_on": None,
    "callback_booked": False,
    "callback_reference": None,
    "callback_at": None,
    "callback_number": None,
    "booked_slot": None,
    "booked_code": None,
}
"""What is known of calls to come when there are none."""


@effect(failed="lead_unnoted", timeout_s=5.0, repeatable=True)
async def assess(work: Work) -> Outcome:
    """Put on file what the caller said when it was accepted."""
    facts = work.facts
    assert facts.budget_cents is not None
    assert facts.authority is not None
    assert facts.timeline is not None
    lead = Lead(facts.need or "", facts.budget_cents, facts.authority, facts.timeline)
    return Outcome("lead_noted", {"listed": await work.systems.leads.note(work.key, work.party, lead, numbers(work))})


@effect(failed="follow_up_refused", unknown="follow_up_unconfirmed", repeatable=True, refused={"listed": True})
async def follow_up(work: Work) -> Outcome:
    """Note that we call again, on the number the caller gave or calls from."""
    due = work.today + timedelta(days=DAYS_A_MONTH * int(work.args["months"]))
    due = await work.systems.leads.follow_up(work.key, numbers(work)[0], due, work.facts.caller_phone)
    return Outcome("follow_up_noted", {"follow_up_on": due.isoformat()})


@effect(failed="listing_unconfirmed", repeatable=True)
async def never_call(work: Work) -> Outcome:
    """Never call again: the number they call from, and whatever this call arranged; no demo either."""
    listed = await work.systems.leads.never_call(work.key, work.party, work.facts.caller_phone)
    await work.systems.calendar.let_go(work.key, work.party, work.now())
    if not listed:
        return Outcome("calls_called_off", NO_CALLS)
    return Outcome("number_listed", {"listed": True, **NO_CALLS})


def numbers(work: Work) -> tuple[str, ...]:
    """The caller's numbers as far as we know them, the one they gave first."""
    return tuple(number for number in (work.facts.contact_phone, work.facts.caller_phone) if number)

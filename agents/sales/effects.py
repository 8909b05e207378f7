"""Where a sales call touches what sales keep: each is done at most once however often it is begun.

One lead a call, one follow-up a number, one line of the do-not-call list a number: so a lost answer costs a question
and never a second call to somebody. The demo is the calendar's work (`agents.booking.effects`).
"""

from collections.abc import Coroutine, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from agents.sales.systems import Lead, SalesSystems
from interlock.agents.flow import Effect
from interlock.agents.systems import Refused
from machines.sales import SalesFacts

if TYPE_CHECKING:
    from interlock.agents.call.call import Call

DAYS_A_MONTH = 30


def assess(call: "Call", key: str, args: Mapping[str, Any]) -> Coroutine[Any, Any, str]:
    """Put on file what the caller said when it was accepted."""
    facts = sales_facts(call)
    assert facts.budget_cents is not None
    assert facts.authority is not None
    assert facts.timeline is not None
    return _assess(call, key, Lead(facts.need or "", facts.budget_cents, facts.authority, facts.timeline))


async def _assess(call: "Call", key: str, lead: Lead) -> str:
    listed = await systems(call).leads.note(key, call.id, lead, numbers(call))
    await call.establish(listed=listed)
    return "lead_noted"


def follow_up(call: "Call", key: str, args: Mapping[str, Any]) -> Coroutine[Any, Any, str]:
    """Note that we call again, on the number the caller gave or calls from."""
    today = call.clock.now().astimezone(ZoneInfo(call.facts.timezone)).date()
    due = today + timedelta(days=DAYS_A_MONTH * int(args["months"]))
    return _follow_up(call, key, numbers(call)[0], due)


async def _follow_up(call: "Call", key: str, number: str, due: date) -> str:
    try:
        due = await systems(call).leads.follow_up(key, number, due)
    except Refused:
        await call.establish(listed=True)
        return "follow_up_refused"
    await call.establish(follow_up_on=due.isoformat())
    return "follow_up_noted"


def never_call(call: "Call", key: str, args: Mapping[str, Any]) -> Coroutine[Any, Any, str]:
    """Never call again: the number named, the one given before and the one they call from; no demo either."""
    return _never_call(call, key, numbers(call, args.get("phone")))


async def _never_call(call: "Call", key: str, theirs: tuple[str, ...]) -> str:
    await systems(call).leads.never_call(key, theirs)
    await systems(call).calendar.let_go(key, call.id, call.clock.now())
    await call.establish(listed=True, **NO_CALLS)
    return "number_listed"


def numbers(call: "Call", named: str | None = None) -> tuple[str, ...]:
    """The caller's numbers as far as we know them, the one they named first."""
    facts = sales_facts(call)
    known = (named, facts.contact_phone, facts.caller_phone)
    return tuple(number for number in known if number)


def systems(call: "Call") -> SalesSystems:
    """The business systems of this call."""
    assert isinstance(call.services, SalesSystems), "a sales call needs SalesSystems as its services"
    return call.services


def sales_facts(call: "Call") -> SalesFacts:
    """What is known in this call."""
    assert isinstance(call.facts, SalesFacts)
    return call.facts


NO_CALLS: Mapping[str, Any] = {
    "follow_up_on": None,
    "callback_booked": False,
    "callback_reference": None,
    "booked_slot": None,
    "booked_code": None,
}
"""What is known of calls to come when there are none."""
ASSESS = Effect(assess, failed="lead_unnoted", timeout_s=5.0, repeatable=True)
FOLLOW_UP = Effect(follow_up, failed="follow_up_refused", unknown="follow_up_unconfirmed", repeatable=True)
NEVER_CALL = Effect(never_call, failed="listing_unconfirmed", repeatable=True)

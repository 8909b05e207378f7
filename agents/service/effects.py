"""Where a service call touches the service system.

Dispatch and diagnosis only look up, so an unanswered one costs a question. An order is on the record as unconfirmed
before it is begun: when its answer is lost, no other one is accepted in this call. What was said about a repair is used
up by its order, so that the next repair starts from nothing.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from agents.service.systems import Case, Contact, ServiceSystems
from agents.service.words import booked
from guards.limits import VISITS
from guards.repairs import picked, where_and_what
from interlock.agents import Assignment, Outcome, Refused, SystemDown, effect
from machines.service import NO_WARRANTY, ServiceFacts

Work = Assignment[ServiceFacts, ServiceSystems]
NOT_DIAGNOSED: Mapping[str, Any] = {
    "quote_id": None,
    "diagnosis": None,
    "diagnosis_words": "",
    "price_cents": None,
    "free_windows": (),
}
ABOUT_ONE_REPAIR = ("appliance", "fault", "warranty_number", "wanted_time")


@effect(failed="no_specialist", unknown="dispatch_failed", timeout_s=5.0, repeatable=True, looks_up=True)
async def dispatch(work: Work) -> Outcome:
    """Find out whose work it is, by what was gathered."""
    what, where = where_and_what(work.facts)
    trade = await work.systems.service.trade(what, where)
    return Outcome(f"{trade}_case" if trade else "no_specialist", {"dispatched_for": (what, where)})


@effect(failed="diagnosis_failed", timeout_s=5.0, repeatable=True, looks_up=True)
async def diagnose(work: Work) -> Outcome:
    """Have the service system say what it seems to be, what a visit costs, and when one is free."""
    facts, service = work.facts, work.systems.service
    number = None if facts.warranty_number == NO_WARRANTY else facts.warranty_number
    case = Case(facts.appliance or "", facts.fault or "", facts.postcode or "", number)
    quote = await service.quote(work.key, case, work.today)
    known = {
        "quote_id": quote.quote_id,
        "diagnosis": quote.category,
        "diagnosis_words": quote.words,
        "price_cents": quote.price_cents,
        "free_windows": await service.free(quote.quote_id, work.today, work.share(VISITS)),
    }
    return Outcome("diagnosed", known, quota="kept" if number and quote.price_cents else "proved")


@effect(
    failed="visit_refused",
    unknown="visit_unconfirmed",
    repeatable=True,
    begins={"last_order": "unconfirmed"},
    exclusive=True,
    refused={"last_order": "refused"},
)
async def arrange(work: Work) -> Outcome:
    """Book the window the caller picked, at the price that was established when they did."""
    facts, quote, window = work.facts, work.facts.quote_id, picked(work.facts)
    if quote is None or window is None:
        raise Refused("no window was picked")
    contact = Contact(facts.caller_name or "", facts.contact_phone or facts.caller_phone or "")
    try:
        share = work.share(VISITS)
        order = await work.systems.service.order(work.key, quote, window, contact, work.today, share)
    except Refused:
        free = await _free(work, quote)
        return Outcome("visit_refused", {"last_order": "refused", "free_windows": free}, used_up=("wanted_time",))
    words = booked(order.number, order.window, order.price_cents)
    known = {"last_order": "booked", "order_number": order.number, "order_words": words, **NOT_DIAGNOSED}
    return Outcome("visit_booked", known, used_up=ABOUT_ONE_REPAIR)


async def _free(work: Work, quote: int) -> tuple[str, ...]:
    """What is free now that somebody was faster; nothing, when the service system does not say."""
    with suppress(SystemDown):
        return await work.systems.service.free(quote, work.today, work.share(VISITS))
    return ()

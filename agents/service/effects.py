"""Where a service call touches the service system.

Dispatch and diagnosis only look up, so an unanswered one costs a question. An order is on the record as unconfirmed
before it is begun: when its answer is lost, no other one is accepted in this call. What was said about a repair is used
up by its order, so that the next repair starts from nothing.
"""

from collections.abc import Coroutine, Mapping
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from agents.service.systems import Case, Contact, ServiceSystems
from agents.service.words import booked
from guards.repairs import picked, where_and_what
from interlock.agents.call.journal import JournalDown
from interlock.agents.flow import Effect
from interlock.agents.systems import Refused, SystemDown
from machines.service import NO_WARRANTY, ServiceFacts

if TYPE_CHECKING:
    from interlock.agents.call.call import Call


def dispatch(call: "Call", key: str, args: Mapping[str, Any]) -> Coroutine[Any, Any, str]:
    """Find out whose work it is, by what was gathered."""
    return _dispatch(call, *where_and_what(facts_of(call)))


async def _dispatch(call: "Call", appliance: str, postcode: str) -> str:
    trade = await systems_of(call).service.trade(appliance, postcode)
    await call.establish(dispatched_for=(appliance, postcode))
    return f"{trade}_case" if trade else "no_specialist"


def diagnose(call: "Call", key: str, args: Mapping[str, Any]) -> Coroutine[Any, Any, str]:
    """Have the service system say what it seems to be, what a visit costs, and when one is free."""
    facts = facts_of(call)
    number = None if facts.warranty_number == NO_WARRANTY else facts.warranty_number
    return _diagnose(call, key, Case(facts.appliance or "", facts.fault or "", facts.postcode or "", number))


async def _diagnose(call: "Call", key: str, case: Case) -> str:
    service, today = systems_of(call).service, today_of(call)
    quote = await service.quote(key, case, today)
    free = await service.free(quote.quote_id, today)
    await call.establish(
        quote_id=quote.quote_id,
        diagnosis=quote.category,
        diagnosis_words=quote.words,
        price_cents=quote.price_cents,
        free_windows=free,
    )
    return "diagnosed"


def arrange(call: "Call", key: str, args: Mapping[str, Any]) -> Coroutine[Any, Any, str]:
    """Book the window the caller picked, at the price that was established when they did."""
    facts = facts_of(call)
    contact = Contact(facts.caller_name or "", facts.contact_phone or facts.caller_phone or "")
    return _arrange(call, key, facts.quote_id, picked(facts), contact)


async def _arrange(call: "Call", key: str, quote_id: int | None, window: str | None, contact: Contact) -> str:
    if quote_id is None or window is None or not await _begun(call, key):
        return "visit_refused"
    try:
        order = await systems_of(call).service.order(key, quote_id, window, contact, today_of(call))
    except Refused:
        await call.establish(last_order="refused")
        return await _look_again(call, quote_id)
    words = booked(order.number, order.window, order.price_cents)
    await call.establish(last_order="booked", order_number=order.number, order_words=words, **NOT_DIAGNOSED)
    await call.claim(**NOTHING_SAID)
    return "visit_booked"


async def _begun(call: "Call", key: str) -> bool:
    """Put on record that a technician may have been sent; without the journal, nothing is begun."""
    if facts_of(call).last_order == "unconfirmed" and key not in call.begun_before:
        return False
    try:
        await call.establish(last_order="unconfirmed")
    except JournalDown:
        return False
    return True


async def _look_again(call: "Call", quote_id: int) -> str:
    """What is free now that somebody was faster; nothing, when the service system does not say."""
    free: tuple[str, ...] = ()
    with suppress(SystemDown):
        free = await systems_of(call).service.free(quote_id, today_of(call))
    await call.establish(free_windows=free)
    await call.claim(wanted_time=None)
    return "visit_refused"


def today_of(call: "Call") -> date:
    """Which day it is where the service is."""
    now: datetime = call.clock.now()
    return now.astimezone(ZoneInfo(call.facts.timezone)).date()


def systems_of(call: "Call") -> ServiceSystems:
    """The business systems of this call."""
    assert isinstance(call.services, ServiceSystems), "a service call needs ServiceSystems as its services"
    return call.services


def facts_of(call: "Call") -> ServiceFacts:
    """What is known."""
    assert isinstance(call.facts, ServiceFacts)
    return call.facts


NOT_DIAGNOSED: Mapping[str, Any] = {
    "quote_id": None,
    "diagnosis": None,
    "diagnosis_words": "",
    "price_cents": None,
    "free_windows": (),
}
NOTHING_SAID: Mapping[str, Any] = {"appliance": None, "fault": None, "warranty_number": None, "wanted_time": None}
EFFECTS: Mapping[str, Effect] = {
    "dispatching": Effect(dispatch, failed="no_specialist", unknown="dispatch_failed", timeout_s=5.0, repeatable=True),
    "diagnosing": Effect(diagnose, failed="diagnosis_failed", timeout_s=5.0, repeatable=True),
    "arranging": Effect(arrange, failed="visit_refused", unknown="visit_unconfirmed", repeatable=True),
}

"""Where an appointment call touches the calendar.

A hold frees itself, so an unanswered one costs nothing but a question. What is booked, moved or cancelled is on the
record as unconfirmed before it is begun: when the answer is lost, no other change is accepted in this call.
"""

from collections.abc import Coroutine, Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from agents.booking.systems import Appointment, BookingSystems, Contact, Hold
from agents.booking.times import booking_facts
from guards.appointments import Change, picked
from interlock.agents.call.journal import JournalDown
from interlock.agents.flow import Effect
from interlock.agents.systems import Refused, SystemDown

if TYPE_CHECKING:
    from interlock.agents.call.call import Call


def hold_time(call: "Call", key: str, args: Mapping[str, Any]) -> Coroutine[Any, Any, str]:
    """Hold the slot the caller picked, and tell the machine when the hold runs out."""
    return _hold(call, key, picked(booking_facts(call), args.get("time")))


async def _hold(call: "Call", key: str, slot: str | None) -> str:
    if slot is None:
        return "time_taken"
    wanted = datetime.fromisoformat(slot)
    try:
        hold = await systems(call).calendar.hold(key, call.id, wanted, call.clock.now())
    except Refused:
        await _offer_others(call, wanted)
        return "time_taken"
    await call.establish(held_slot=slot, held_until=hold.until, offered_slots=())
    _watch(call, hold)
    return "time_held"


def _watch(call: "Call", hold: Hold) -> None:
    """Once the hold has run out and nothing came of it, the machine is told, where that still makes a difference."""

    def ran_out() -> None:
        waited_for = "hold_ran_out" in call.offered("system")
        if waited_for and booking_facts(call).held_until == hold.until and not call.ending:
            call.spawn(_ran_out(call, hold.slot, call.epoch))

    left = hold.until - call.clock.now()
    call.clock.call_later(left.total_seconds() + A_MOMENT_S, ran_out)


def watch_again(call: "Call") -> None:
    """The hold that another process watched, if any."""
    facts = booking_facts(call)
    if facts.held_slot is not None and facts.held_until is not None:
        _watch(call, Hold(datetime.fromisoformat(facts.held_slot), facts.held_until))


async def _ran_out(call: "Call", slot: datetime, epoch: int) -> None:
    await _offer_others(call, slot)
    await call.propose("hold_ran_out", by="system", seen_epoch=epoch)


def book(call: "Call", key: str, args: Mapping[str, Any]) -> Coroutine[Any, Any, str]:
    """Book what was held when the caller said yes, for whom they said they are."""
    facts = booking_facts(call)
    phone = facts.contact_phone or facts.caller_phone or ""
    account = facts.account_id if facts.caller_verified else None
    return _book(call, key, facts.held_slot, Contact(facts.caller_name or "", phone, account))


async def _book(call: "Call", key: str, slot: str | None, contact: Contact) -> str:
    if slot is None or not await _begun(call, key):
        return "time_lost"
    wanted = datetime.fromisoformat(slot)
    try:
        made = await systems(call).calendar.book(key, call.id, wanted, contact, call.clock.now())
    except Refused:
        return await _lost(call, wanted)
    await _note_booked(call, made, "booked")
    return "booked"


def move(call: "Call", key: str, args: Mapping[str, Any]) -> Coroutine[Any, Any, str]:
    """Move the appointment that was found to what was held when the caller said yes."""
    facts = booking_facts(call)
    return _move(call, key, facts.found_code, facts.held_slot)


async def _move(call: "Call", key: str, code: str | None, slot: str | None) -> str:
    if code is None or slot is None or not await _begun(call, key):
        return "time_lost"
    wanted = datetime.fromisoformat(slot)
    try:
        made = await systems(call).calendar.move(key, call.id, code, wanted, call.clock.now())
    except Refused:
        return await _lost(call, wanted)
    await _note_booked(call, made, "moved")
    return "moved"


def cancel(call: "Call", key: str, args: Mapping[str, Any]) -> Coroutine[Any, Any, str]:
    """Give up the appointment that was found when the caller said yes."""
    return _cancel(call, key, booking_facts(call).found_code)


async def _cancel(call: "Call", key: str, code: str | None) -> str:
    if code is None or not await _begun(call, key):
        return "cancel_failed"
    try:
        await systems(call).calendar.cancel(key, code, call.clock.now())
    except Refused:
        await call.establish(last_change="refused", **NOT_FOUND)
        return "cancel_failed"
    gone = {"booked_slot": None, "booked_code": None} if booking_facts(call).booked_code == code else {}
    await call.establish(last_change="cancelled", **NOT_FOUND, **gone)
    return "cancelled"


async def _begun(call: "Call", key: str) -> bool:
    """Put on record that the calendar may have changed; without the journal, nothing is begun."""
    if booking_facts(call).last_change == "unconfirmed" and key not in call.begun_before:
        return False
    try:
        await call.establish(last_change="unconfirmed")
    except JournalDown:
        return False
    return True


async def _note_booked(call: "Call", made: Appointment, change: Change) -> None:
    """It is theirs now, whoever asked: they are told the code and may change it in this very call."""
    slot = made.slot.isoformat()
    found = {"found_by": "code", "found_code": made.code, "found_slot": slot}
    await call.establish(last_change=change, booked_slot=slot, booked_code=made.code, **found, **NOT_HELD)


async def _lost(call: "Call", wanted: datetime) -> str:
    await call.establish(last_change="refused", **NOT_HELD)
    await _offer_others(call, wanted)
    return "time_lost"


async def _offer_others(call: "Call", wanted: datetime) -> None:
    """What is free near a time that could not be had; nothing, when the calendar does not say."""
    slots: tuple[datetime, ...] = ()
    with suppress(SystemDown):
        slots = (await systems(call).calendar.free(wanted, call.clock.now(), call.id)).slots
    await call.establish(asked_time=None, offered_slots=tuple(slot.isoformat() for slot in slots))


def systems(call: "Call") -> BookingSystems:
    """The business systems of an appointment call."""
    assert isinstance(call.services, BookingSystems), "an appointment call needs BookingSystems as its services"
    return call.services


A_MOMENT_S = 0.5
"""Timers and the time of day are two clocks: what is over by the one shall be over by the other."""
NOT_HELD: Mapping[str, Any] = {"held_slot": None, "held_until": None}
NOT_FOUND: Mapping[str, Any] = {"found_by": None, "found_code": None, "found_slot": None}
HOLD = Effect(hold_time, failed="time_taken", unknown="hold_unclear", repeatable=True)
BOOK = Effect(book, failed="time_lost", unknown="change_unconfirmed", repeatable=True)
MOVE = Effect(move, failed="time_lost", unknown="change_unconfirmed", repeatable=True)
CANCEL = Effect(cancel, failed="cancel_failed", unknown="change_unconfirmed", repeatable=True)

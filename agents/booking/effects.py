"""Where an appointment call touches the calendar.

A hold frees itself, so an unanswered one costs nothing but a question. What is booked, moved or cancelled is on the
record as unconfirmed before it is begun: when the answer is lost, no other change is accepted in this call.
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from agents.booking.systems import Appointment, BookingSystems, Contact
from guards.appointments import Change, picked
from guards.limits import APPOINTMENTS
from interlock.agents import Assignment, Outcome, Refused, SystemDown, effect
from machines.booking import BookingFacts

Work = Assignment[BookingFacts, BookingSystems]
NOT_HELD: Mapping[str, Any] = {"held_slot": None, "held_until": None}
NOT_FOUND: Mapping[str, Any] = {"found_by": None, "found_code": None, "found_slot": None}


@effect(failed="time_taken", unknown="hold_unclear", repeatable=True)
async def hold(work: Work) -> Outcome:
    """Hold the slot the caller picked."""
    slot = picked(work.facts, work.args.get("time"))
    if slot is None:
        return Outcome("time_taken")
    wanted = datetime.fromisoformat(slot)
    try:
        share = work.share(APPOINTMENTS)
        held = await work.systems.calendar.hold(work.key, work.party, wanted, work.now(), share)
    except Refused:
        return Outcome("time_taken", await _others(work, wanted))
    return Outcome("time_held", {"held_slot": slot, "held_until": held.until, "offered_slots": ()})


@effect(failed="hold_ran_out")
async def hold_ran_out(work: Work) -> Outcome:
    """Look up what is free besides, once a hold has run out and nothing came of it."""
    assert work.facts.held_slot is not None
    return Outcome("hold_ran_out", await _others(work, datetime.fromisoformat(work.facts.held_slot)))


changes = partial(
    effect, unknown="change_unconfirmed", repeatable=True, begins={"last_change": "unconfirmed"}, exclusive=True
)
"""Of an effect that changes the calendar."""


@changes(failed="time_lost")
async def book(work: Work) -> Outcome:
    """Book what was held when the caller said yes, for whom they said they are."""
    facts, calendar = work.facts, work.systems.calendar
    if facts.held_slot is None:
        return Outcome("time_lost", REFUSED)
    wanted = datetime.fromisoformat(facts.held_slot)
    phone = facts.contact_phone or facts.caller_phone or ""
    contact = Contact(facts.caller_name or "", phone, facts.account_id if facts.caller_verified else None)
    try:
        made = await calendar.book(work.key, work.party, wanted, contact, work.now())
    except Refused:
        return await _lost(work, wanted)
    return Outcome("booked", {**_booked(made, "booked"), "booked_number": phone})


@changes(failed="time_lost")
async def move(work: Work) -> Outcome:
    """Move the appointment that was found to what was held when the caller said yes."""
    code, slot = work.facts.found_code, work.facts.held_slot
    if code is None or slot is None:
        return Outcome("time_lost", REFUSED)
    wanted = datetime.fromisoformat(slot)
    try:
        made = await work.systems.calendar.move(work.key, work.party, code, wanted, work.now())
    except Refused:
        return await _lost(work, wanted)
    return Outcome("moved", _booked(made, "moved"))


@changes(failed="cancel_failed", refused={"last_change": "refused", **NOT_FOUND})
async def cancel(work: Work) -> Outcome:
    """Give up the appointment that was found when the caller said yes."""
    code = work.facts.found_code
    if code is None:
        raise Refused("no appointment was found")
    await work.systems.calendar.cancel(work.key, code, work.now())

    def known(now: BookingFacts) -> Mapping[str, Any]:
        gone = {"booked_slot": None, "booked_code": None} if now.booked_code == code else {}
        return {"last_change": "cancelled", **NOT_FOUND, **gone}

    of_this_call = work.facts.booked_code == code and work.facts.last_change == "booked"
    taken = (APPOINTMENTS, {"contact_phone": work.facts.booked_number})
    return Outcome("cancelled", known, frees=(taken,) if of_this_call else ())


def _booked(made: Appointment, change: Change) -> Mapping[str, Any]:
    """It is theirs now, whoever asked: they are told the code and may change it in this very call."""
    slot = made.slot.isoformat()
    found = {"found_by": "code", "found_code": made.code, "found_slot": slot}
    return {"last_change": change, "booked_slot": slot, "booked_code": made.code, **found, **NOT_HELD}


async def _lost(work: Work, wanted: datetime) -> Outcome:
    return Outcome("time_lost", {**REFUSED, **NOT_HELD, **await _others(work, wanted)})


async def _others(work: Work, wanted: datetime) -> Mapping[str, Any]:
    """What is free near a time that could not be had; nothing, when the calendar does not say."""
    slots: tuple[datetime, ...] = ()
    with suppress(SystemDown):
        share = work.share(APPOINTMENTS)
        slots = (await work.systems.calendar.free(wanted, work.now(), work.party, share)).slots
    return {"asked_time": None, "offered_slots": tuple(slot.isoformat() for slot in slots)}


REFUSED: Mapping[str, Any] = {"last_change": "refused"}

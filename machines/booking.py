"""An appointment by phone: find a free time, have it held, book it; later move it or give it up.

A time is held while the caller decides, and the calendar frees it when the hold runs out; so two callers are never
promised the same one. Booking anew and moving what is booked go through places of their own: nobody who wanted to move
an appointment ends up with two.
"""

from datetime import datetime
from typing import ClassVar

from guards.appointments import (
    Answer,
    Change,
    FoundBy,
    Unsaid,
    appointment_theirs,
    cancelling_agreed,
    hold_running,
    no_change_unconfirmed,
    number_confirmed,
    reachable_by_phone,
    slot_offered,
)
from guards.identity import TRIES_STAY_USED_UP, caller_named, name_confirmed
from guards.limits import APPOINTMENTS
from interlock.guards import agreed, claimed, established
from interlock.machines import CallerFacts, Common, Desks, EffectState, State, never, reported


class BookingFacts(Unsaid, CallerFacts):
    """What an appointment desk knows about one call; times in ISO 8601 with their zone."""

    caller_name: str | None = claimed(pii=True, description="as the caller said it")
    contact_phone: str | None = claimed(pii=True, description="the number to reach the caller on")
    caller_zone: str | None = claimed(description="IANA name of the zone the caller's times are in, when not ours")

    calendar_zone: str = established(
        "UTC", of_the_call="it is the calendar's", description="IANA name of the zone the calendar is in"
    )
    asked_time: Answer | None = established(description="what the time was that was last looked up")
    offered_slots: tuple[str, ...] = established((), description="free when last looked up, the first one suggested")
    held_slot: str | None = established(for_model=False)
    held_until: datetime | None = established(for_model=False)

    caller_verified: bool = established(False)
    account_id: str | None = established(pii=True)
    failed_checks: int = established(
        0, of_the_call=TRIES_STAY_USED_UP, description="wrong codes, and account numbers with a wrong postcode"
    )
    found_by: FoundBy | None = established(description="how the appointment that was found was proved to be theirs")
    found_code: str | None = established(pii=True, for_model=False)
    found_slot: str | None = established(description="when the appointment is that was found")

    last_change: Change | None = established(
        of_the_call="another change could be made twice",
        kept_as=("unconfirmed",),
        description="unconfirmed from before the calendar changes",
    )
    booked_slot: str | None = established(description="booked or moved to in this call")
    booked_code: str | None = established(pii=True, description="the caller needs it to move or cancel")
    booked_number: str | None = established(pii=True, for_model=False, description="the number it was booked with")


class Booking(Desks):
    """Reception, the calendar, a time held while the caller decides; booked, moved or cancelled."""

    common = Common()
    reception = State("Reception", initial=True)
    availability = State("Free times")
    deciding = State("Time held")
    existing = State("Existing appointment")
    deciding_move = State("New time held")
    confirmation = State("Confirmation")

    find_time = reception.to(availability) | confirmation.to(availability)
    change_booking = reception.to(existing) | availability.to(existing) | confirmation.to(existing)
    back_to_reception = existing.to(reception)
    other_time = deciding.to(availability) | deciding_move.to(existing)
    hold_ran_out = deciding.to(availability) | deciding_move.to(existing)

    holding = EffectState("Time being held")
    holding_move = EffectState("New time being held")
    reserving = EffectState("Appointment being booked")
    moving = EffectState("Appointment being moved")
    cancelling = EffectState("Appointment being cancelled")

    hold_time = availability.to(holding, cond=slot_offered) | existing.to(
        holding_move, cond=[appointment_theirs, slot_offered]
    )
    time_held = holding.to(deciding) | holding_move.to(deciding_move)
    time_taken = holding.to(availability) | holding_move.to(existing)
    hold_unclear = holding.to(availability) | holding_move.to(existing)

    book = deciding.to(
        reserving,
        cond=[no_change_unconfirmed, hold_running, caller_named, name_confirmed, reachable_by_phone, number_confirmed],
    )
    booked = reserving.to(confirmation)
    move = deciding_move.to(moving, cond=[appointment_theirs, no_change_unconfirmed, hold_running])
    moved = moving.to(confirmation)
    time_lost = reserving.to(availability) | moving.to(existing)

    cancel = existing.to(cancelling, cond=[appointment_theirs, no_change_unconfirmed, cancelling_agreed])
    cancelled = cancelling.to(reception)
    cancel_failed = cancelling.to(existing)
    change_unconfirmed = reserving.to(common.person) | moving.to(common.person) | cancelling.to(common.person)

    quotas: ClassVar = {"reserving": (APPOINTMENTS,)}
    needs_yes: ClassVar = {
        "book": ("held_slot", "unsaid"),
        "move": ("found_code", "held_slot"),
        "cancel": ("found_code",),
    }
    harmless: ClassVar = {"hold_time": "a time that is held is free again by itself"}
    proposers = reported("hold_ran_out")
    promises = (
        never("holding").before(slot_offered),
        never("reserving").before("time_held"),
        never("reserving").before(agreed),
        never("reserving").before(hold_running),
        never("reserving").before(caller_named),
        never("reserving").before(name_confirmed),
        never("reserving").before(number_confirmed),
        never("confirmation").before(hold_running),
        never("moving").before(appointment_theirs),
        never("moving").before(agreed),
        never("cancelling").before(appointment_theirs),
        never("cancelling").before(cancelling_agreed),
    )

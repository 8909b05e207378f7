"""What an appointment call may do."""

from datetime import timedelta

from agents.booking import BOOKING
from interlock.testing.table import AGENT, NOW, SYSTEM, OneFalse, Table

SLOT = "2026-03-24T09:00:00+00:00"  # ten in Berlin
HELD = (("find_time", "agent"), ("hold_time", "agent"), ("time_held", "system"))
NEW_HELD = (("change_booking", "agent"), ("hold_time", "agent"), ("time_held", "system"))

TABLE = Table(
    flow=BOOKING,
    desks=("reception", "availability", "deciding", "existing", "deciding_move", "confirmation"),
    work=("holding", "holding_move", "reserving", "moving", "cancelling"),
    arrows=(
        (("reception", "confirmation"), "find_time", AGENT, "availability"),
        (("existing",), "back_to_reception", AGENT, "reception"),
        (("reception", "availability", "confirmation"), "change_booking", AGENT, "existing"),
        (("availability",), "hold_time", AGENT, "holding"),
        (("existing",), "hold_time", AGENT, "holding_move"),
        (("holding",), "time_held", SYSTEM, "deciding"),
        (("holding_move",), "time_held", SYSTEM, "deciding_move"),
        (("holding",), "time_taken", SYSTEM, "availability"),
        (("holding_move",), "time_taken", SYSTEM, "existing"),
        (("holding",), "hold_unclear", SYSTEM, "availability"),
        (("holding_move",), "hold_unclear", SYSTEM, "existing"),
        (("deciding",), "other_time", AGENT, "availability"),
        (("deciding_move",), "other_time", AGENT, "existing"),
        (("deciding",), "hold_ran_out", SYSTEM, "availability"),
        (("deciding_move",), "hold_ran_out", SYSTEM, "existing"),
        (("deciding",), "book", AGENT, "reserving"),
        (("reserving",), "booked", SYSTEM, "confirmation"),
        (("reserving",), "time_lost", SYSTEM, "availability"),
        (("deciding_move",), "move", AGENT, "moving"),
        (("moving",), "moved", SYSTEM, "confirmation"),
        (("moving",), "time_lost", SYSTEM, "existing"),
        (("existing",), "cancel", AGENT, "cancelling"),
        (("cancelling",), "cancelled", SYSTEM, "reception"),
        (("cancelling",), "cancel_failed", SYSTEM, "existing"),
        (("reserving", "moving", "cancelling"), "change_unconfirmed", SYSTEM, "person"),
    ),
    guarded={
        ("availability", "hold_time"): ("slot_offered",),
        ("existing", "hold_time"): ("appointment_theirs", "slot_offered"),
        "book": ("no_change_unconfirmed", "hold_running", "caller_named", "reachable_by_phone", "agreed"),
        "move": ("appointment_theirs", "no_change_unconfirmed", "hold_running", "agreed"),
        "cancel": ("appointment_theirs", "no_change_unconfirmed", "cancelling_agreed"),
    },
    one_false=(
        OneFalse("hold_time", "slot_offered", {"offered_slots": ()}),
        OneFalse("hold_time", "slot_offered", args={"time": "2026-03-24T10:30"}),
        OneFalse("hold_time", "appointment_theirs", {"found_by": None}),
        OneFalse("book", "no_change_unconfirmed", {"last_change": "unconfirmed"}),
        OneFalse("book", "hold_running", {"held_slot": None}),
        OneFalse("book", "hold_running", {"held_until": NOW}),
        OneFalse("book", "caller_named", {"caller_name": None}),
        OneFalse("book", "reachable_by_phone", {"contact_phone": None}),
        OneFalse("book", "reachable_by_phone", {"contact_phone": "the usual one"}),
        OneFalse("move", "appointment_theirs", {"found_by": "caller"}),
        OneFalse("move", "no_change_unconfirmed", {"last_change": "unconfirmed"}),
        OneFalse("move", "hold_running", {"held_until": NOW}),
        OneFalse("cancel", "appointment_theirs", {"found_by": "caller"}),
        OneFalse("cancel", "no_change_unconfirmed", {"last_change": "unconfirmed"}),
        OneFalse("cancel", "cancelling_agreed", args={"consent": "no"}),
        *(OneFalse(event, "agreed", args={"consent": "no"}) for event in ("book", "move")),
    ),
    ways={
        "reception": (),
        "availability": (("find_time", "agent"),),
        "existing": (("change_booking", "agent"),),
        "holding": (("find_time", "agent"), ("hold_time", "agent")),
        "holding_move": (("change_booking", "agent"), ("hold_time", "agent")),
        "deciding": HELD,
        "deciding_move": NEW_HELD,
        "reserving": (*HELD, ("book", "agent")),
        "moving": (*NEW_HELD, ("move", "agent")),
        "confirmation": (*HELD, ("book", "agent"), ("booked", "system")),
        "cancelling": (("change_booking", "agent"), ("cancel", "agent")),
    },
    known={
        "calendar_zone": "Europe/Berlin",
        "offered_slots": (SLOT,),
        "held_slot": SLOT,
        "held_until": NOW + timedelta(minutes=1),
        "caller_name": "Ann",
        "contact_phone": "+4930123456",
        "found_by": "code",
    },
    args={"sure": True},
    back="availability",
)

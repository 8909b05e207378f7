"""Who speaks: the call, the thin agents and their tools.

What is named in `__all__` is what an application imports; the modules below are private and may change. Each name is
loaded when it is first asked for: a store needs what a record is made of, and no session.
"""

from typing import TYPE_CHECKING

from interlock.door import door

if TYPE_CHECKING:
    from interlock.agents.call.call import Call
    from interlock.agents.call.journal import JournalDown
    from interlock.agents.callbacks import Callbacks
    from interlock.agents.desk import Desk
    from interlock.agents.desks import (
        COMMON_CAST,
        COMMON_EFFECTS,
        BookingClerk,
        CallerDesk,
        Farewell,
        IsoTime,
        LiveDesk,
        PersonOffer,
        WaitingDesk,
        spoken_number,
        waits,
    )
    from interlock.agents.effects import Assignment, Effect, Outcome, effect
    from interlock.agents.evidence.zones import zone_named
    from interlock.agents.flow import CarryOver, Flow
    from interlock.agents.speech.reply import Chunk
    from interlock.agents.systems import Refused, SystemDown
    from interlock.agents.tools import Answer, Consent, Heard, Slot, data_tool, proposes

__all__ = [
    "COMMON_CAST",
    "COMMON_EFFECTS",
    "Answer",
    "Assignment",
    "BookingClerk",
    "Call",
    "Callbacks",
    "CallerDesk",
    "CarryOver",
    "Chunk",
    "Consent",
    "Desk",
    "Effect",
    "Farewell",
    "Flow",
    "Heard",
    "IsoTime",
    "JournalDown",
    "LiveDesk",
    "Outcome",
    "PersonOffer",
    "Refused",
    "Slot",
    "SystemDown",
    "WaitingDesk",
    "data_tool",
    "effect",
    "proposes",
    "spoken_number",
    "waits",
    "zone_named",
]

__getattr__ = door(
    __name__,
    {
        "call.call": ("Call",),
        "call.journal": ("JournalDown",),
        "callbacks": ("Callbacks",),
        "desk": ("Desk",),
        "desks": (
            "COMMON_CAST",
            "COMMON_EFFECTS",
            "BookingClerk",
            "CallerDesk",
            "Farewell",
            "IsoTime",
            "LiveDesk",
            "PersonOffer",
            "WaitingDesk",
            "spoken_number",
            "waits",
        ),
        "effects": (
            "Assignment",
            "Effect",
            "Outcome",
            "effect",
        ),
        "evidence.zones": ("zone_named",),
        "flow": (
            "CarryOver",
            "Flow",
        ),
        "speech.reply": ("Chunk",),
        "systems": (
            "Refused",
            "SystemDown",
        ),
        "tools": (
            "Answer",
            "Consent",
            "Heard",
            "Slot",
            "data_tool",
            "proposes",
        ),
    },
)

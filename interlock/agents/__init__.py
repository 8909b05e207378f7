"""Who speaks: the call, the thin agents and their tools.

What is named in `__all__` is what an application imports; the modules below are private and may change.
"""

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
    money,
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
    "money",
    "proposes",
    "spoken_number",
    "waits",
    "zone_named",
]

"""Who speaks: the call, the thin agents and their tools."""

from interlock.agents.desks import COMMON_CAST, COMMON_EFFECTS, LiveDesk, waits
from interlock.agents.effect import Assignment, Outcome, effect
from interlock.agents.flow import Flow
from interlock.agents.tools import Slot, data_tool, proposes

__all__ = [
    "COMMON_CAST",
    "COMMON_EFFECTS",
    "Assignment",
    "Flow",
    "LiveDesk",
    "Outcome",
    "Slot",
    "data_tool",
    "effect",
    "proposes",
    "waits",
]

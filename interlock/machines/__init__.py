"""What may happen: one chart a flow, and the one function that decides.

What is named in `__all__` is what an application imports; the modules below are private and may change. It loads
`interlock.guards` and python-statemachine only.
"""

from statemachine import HistoryState, State

from interlock.machines.base import ANYBODY, ChartError, Machine, Snapshot
from interlock.machines.common import COMMON_PROMISES, CallerFacts, reported
from interlock.machines.desks import Common, Desks, EffectState, SideDesk
from interlock.machines.events import (
    CALLER_CHANGED,
    CALLER_LEFT,
    CALLER_SILENT,
    ESCALATE,
    HANDOFF_FAILED,
    REFUSED_THRICE,
)
from interlock.machines.promises import ANY, never, reachable

__all__ = [
    "ANY",
    "ANYBODY",
    "CALLER_CHANGED",
    "CALLER_LEFT",
    "CALLER_SILENT",
    "COMMON_PROMISES",
    "ESCALATE",
    "HANDOFF_FAILED",
    "REFUSED_THRICE",
    "CallerFacts",
    "ChartError",
    "Common",
    "Desks",
    "EffectState",
    "HistoryState",
    "Machine",
    "SideDesk",
    "Snapshot",
    "State",
    "never",
    "reachable",
    "reported",
]

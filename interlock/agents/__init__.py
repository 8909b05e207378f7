"""Who speaks: the call, the thin agents and their tools."""

from interlock.agents.desks import COMMON_CAST, COMMON_EFFECTS, LiveDesk
from interlock.agents.flow import Flow
from interlock.agents.tools import Slot, data_tool, proposes

__all__ = ["COMMON_CAST", "COMMON_EFFECTS", "Flow", "LiveDesk", "Slot", "data_tool", "proposes"]

"""What may happen: one chart a flow, and the one function that decides."""

from statemachine import State

from interlock.machines.common import CallerFacts
from interlock.machines.desks import Common, Desks, EffectState, SideDesk
from interlock.machines.promises import never, reachable

__all__ = ["CallerFacts", "Common", "Desks", "EffectState", "SideDesk", "State", "never", "reachable"]

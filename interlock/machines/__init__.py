"""What may happen: one chart a flow, and the one function that decides."""

from statemachine import State

from interlock.machines.common import CallerFacts
from interlock.machines.desks import Desks, Rest, Work
from interlock.machines.promises import never, reachable

__all__ = ["CallerFacts", "Desks", "Rest", "State", "Work", "never", "reachable"]

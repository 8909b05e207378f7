"""A call about returns: who speaks in each state, and the work that registers one."""

from agents.__flow__.desks import Reception, ReturnsDesk, ReturnsWaiting
from agents.__flow__.effects import register
from interlock.agents import COMMON_CAST, COMMON_EFFECTS, Flow, waits
from machines.__flow__ import __Flow__, __Flow__Facts

__FLOW__ = Flow(
    name="__flow__",
    title="__Title__",
    summary="From an order number to a return label, or handed to a person.",
    machine=__Flow__,
    facts=__Flow__Facts,
    cast={
        "reception": Reception,
        "returns": ReturnsDesk,
        "registering": waits("RegisteringClerk", "One moment, I am registering it."),
        **COMMON_CAST,
        "person": ReturnsWaiting,
    },
    effects={"registering": register, **COMMON_EFFECTS},
)

"""A call about returns: who speaks in each state, and the work that registers one."""

from agents.returns.desks import Reception, ReturnsDesk
from agents.returns.effects import register
from interlock.agents import COMMON_CAST, COMMON_EFFECTS, Flow, waits
from machines.returns import Returns, ReturnsFacts

RETURNS = Flow(
    name="returns",
    title="Returns",
    summary="From an order number to a return label, or handed to a person.",
    machine=Returns,
    facts=ReturnsFacts,
    cast={
        "reception": Reception,
        "returns": ReturnsDesk,
        "registering": waits("RegisteringClerk", "One moment, I am registering it."),
        **COMMON_CAST,
    },
    effects={"registering": register, **COMMON_EFFECTS},
)

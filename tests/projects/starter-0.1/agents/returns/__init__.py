"""A call about returns: who speaks in each state, and the work that registers one."""

from agents.returns.desks import Reception, RegisteringClerk, ReturnsDesk
from agents.returns.effects import REGISTER
from interlock.agents import COMMON_CAST, COMMON_EFFECTS, Flow
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
        "registering": RegisteringClerk,
        **COMMON_CAST,
    },
    effects={"registering": REGISTER, **COMMON_EFFECTS},
)

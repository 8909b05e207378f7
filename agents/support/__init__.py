"""A support call: who speaks in each state, and the work that moves money."""

from agents.support.desks import (
    BillingDesk,
    Reception,
    SolvedDesk,
    SupportWaiting,
    TechnicalDesk,
    Triage,
)
from agents.support.effects import refund
from guards.limits import PROOFS
from interlock.agents import COMMON_CAST, COMMON_EFFECTS, Flow, waits
from machines.support import Support, SupportFacts

SUPPORT = Flow(
    name="support",
    title="Support call",
    summary="From hello to solved, or handed to a person: two desks, refunds within a limit, callbacks.",
    disclosure="You are speaking with the service desk's automated assistant.",
    machine=Support,
    facts=SupportFacts,
    cast={
        "greeting": Reception,
        "triage": Triage,
        "technical": TechnicalDesk,
        "billing": BillingDesk,
        "refunding": waits("RefundClerk", "One moment, I am making the refund.", voice="billing"),
        "resolved": SolvedDesk,
        **COMMON_CAST,
        "person": SupportWaiting,
    },
    effects={"refunding": refund, **COMMON_EFFECTS},
    quotas=(PROOFS,),
)

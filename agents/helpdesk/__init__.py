"""An IT help desk, by phone."""

from agents.helpdesk.desks import (
    HelpdeskWaiting,
    Reception,
    SolvedDesk,
    StepClerk,
    StepDesk,
    TicketClerk,
    Triage,
)
from agents.helpdesk.effects import EFFECTS
from interlock.agents.desks import COMMON_CAST, COMMON_EFFECTS
from interlock.agents.flow import Flow
from machines.helpdesk import Helpdesk, HelpdeskFacts

__all__ = ["HELPDESK"]

HELPDESK = Flow(
    name="helpdesk",
    title="IT help desk",
    summary="One step to try after the other; else a ticket with all that was tried, and a person.",
    machine=Helpdesk,
    facts=HelpdeskFacts,
    cast={
        "greeting": Reception,
        "triage": Triage,
        "stepping": StepClerk,
        "troubleshooting": StepDesk,
        "resolved": SolvedDesk,
        "ticketing": TicketClerk,
        **COMMON_CAST,
        "person": HelpdeskWaiting,
    },
    effects={**EFFECTS, **COMMON_EFFECTS},
    silence_s=30.0,
)

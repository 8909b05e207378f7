"""An IT help desk, by phone."""

from agents.helpdesk.desks import (
    HelpdeskWaiting,
    Reception,
    SolvedDesk,
    StepDesk,
    Triage,
)
from agents.helpdesk.effects import find_step, open_ticket
from interlock.agents import COMMON_CAST, COMMON_EFFECTS, Flow, waits
from machines.helpdesk import Helpdesk, HelpdeskFacts

__all__ = ["HELPDESK"]

HELPDESK = Flow(
    name="helpdesk",
    title="IT help desk",
    summary="One step to try after the other; else a ticket with all that was tried, and a person.",
    disclosure="You are speaking with the help desk's automated assistant.",
    machine=Helpdesk,
    facts=HelpdeskFacts,
    cast={
        "greeting": Reception,
        "triage": Triage,
        "stepping": waits(
            "StepClerk",
            "Let me see what you can try.",
            on={"report_step": "All right, let me see what is next."},
        ),
        "troubleshooting": StepDesk,
        "resolved": SolvedDesk,
        "ticketing": waits(
            "TicketClerk",
            "I am passing you on to a colleague, and open a ticket first. One moment, please.",
            on={
                "step_found": "That is critical, so a colleague takes over at once. I am opening a ticket.",
                "no_step_left": "We have nothing more to try, so a colleague takes over. I am opening a ticket.",
                "step_unknown": (
                    "I cannot look up what to try just now, so a colleague takes over. I am opening a ticket."
                ),
            },
        ),
        **COMMON_CAST,
        "person": HelpdeskWaiting,
    },
    effects={"stepping": find_step, "ticketing": open_ticket, **COMMON_EFFECTS},
    silence_s=30.0,
)

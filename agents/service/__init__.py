"""A repair service for household appliances, by phone."""

from agents.service.desks import (
    CallbackClerk,
    CoolingDesk,
    EmergencyDesk,
    GasDesk,
    Gathering,
    Reception,
    SafetyDesk,
    SpecialistOffer,
    WashingDesk,
)
from agents.service.effects import arrange, diagnose, dispatch
from agents.service.noting import ServiceDesk
from agents.service.visits import (
    Confirmation,
    ServiceWaiting,
    VisitDesk,
)
from interlock.agents import COMMON_CAST, COMMON_EFFECTS, Flow, waits
from machines.service import Service, ServiceFacts

__all__ = ["SERVICE"]

SERVICE = Flow(
    name="service",
    title="Repair service",
    summary="The right specialist for what is broken, a price that is ours, and a technician who comes.",
    disclosure="You are speaking with the repair service's automated assistant.",
    machine=Service,
    facts=ServiceFacts,
    cast={
        "reception": Reception,
        "gathering": Gathering,
        "cooling": CoolingDesk,
        "washing": WashingDesk,
        "safety": SafetyDesk,
        "gas": GasDesk,
        "visit": VisitDesk,
        "confirmation": Confirmation,
        "emergency": EmergencyDesk,
        "dispatching": waits("DispatchClerk", "One moment, I am finding the right specialist.", base=ServiceDesk),
        "diagnosing": waits("DiagnosisClerk", "One moment, I am looking that up.", base=ServiceDesk),
        "arranging": waits("VisitClerk", "One moment, I am booking the visit.", base=ServiceDesk),
        **COMMON_CAST,
        "offer": SpecialistOffer,
        "person": ServiceWaiting,
        "booking": CallbackClerk,
    },
    effects={"dispatching": dispatch, "diagnosing": diagnose, "arranging": arrange, **COMMON_EFFECTS},
)

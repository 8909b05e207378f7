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
from agents.service.effects import EFFECTS
from agents.service.visits import (
    Confirmation,
    DiagnosisClerk,
    DispatchClerk,
    ServiceWaiting,
    VisitClerk,
    VisitDesk,
)
from interlock.agents.desks import COMMON_CAST, COMMON_EFFECTS
from interlock.agents.flow import Flow
from machines.service import Service, ServiceFacts

__all__ = ["SERVICE"]

SERVICE = Flow(
    name="service",
    title="Repair service",
    summary="The right specialist for what is broken, a price that is ours, and a technician who comes.",
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
        "dispatching": DispatchClerk,
        "diagnosing": DiagnosisClerk,
        "arranging": VisitClerk,
        **COMMON_CAST,
        "offer": SpecialistOffer,
        "person": ServiceWaiting,
        "booking": CallbackClerk,
    },
    effects={**EFFECTS, **COMMON_EFFECTS},
)

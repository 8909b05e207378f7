"""A policyholder's details, by phone."""

from agents.intake.desks import (
    CheckingClerk,
    Collection,
    Confirmation,
    FilingClerk,
    IntakeFarewell,
    IntakeWaiting,
    Review,
    Welcome,
    WithdrawingClerk,
)
from agents.intake.effects import EFFECTS
from interlock.agents.desks import COMMON_CAST, COMMON_EFFECTS
from interlock.agents.flow import Flow
from machines.intake import Intake, IntakeFacts

__all__ = ["INTAKE"]

INTAKE = Flow(
    name="intake",
    title="Policy intake",
    summary="A policyholder's details in any order: checked against the record, read back, on file after a yes.",
    machine=Intake,
    facts=IntakeFacts,
    cast={
        "welcome": Welcome,
        "collection": Collection,
        "review": Review,
        "confirmation": Confirmation,
        "verifying": CheckingClerk,
        "filing": FilingClerk,
        "withdrawing": WithdrawingClerk,
        **COMMON_CAST,
        "person": IntakeWaiting,
        "closed": IntakeFarewell,
    },
    effects={**EFFECTS, **COMMON_EFFECTS},
)

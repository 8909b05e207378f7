"""A policyholder's details, by phone."""

from agents.intake.desks import (
    Collection,
    Confirmation,
    IntakeFarewell,
    IntakeWaiting,
    Review,
    Welcome,
)
from agents.intake.effects import check, file, withdraw
from interlock.agents import COMMON_CAST, COMMON_EFFECTS, Flow, waits
from machines.intake import Intake, IntakeFacts

__all__ = ["INTAKE"]

INTAKE = Flow(
    name="intake",
    title="Policy intake",
    summary="A policyholder's details in any order: checked against the record, read back, on file after a yes.",
    disclosure="You are speaking with Aurora Insurance's automated assistant.",
    machine=Intake,
    facts=IntakeFacts,
    cast={
        "welcome": Welcome,
        "collection": Collection,
        "review": Review,
        "confirmation": Confirmation,
        "verifying": waits("CheckingClerk", "One moment, I am checking that."),
        "filing": waits("FilingClerk", "One moment, I am putting that on file."),
        "withdrawing": waits("WithdrawingClerk", "One moment, I am taking it back."),
        **COMMON_CAST,
        "person": IntakeWaiting,
        "closed": IntakeFarewell,
    },
    effects={"verifying": check, "filing": file, "withdrawing": withdraw, **COMMON_EFFECTS},
)

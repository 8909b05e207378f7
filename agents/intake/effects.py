"""Where an intake call touches our policy record.

Putting details on file takes the place of what the call put there before, so what nobody knows the outcome of may be
asked again: then it is known. That it began is on the record first, and without the journal nothing is put on file.
"""

from collections.abc import Coroutine, Mapping
from typing import TYPE_CHECKING, Any

from agents.intake.systems import IntakeSystems
from guards.details import IDENTITY, Values, details_of
from guards.identity import FAILED_CHECKS_LIMIT
from interlock.agents.call.journal import JournalDown
from interlock.agents.flow import Effect
from interlock.agents.systems import Refused
from machines.intake import Filing, IntakeFacts

if TYPE_CHECKING:
    from interlock.agents.call.call import Call

VOID: Mapping[str, Any] = {"verified_as": None, "read_back": None}
"""What is known once nothing is verified, and no yes good for anything, any more."""


def check(call: "Call", key: str, args: Mapping[str, Any]) -> Coroutine[Any, Any, str]:
    """Check what is taken down at this moment; what matched is what will be read back."""
    facts = facts_of(call)
    return _check(call, key, details_of(facts, IDENTITY), details_of(facts))


async def _check(call: "Call", key: str, identity: Values, details: Values) -> str:
    try:
        found = await systems_of(call).policies.check(key, call.id, identity)
    except Refused:
        await call.establish(failed_checks=FAILED_CHECKS_LIMIT, **VOID)
        return "checks_used_up"
    if found.matched:
        await call.establish(verified_as=identity, read_back=details)
        return "details_matched"
    await call.establish(failed_checks=found.failed, unmatched=identity, **VOID)
    return "checks_used_up" if found.failed >= FAILED_CHECKS_LIMIT else "details_unmatched"


def file(call: "Call", key: str, args: Mapping[str, Any]) -> Coroutine[Any, Any, str]:
    """Put on file what was read back, whatever is noted meanwhile."""
    facts = facts_of(call)
    return _file(call, key, facts.read_back or (), facts.filing)


async def _file(call: "Call", key: str, details: Values, before: Filing | None) -> str:
    try:
        await call.establish(filing="unconfirmed")
    except JournalDown:
        return "filing_failed"
    try:
        reference = await systems_of(call).policies.file(key, call.id, details)
    except Refused:
        await call.establish(filing=before, **VOID)
        return "filing_failed"
    await call.establish(filing="filed", reference=reference)
    return "details_filed"


async def withdraw(call: "Call", key: str, args: Mapping[str, Any]) -> str:
    """Take back what is on file: the yes it was put there on is void."""
    await call.establish(filing="unconfirmed", **VOID)
    await systems_of(call).policies.withdraw(key, call.id)
    await call.establish(filing=None, reference=None)
    return "details_withdrawn"


def systems_of(call: "Call") -> IntakeSystems:
    """The business systems of this call."""
    assert isinstance(call.services, IntakeSystems), "an intake call needs IntakeSystems as its services"
    return call.services


def facts_of(call: "Call") -> IntakeFacts:
    """What is known in this call."""
    assert isinstance(call.facts, IntakeFacts)
    return call.facts


EFFECTS: Mapping[str, Effect] = {
    "verifying": Effect(check, failed="check_unclear", repeatable=True),
    "filing": Effect(file, failed="filing_failed", unknown="filing_unconfirmed", repeatable=True),
    "withdrawing": Effect(withdraw, failed="withdrawal_unconfirmed", repeatable=True),
}

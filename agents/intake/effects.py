"""Where an intake call touches our policy record.

Putting details on file takes the place of what the call put there before, so what nobody knows the outcome of may be
asked again: then it is known. That it began is on the record first, and without the journal nothing is put on file.
"""

from collections.abc import Mapping
from typing import Any

from agents.intake.systems import IntakeSystems
from guards.details import IDENTITY, details_of
from guards.identity import FAILED_CHECKS_LIMIT
from interlock.agents import Assignment, Outcome, Refused, effect
from machines.intake import IntakeFacts

Work = Assignment[IntakeFacts, IntakeSystems]
VOID: Mapping[str, Any] = {"verified_as": None, "read_back": None}
"""What is known once nothing is verified, and no yes good for anything, any more."""


@effect(failed="check_unclear", repeatable=True, looks_up=True)
async def check(work: Work) -> Outcome:
    """Check what was taken down at that moment; what matched is what will be read back."""
    identity = details_of(work.facts, IDENTITY)
    try:
        found = await work.systems.policies.check(work.key, work.call_id, identity)
    except Refused:
        return Outcome("checks_used_up", {"failed_checks": FAILED_CHECKS_LIMIT, **VOID})
    if found.matched:
        matched = {"verified_as": identity, "read_back": details_of(work.facts)}
        return Outcome("details_matched", matched, quota="proved")
    used_up = found.failed >= FAILED_CHECKS_LIMIT
    known = {"failed_checks": found.failed, "unmatched": identity, **VOID}
    return Outcome("checks_used_up" if used_up else "details_unmatched", known)


@effect(failed="filing_failed", unknown="filing_unconfirmed", repeatable=True, begins={"filing": "unconfirmed"})
async def file(work: Work) -> Outcome:
    """Put on file what was read back, whatever is noted meanwhile."""
    try:
        reference = await work.systems.policies.file(work.key, work.party, work.facts.read_back or ())
    except Refused:
        return Outcome("filing_failed", {"filing": work.facts.filing, **VOID})
    return Outcome("details_filed", {"filing": "filed", "reference": reference})


@effect(failed="withdrawal_unconfirmed", repeatable=True, begins={"filing": "unconfirmed", **VOID})
async def withdraw(work: Work) -> Outcome:
    """Take back what is on file: the yes it was put there on is void."""
    await work.systems.policies.withdraw(work.key, work.party)
    return Outcome("details_withdrawn", {"filing": None, "reference": None})

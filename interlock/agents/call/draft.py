"""What is to be written in a call's record, before it has a number and a time; personal data apart."""

from dataclasses import dataclass, field
from typing import Any

from interlock.guards.answers import CONSENTS
from interlock.guards.base import Proposal
from interlock.guards.facts import Facts
from interlock.guards.quotas import Count
from interlock.machines.base import Snapshot
from interlock.machines.decide import Verdict

EXACT = 2**53 - 1
"""The largest integer that JSON keeps as it is (RFC 8785, 3.2.2.3); an epoch beyond it is stale like any other."""


@dataclass(frozen=True, slots=True)
class DraftEntry:
    """What one entry says, before it has a number and a time."""

    kind: str
    audit: dict[str, Any] = field(default_factory=dict)
    private: dict[str, Any] = field(default_factory=dict)
    snapshot: Snapshot | None = None
    counts: tuple[Count, ...] = field(default=(), repr=False)


def verdict_entry(verdict: Verdict, proposal: Proposal, facts: Facts, counts: tuple[Count, ...] = ()) -> DraftEntry:
    """What the journal says of a verdict: everything `decide` saw, personal data apart.

    Of the arguments only how the caller stood to it is told, which is one word of ours.
    """
    audit: dict[str, Any] = {
        "event": unknown_name(verdict.event) if verdict.kind == "unknown_event" else verdict.event,
        "by": proposal.by,
        "kind": verdict.kind,
        "reason": verdict.reason,
        "refused_by": verdict.refused_by,
        "seen_epoch": max(-EXACT, min(proposal.seen_epoch, EXACT)),
        "before": list(verdict.before.configuration),
        "after": list(verdict.after.configuration),
        "offered": list(verdict.offered),
        "guards": [{"name": g.name, "held": g.held, "reason": g.reason, "error": g.error} for g in verdict.guards],
    }
    if (consent := proposal.args.get("consent")) in CONSENTS:
        audit["consent"] = consent
    private = {
        "event": verdict.event,
        "tool_call_id": proposal.tool_call_id,
        "args": dict(proposal.args),
        "facts": facts.model_dump(mode="json"),
        "before": verdict.before.to_json(),
    }
    kind = "transition.accepted" if verdict.accepted else "transition.refused"
    return DraftEntry(kind, audit, private, verdict.after if verdict.accepted else None, counts)


def unknown_name(name: str) -> str:
    """What a record says for a name that nobody declared: a model made it up, and may have put a caller's words in."""
    return f"(unknown name, {len(name)} characters)"

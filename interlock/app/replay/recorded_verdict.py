"""A verdict as it was recorded: what was proposed, where the call stood, what was known, what was said."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from interlock.app.audit.words import clean
from interlock.app.store import AuditRecord
from interlock.guards.base import Proposal
from interlock.machines.base import Snapshot

HELD, NOT_HELD, NOT_ASKED = "held", "did not hold", "not asked"


class NotReplayable(Exception):
    """Why a verdict cannot be given again; the text holds no value of a caller's."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was said to a proposal: the verdict's kind, the innermost state after it, and the guard that refused it."""

    kind: str
    state: str
    refused_by: str = ""

    def __str__(self) -> str:
        if self.kind == "accepted":
            return f"accepted, to {self.state}"
        return f"{self.kind} by {self.refused_by}" if self.refused_by else self.kind


@dataclass(frozen=True, slots=True)
class RecordedVerdict:
    """One recorded verdict. `event` and `answers` (what each guard said, in words) are fit to be shown, `facts` not."""

    seq: int
    event: str
    proposal: Proposal
    before: Snapshot
    facts: Mapping[str, Any]
    outcome: Outcome
    after: tuple[str, ...]
    answers: Mapping[str, str]


def read_verdict(record: AuditRecord, private: Mapping[str, Any] | None) -> RecordedVerdict:
    """Read a verdict's two parts. Raises `NotReplayable`."""
    if not private:
        raise NotReplayable("what was proposed and known is gone (erased, or lost)")
    audit = record.audit
    try:
        return RecordedVerdict(
            seq=record.seq,
            event=clean(audit["event"]),
            proposal=_proposal(audit, private),
            before=Snapshot.from_json(private["before"]),
            facts=dict(private["facts"]),
            outcome=Outcome(clean(audit["kind"]), clean(audit["after"][-1]), clean(audit["refused_by"])),
            after=tuple(clean(state) for state in audit["after"]),
            answers={clean(g["name"]): in_words(g["held"] is True, clean(g["error"])) for g in audit["guards"]},
        )
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:  # not written by a call of ours
        raise NotReplayable(f"its record cannot be read ({type(error).__name__})") from None


def in_words(held: bool, error: str) -> str:
    """What a guard said."""
    return f"could not be checked ({error})" if error else HELD if held else NOT_HELD


def _proposal(audit: Mapping[str, Any], private: Mapping[str, Any]) -> Proposal:
    by, seen = clean(audit["by"]), audit["seen_epoch"]
    return Proposal(private["event"], private["args"], by, seen, private["tool_call_id"])  # type: ignore[arg-type]

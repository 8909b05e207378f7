"""Reading the record: which calls there were, what happened in one, and why it was (not) handed over."""

from __future__ import annotations  # what only types need is not loaded to list calls

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from interlock.app.audit.answers import CallHistory, CallSummary, EntryInWords, GuardAnswer, Why
from interlock.app.audit.printing import print_calls, print_history, print_why
from interlock.app.audit.spoken import spoken_of, with_spoken
from interlock.app.audit.words import KINDS, VERDICTS, clean, in_words, state_of

if TYPE_CHECKING:
    from interlock.app.store import AuditRecord, CallRow, JournalReader

__all__ = [
    "AuditError",
    "CallHistory",
    "CallSummary",
    "Why",
    "list_calls",
    "print_calls",
    "print_history",
    "print_why",
    "show",
    "why",
    "why_of",
]


class AuditError(Exception):
    """A question the record cannot answer, in one line."""


def list_calls(store: JournalReader, limit: int = 50) -> list[CallSummary]:
    """The latest calls, newest first."""
    return [_summary(row) for row in store.calls(limit)]


def show(store: JournalReader, call_id: str) -> CallHistory:
    """Everything the record says about a call, personal data apart. Raises `AuditError` when there is none."""
    row = _call(store, call_id)
    lines = (
        EntryInWords(
            r.seq, _iso(r.at), round((r.at - row.started_at).total_seconds(), 3), r.kind, r.epoch, in_words(r), r.audit
        )
        for r in store.records(call_id)
    )
    return CallHistory(_summary(row), tuple(lines))


def why(
    store: JournalReader, call_id: str, turn: int | None = None, sentences: Mapping[str, str] | None = None
) -> list[Why]:
    """Each verdict of a call explained, or only number `turn`, from 1.

    With it goes what was asked, answered, told and cut off around it. `sentences` gives each guard's sentence by name;
    without, the name itself is shown. Raises `AuditError` for an unknown call or turn.
    """
    _call(store, call_id)
    explained = why_of(store.records(call_id), sentences or {})
    if turn is not None and not 1 <= turn <= len(explained):
        found = f"{len(explained)} verdicts, no turn {turn}"
        raise AuditError(f"call {clean(call_id)} has {found}: see interlock audit why")
    return explained if turn is None else [explained[turn - 1]]


def why_of(records: Sequence[AuditRecord], sentences: Mapping[str, str]) -> list[Why]:
    """Each verdict among a call's records, explained."""
    verdicts = [r for r in records if r.kind in VERDICTS]
    handoffs = {r.seq - 1: r.audit for r in records if r.kind == "handoff.started"}  # written with their verdict
    told = [spoken for r in records if (spoken := spoken_of(r))]
    explained = [_explain(n, r, handoffs.get(r.seq), sentences) for n, r in enumerate(verdicts, 1)]
    return with_spoken(explained, told)


def _call(store: JournalReader, call_id: str) -> CallRow:
    row = store.call(call_id)
    if row is None:
        raise AuditError(f"there is no call {clean(call_id)} in the record: interlock audit list shows those there are")
    return row


def _summary(row: CallRow) -> CallSummary:
    return CallSummary(
        call_id=row.call_id,
        flow=row.flow,
        started_at=_iso(row.started_at),
        ended_at=_iso(row.ended_at) if row.ended_at else None,
        end_reason=row.end_reason,
        state=row.snapshot.state if row.snapshot else "",
        epoch=row.epoch,
        accepted=row.accepted,
        refused=row.refused,
        erased=row.erased,
    )


def _explain(turn: int, record: AuditRecord, handoff: Mapping[str, Any] | None, sentences: Mapping[str, str]) -> Why:
    audit = record.audit
    kind = str(audit.get("kind", ""))
    return Why(
        turn=turn,
        seq=record.seq,
        at=_iso(record.at),
        event=clean(audit.get("event", "")),
        by=clean(audit.get("by", "")),
        kind=kind,
        verdict=KINDS.get(kind, clean(kind)),
        reason=clean(audit.get("reason", "")),
        refused_by=clean(audit.get("refused_by", "")),
        before=state_of(audit.get("before")),
        after=state_of(audit.get("after")),
        offered=tuple(clean(e) for e in audit.get("offered", ())),
        guards=tuple(_guard(g, sentences) for g in audit.get("guards", ())),
        handoff=(clean(handoff["from"]), clean(handoff["to"])) if handoff else None,
        consent=clean(audit.get("consent", "")),
    )


def _guard(guard: Mapping[str, Any], sentences: Mapping[str, str]) -> GuardAnswer:
    name = clean(guard.get("name", ""))
    reason, error = clean(guard.get("reason", "")), clean(guard.get("error", ""))
    return GuardAnswer(name, sentences.get(name, name), guard.get("held") is True, reason, error)


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")

"""One call as its page shows it, from the journal alone: nothing sealed is read."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from interlock.agents.flow import Flow
from interlock.app.audit import why_of
from interlock.app.audit.words import VERDICTS, clean
from interlock.app.board.cards import ORIGINS, card_of
from interlock.app.board.flows_shown import FlowsShown
from interlock.app.board.names import Names, ended, states_in
from interlock.app.board.steps import step_of
from interlock.app.store import ERASED, AuditRecord, CallRow, JournalReader

LONGEST = 20_000
"""Lines of one call that a page takes; a call that has more shows so many and says so."""


def call_json(reader: JournalReader, call_id: str, flows: FlowsShown) -> dict[str, Any] | None:
    """The call, its steps and the card of each verdict; None where the record has no such call."""
    row = reader.call(call_id)
    if row is None:
        return None
    records = reader.records(call_id)[:LONGEST]
    flow, names = flows.flow(row.flow), flows.names(row.flow)
    return {
        "call": _call(row, flow, names, records),
        "chain": _chain(reader, call_id, len(records)),
        "steps": [asdict(step_of(record, row.started_at, names)) for record in records],
        "cards": _cards(records, names),
        "stands": _stands(records),
        "left_out": max(0, row.last_seq - len(records)),
    }


def _call(row: CallRow, flow: Flow | None, names: Names, records: Sequence[AuditRecord]) -> dict[str, Any]:
    last = row.ended_at or (records[-1].at if records else row.started_at)
    erased = next((record.at for record in reversed(records) if record.kind == ERASED), None)
    return {
        "id": row.call_id,
        "flow": clean(row.flow),
        "title": flow.title if flow else clean(row.flow),
        "in_code": flow is not None,
        "version": row.machine_version,
        "version_now": flow.machine.version if flow else None,
        "began": _iso(row.started_at),
        "ended": _iso(row.ended_at) if row.ended_at else None,
        "how": ended(row.end_reason) if row.ended_at else "under way",
        "state": names.place(row.snapshot.state) if row.snapshot else "",
        "length_s": round((last - row.started_at).total_seconds(), 3),
        "accepted": row.accepted,
        "refused": row.refused,
        "erased": _iso(erased) if erased else None,
        "last_seq": row.last_seq,
    }


def _chain(reader: JournalReader, call_id: str, lines: int) -> dict[str, Any]:
    """Whether the chain of its lines holds, and the first that does not."""
    found = reader.chain(call_id)
    return {"to": lines, "said": found[0].said if found else "", "seq": found[0].seq if found else None}


def _cards(records: Sequence[AuditRecord], names: Names) -> dict[int, Any]:
    cards: dict[int, Any] = {}
    set_by: dict[str, str] = {}
    explained = {its.seq: its for its in why_of(records, names.sentences)}
    for record in records:
        if record.kind in ORIGINS:
            set_by |= dict.fromkeys(map(clean, record.audit.get("fields") or ()), ORIGINS[record.kind])
        elif record.kind in VERDICTS:
            ends = (states_in(record.audit.get("before")), states_in(record.audit.get("after")))
            cards[record.seq] = card_of(explained[record.seq], names, set_by, ends)
    return cards


def _stands(records: Sequence[AuditRecord]) -> list[tuple[int, str]]:
    """Where the call stands from which line on."""
    stands: list[tuple[int, str]] = []
    for record in records:
        if record.kind in ("call.opened", "call.resumed"):
            stands.append((record.seq, clean(record.audit.get("state") or "")))
        elif record.kind in VERDICTS and (after := states_in(record.audit.get("after"))):
            stands.append((record.seq, after[-1]))
    return stands


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")

"""What journal entries put into each table."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any

from agents.journal import Entry, JournalDown

_encoder = json.JSONEncoder(allow_nan=False, separators=(",", ":"))


@dataclass(slots=True)
class Rows:
    """Rows by what is done with them: `opened`, `moved` and `ended` change calls, the others are tables."""

    opened: list[dict[str, Any]] = field(default_factory=list)
    moved: list[dict[str, Any]] = field(default_factory=list)
    ended: list[dict[str, Any]] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    private: list[dict[str, Any]] = field(default_factory=list)

    def extend(self, more: "Rows") -> None:
        """Take in another append's rows, after these."""
        self.opened += more.opened
        self.moved += more.moved
        self.ended += more.ended
        self.records += more.records
        self.private += more.private


def rows_of(entries: Sequence[Entry]) -> Rows:
    """Every entry's rows, in order. Raises `JournalDown` for a time without a zone or what is not plain JSON."""
    rows = Rows()
    for entry in entries:
        where = f"entry {entry.seq} of call {entry.call_id}"
        if entry.at.tzinfo is None:
            raise JournalDown(f"{where} has a time without a zone, expected UTC")
        try:
            _add(rows, entry)
        except (TypeError, ValueError, RecursionError) as error:
            raise JournalDown(f"{where} is not plain JSON ({type(error).__name__})") from None
    return rows


def _add(rows: Rows, entry: Entry) -> None:
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    position = entry.snapshot
    snapshot = None if position is None else _encoder.encode(position.to_json())
    if entry.kind == "call.opened":
        rows.opened.append(
            {
                "call_id": entry.call_id,
                "flow": entry.flow,
                "machine": position.machine if position else None,
                "machine_version": position.version if position else None,
                "snapshot": snapshot,
                "epoch": position.epoch if position else entry.epoch,
                "started_at": at,
            }
        )
    elif position is not None:
        rows.moved.append({"call_id": entry.call_id, "epoch": position.epoch, "snapshot": snapshot})
    if entry.kind == "call.ended":
        rows.ended.append({"call_id": entry.call_id, "ended_at": at, "end_reason": entry.audit.get("reason")})
    key = {"call_id": entry.call_id, "seq": entry.seq}
    rows.records.append(
        {**key, "kind": entry.kind, "at": at, "epoch": entry.epoch, "audit": _encoder.encode(entry.audit)}
    )
    if entry.private:
        rows.private.append({**key, "data": _encoder.encode(entry.private)})

"""What journal entries become in the database."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from interlock.agents.call.journal import Entry, JournalDown
from interlock.app.store.chain import canonical, quoted
from interlock.app.store.covering import commitment, fingerprint, new_salt
from interlock.app.store.sealing import Seal

_encoder = json.JSONEncoder(allow_nan=False, separators=(",", ":"))
_LARGEST = 2**31 - 1  # what an INTEGER column holds in every database


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry in the form it is stored in; `private` is sealed already, `salt` is of the commitment to it.

    `covered` is what the record covers, so far as the entry alone says.
    """

    entry: Entry
    at: str
    audit: str
    snapshot: str | None
    private: bytes | None
    salt: bytes | None = None
    covered: dict[str, Any] = field(default_factory=dict)

    @property
    def opens(self) -> bool:
        """Whether the call begins with it."""
        return self.entry.kind == "call.opened"

    @property
    def epoch_after(self) -> int:
        """How many transitions the call has made once this is written."""
        return self.entry.snapshot.epoch if self.entry.snapshot else self.entry.epoch


def rows_of(entries: Sequence[Entry], seal: Seal) -> list[EntryRow]:
    """Every entry's row, in order.

    Raises `JournalDown` for a time without a zone, what is not plain JSON, and entries that are not one call's.
    """
    if len({(entry.call_id, entry.fence) for entry in entries}) > 1:
        raise JournalDown("these entries are of several calls or drivers, expected one append for each")
    return [_row(entry, seal) for entry in entries]


def text_of(at: datetime) -> str:
    """A time as it is stored: ISO 8601, UTC, microseconds."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _row(entry: Entry, seal: Seal) -> EntryRow:
    where = f"entry {entry.seq} of call {entry.call_id}"
    if entry.at.tzinfo is None:
        raise JournalDown(f"{where} has a time without a zone, expected UTC")
    if not 0 <= entry.epoch <= _LARGEST:
        raise JournalDown(f"{where} has an epoch no database holds, expected 0 to {_LARGEST}")
    try:
        quoted(entry.kind), quoted(entry.call_id), quoted(entry.flow)
        snapshot = _encoder.encode(entry.snapshot.to_json()) if entry.snapshot else None
        private = _encoder.encode(entry.private).encode() if entry.private else None
        audit = canonical(entry.audit)
    except (TypeError, ValueError, RecursionError) as error:
        raise JournalDown(f"{where} is not plain JSON ({type(error).__name__})") from None
    covered: dict[str, Any] = {"flow": entry.flow} if entry.kind == "call.opened" else {}
    if snapshot is not None:
        covered["snapshot"] = fingerprint(snapshot)
    if private is None:
        return EntryRow(entry, text_of(entry.at), audit, snapshot, None, None, covered)
    salt, place = new_salt(), (entry.call_id, entry.seq)
    covered["private"] = commitment(seal.commitment_key, salt, private, *place)
    return EntryRow(entry, text_of(entry.at), audit, snapshot, seal.close(private, *place), salt, covered)

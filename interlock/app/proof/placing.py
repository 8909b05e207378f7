"""Whether a call stands where its chain says: the row of a call holds its snapshot, and no hash covers that."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from interlock.app.proof.finding import Finding, StoredEnd
from interlock.app.store import AuditRecord
from interlock.app.store.reading import snapshot_of
from interlock.app.store.standing import BEGUN, PLACES, differing, place_of

_AT = datetime.min.replace(tzinfo=UTC)  # when a record was written does not matter here


class Places:
    """The records that say where a call stands, out of those of one call in their order: the last ones are kept."""

    __slots__ = ("_begun", "_last")

    def __init__(self) -> None:
        self._begun: Sequence[Any] | None = None
        self._last: Sequence[Any] | None = None

    def note(self, rows: Sequence[Sequence[Any]]) -> None:
        """Go on with the next records, as they are stored."""
        last: Sequence[Any] | None = None
        for row in reversed(rows):
            kind = row[2]
            if kind in PLACES:
                last = last or row
                if kind in BEGUN:
                    self._begun = row
                    break
        self._last = last or self._last

    def finding(self, call_id: str, noted: StoredEnd | None) -> Finding | None:
        """What is wrong with a row whose chain is sound."""
        place = place_of([_record(row) for row in (self._begun, self._last) if row is not None])
        if noted is None or noted.stood is None or place is None:
            return None
        said = differing(snapshot_of(noted.stood.snapshot), noted.stood.epoch, place)
        return Finding("moved", f"the call was moved: {said}", call_id, place.seq, place.seq) if said else None


def places_in(rows: Sequence[Sequence[Any]]) -> Places:
    """The places of these records."""
    made = Places()
    made.note(rows)
    return made


def _record(row: Sequence[Any]) -> AuditRecord:
    call_id, seq, kind, _, epoch, audit, *_ = row
    try:
        said = json.loads(audit)
    except (ValueError, RecursionError):
        said = {}
    return AuditRecord(call_id, seq, kind, _AT, epoch, said)

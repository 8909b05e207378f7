"""Where a call stands, by its row and by its chain.

The row holds the snapshot a call is taken over from, and no hash covers it: it is believed where the chain says the
same. What a history state would go back to is in the row alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from interlock.app.store.reading import ACCEPTED, AuditRecord, CallRow
from interlock.machines.base import Snapshot

BEGUN = ("call.opened", "call.resumed")
"""The entries that say on which machine a call goes on, and in which state."""
PLACES = (*BEGUN, ACCEPTED)
"""The entries that say where it stands from then on."""
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Place:
    """What record `seq` says, and the one a driver began with; what neither does is None."""

    seq: int
    epoch: int
    machine: Any = None
    version: Any = None
    configuration: Any = None
    state: Any = None


def place_of(records: Sequence[AuditRecord]) -> Place | None:
    """Where a call stands by its chain, or what there is left of it; None where no record says so."""
    last = next((its for its in reversed(records) if its.kind in PLACES), None)
    begun = next((its for its in reversed(records) if its.kind in BEGUN), None)
    if last is None:
        return None
    machine = _audit(begun) if begun is not None else {}
    where = _audit(last)
    configuration = where.get("after") if last.kind == ACCEPTED else None
    state = configuration[-1] if isinstance(configuration, list) and configuration else where.get("state")
    return Place(last.seq, last.epoch, machine.get("machine"), machine.get("version"), configuration, state)


def disagreement(row: CallRow, records: Sequence[AuditRecord]) -> str:
    """What a call's row says of where it stands and its chain does not, in a sentence; empty when they agree.

    `records` are all of the call. Whoever finds one is not to go on from the row's snapshot: where the chain says that
    the call stands is what `place_of` gives.
    """
    place = place_of(records)
    return "" if place is None else differing(row.snapshot, row.epoch, place)


def differing(snapshot: Snapshot | None, epoch: Any, place: Place) -> str:
    """The same, of a row's snapshot and epoch."""
    if snapshot is None:
        return f"its row has no snapshot that can be read, record {place.seq} has one"
    said = {
        "machine": (snapshot.machine, place.machine),
        "version": (snapshot.version, place.version),
        "configuration": (list(snapshot.configuration), place.configuration),
        "state": (snapshot.state, place.state),
        "epoch": (epoch if epoch != place.epoch else snapshot.epoch, place.epoch),
    }
    unlike = {name: its for name, its in said.items() if its[1] is not None and its[0] != its[1]}
    if "state" in unlike:  # the configuration's last part: said once
        unlike.pop("configuration", None)
    ours, theirs = (", ".join(f"{name} {_told(its[n])}" for name, its in unlike.items()) for n in (0, 1))
    return f"its row says {ours}, record {place.seq} says {theirs}" if unlike else ""


def _audit(record: AuditRecord) -> Mapping[str, Any]:
    return record.audit if isinstance(record.audit, dict) else {}


def _told(value: Any) -> str:
    text = " > ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."

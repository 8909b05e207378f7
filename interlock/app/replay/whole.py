"""Asking the machine again: what a call's record says was decided, decided anew from what was known then (I4)."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from interlock.agents.call.record import verdict_entry
from interlock.app.store import AuditRecord
from interlock.guards.base import Proposal
from interlock.guards.facts import Facts
from interlock.machines.base import Machine, Snapshot, initial
from interlock.machines.decide import decide
from interlock.machines.migrating import MigrationError, migrated

TRANSITION, RESUMED = "transition.", "call.resumed"


class Reader(Protocol):
    """What is read of a journal; `interlock.app.store.JournalReader` is one."""

    def records(self, call_id: str) -> Sequence[AuditRecord]:
        """A call's record in order."""
        ...

    def private(self, call_id: str) -> Mapping[int, dict[str, Any]]:
        """What was kept apart, by `seq`."""
        ...

    def snapshot(self, call_id: str) -> Snapshot | None:
        """Where the call last stood."""
        ...


@dataclass(frozen=True, slots=True)
class Difference:
    """Where record and machine disagree: entry `seq` (0 for the call as a whole) has `recorded`, expected `replayed`.

    `what` is a key of the entry's audit part, or `entry` (its kind), `epoch`, `private` (it is missing), `verdict`
    (none can be given), `begins` (elsewhere than the one before ended) or `snapshot`. No value holds personal data.
    """

    seq: int
    what: str
    recorded: Any
    replayed: Any

    def __str__(self) -> str:
        where = f"entry {self.seq}" if self.seq else "the call"
        return f"{where}: {self.what} is {self.recorded!r}, the machine now says {self.replayed!r}"


def replay(reader: Reader, call_id: str, machine: type[Machine], facts_type: type[Facts]) -> list[Difference]:
    """Run `decide` again for every verdict of a call; empty when record and machine agree in everything.

    Each verdict must be what the machine says today of the same proposal and facts, and begin where the one before it
    ended; a driver that took the call over must have gone on from there, or begun anew and said why; the last must end
    at the journal's snapshot. Raises `LookupError` for a call the journal does not have.
    """
    records = reader.records(call_id)
    if not records:
        raise LookupError(f"the record has no call {call_id!r}, expected one of those `interlock audit list` shows")
    private = reader.private(call_id)
    differences: list[Difference] = []
    here = initial(machine).to_json()
    for record in records:
        if record.kind.startswith(TRANSITION):
            found, here = _again(record, private.get(record.seq), here, machine, facts_type)
            differences += found
        elif record.kind == RESUMED:
            found, here = _taken_over(record, private.get(record.seq), here, machine)
            differences += found
    last = reader.snapshot(call_id)
    recorded = None if last is None else last.to_json()
    return differences + ([] if recorded == here else [Difference(0, "snapshot", recorded, here)])


def _again(
    record: AuditRecord,
    private: Mapping[str, Any] | None,
    here: dict[str, Any],
    machine: type[Machine],
    facts: type[Facts],
) -> tuple[list[Difference], dict[str, Any]]:
    """One verdict's differences, and where the call stands after it."""
    if private is None:
        return [Difference(record.seq, "private", "missing", "what was proposed and known")], here
    begun = [] if private["before"] == here else [Difference(record.seq, "begins", private["before"], here)]
    try:
        proposal, known = _proposal(record, private), facts.model_validate(private["facts"])
        verdict = decide(machine, Snapshot.from_json(private["before"]), proposal, known)
    except (KeyError, ValueError) as error:  # another chart or version, or facts of another shape
        why = f"cannot be judged ({type(error).__name__})"
        return [*begun, Difference(record.seq, "verdict", record.audit.get("kind"), why)], here
    line = verdict_entry(verdict, proposal, known)
    judged = AuditRecord(record.call_id, record.seq, line.kind, record.at, verdict.after.epoch, _plain(line.audit))
    return [*begun, *_differences(record, judged)], _plain(verdict.after.to_json())


def _taken_over(
    record: AuditRecord, private: Mapping[str, Any] | None, here: dict[str, Any], machine: type[Machine]
) -> tuple[list[Difference], dict[str, Any]]:
    """What is wrong with where a new driver went on, and where that is."""
    if private is None:
        return [Difference(record.seq, "private", "missing", "where the call went on")], here
    before, after = private["before"], private["after"]
    begun = [] if before == here else [Difference(record.seq, "begins", before, here)]
    expected = _plain(_standing(machine, Snapshot.from_json(before), lost=bool(record.audit["why"])).to_json())
    return [*begun, *([] if after == expected else [Difference(record.seq, "snapshot", after, expected)])], after


def _standing(machine: type[Machine], before: Snapshot, *, lost: bool) -> Snapshot:
    try:
        return replace(initial(machine), epoch=before.epoch + 1) if lost else migrated(machine, before)
    except MigrationError:
        return before


def _proposal(record: AuditRecord, private: Mapping[str, Any]) -> Proposal:
    audit = record.audit
    return Proposal(private["event"], private["args"], audit["by"], audit["seen_epoch"], private["tool_call_id"])


def _differences(record: AuditRecord, judged: AuditRecord) -> Iterator[Difference]:
    if record.kind != judged.kind:
        yield Difference(record.seq, "entry", record.kind, judged.kind)
    if record.epoch != judged.epoch:
        yield Difference(record.seq, "epoch", record.epoch, judged.epoch)
    for what in dict.fromkeys((*record.audit, *judged.audit)):
        if record.audit.get(what) != judged.audit.get(what):
            yield Difference(record.seq, what, record.audit.get(what), judged.audit.get(what))


def _plain(data: Any) -> Any:
    """As the journal would give it back."""
    return json.loads(json.dumps(data))

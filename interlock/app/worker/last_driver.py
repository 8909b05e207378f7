"""What a call's last driver left on record, for the one that takes the call over."""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import dropwhile
from typing import Any

import structlog

from interlock.agents.call.effects import BegunEffect, key_of
from interlock.agents.call.journal import Turn
from interlock.agents.call.resume import LastDriver
from interlock.agents.effects import party_of
from interlock.app.store import ACCEPTED, AuditRecord, StoreError, StoreJournal
from interlock.app.store.lease import LeaseGrant
from interlock.app.store.sound import remains_of
from interlock.app.store.standing import Place, disagreement, place_of
from interlock.machines.base import Snapshot
from interlock.machines.events import CALLER_CHANGED

log = structlog.get_logger("interlock.worker")

CHANGED = "caller.changed"
KEPT_APART = "outcome.kept_apart"


async def last_driver_of(journal: StoreJournal, grant: LeaseGrant) -> LastDriver:
    """What the last driver of a taken call left on record. Raises `JournalDown` and `StoreError`.

    What its records do not bear out is not gone on from: the call begins anew with `lost`.
    """
    fit = await asyncio.to_thread(journal.fit, grant.call_id)
    if fit.misfits:
        return await _unfit(journal, grant, fit.misfits[0].said)
    row, records, private, turns = await asyncio.gather(
        asyncio.to_thread(journal.call, grant.call_id),
        asyncio.to_thread(journal.records, grant.call_id),
        asyncio.to_thread(journal.private, grant.call_id),
        asyncio.to_thread(journal.turns, grant.call_id),
    )
    place = place_of(records)
    if row is None or place is None:
        raise StoreError(f"call {grant.call_id} has no record of where it stands, expected one")
    moved = disagreement(row, records)
    said = _with_this_caller(records, turns)
    return LastDriver(
        flow=row.flow,
        snapshot=row.snapshot if row.snapshot and not moved else _roughly(place, row.epoch),
        facts=facts_at_the_end(records, private),
        fence=grant.fence,
        last_seq=records[-1].seq,
        turns=said,
        event=_not_met(records, said),
        work=_work(records, private),
        lost=_lost(records) or moved,
        callers=1 + sum(record.kind == CHANGED for record in records),
    )


async def _unfit(journal: StoreJournal, grant: LeaseGrant, said: str) -> LastDriver:
    """Of a record that is not what was written nothing is believed: neither facts nor work, words or place."""
    left = await journal.read(lambda connection: remains_of(connection, grant.call_id))
    if left is None:
        raise StoreError(f"call {grant.call_id} has no record of where it stands, expected one")
    log.error("record.unfit", call_id=grant.call_id, flow=left.flow, why=said)
    lost = f"the record is not what was written: {said}"
    return LastDriver(left.flow, Snapshot("", 0, (), epoch=left.epoch), None, grant.fence, left.last_seq, lost=lost)


def _roughly(place: Place, epoch: int) -> Snapshot:
    """As much of a snapshot as the chain tells; its epoch is beyond any there was: no key of work comes again."""
    configuration, epoch = place.configuration or [place.state], max(place.epoch, epoch)
    return Snapshot(str(place.machine), place.version or 0, tuple(map(str, configuration)), epoch=epoch)


def facts_at_the_end(records: Sequence[AuditRecord], private: Mapping[int, Mapping[str, Any]]) -> dict[str, Any] | None:
    """What was known when the record ends, as JSON; None when it was erased."""
    known: dict[str, Any] | None = None
    for record in records:
        facts = private.get(record.seq, {}).get("facts")
        if record.kind.startswith("facts."):
            if facts is None and record.kind != "facts.refused":
                return None
            known = {**(known or {}), **(facts or {})}
        elif facts is not None:
            known = dict(facts)
    return known


def _with_this_caller(records: Sequence[AuditRecord], turns: Sequence[Turn]) -> list[Turn]:
    """The turns with who is there now: of what was being said as they came the end was for the one before, so that a
    newcomer's begin with their own words."""
    changes = [int(record.audit["turns"]) for record in records if record.kind == CHANGED]
    after = [turn for turn in turns if turn.n > max(changes, default=0)]
    return list(dropwhile(lambda turn: turn.role == "assistant", after)) if changes else after


def _not_met(records: Sequence[AuditRecord], turns: Sequence[Turn]) -> str:
    """The last accepted event, unless its agent entered and said something.

    The entry of an agent before it may be on record after it.
    """
    entered: dict[str, int] = {}
    for record in reversed(records):
        if record.kind == "handoff.entered":
            entered[str(record.audit["state"])] = record.audit.get("turns", 0)
        if record.kind == KEPT_APART:
            return CALLER_CHANGED
        if record.kind == CHANGED:
            return "" if any(its.role == "assistant" for its in turns) else CALLER_CHANGED
        if record.kind == ACCEPTED:
            before = entered.get(str(record.audit["after"][-1]))
            met = before is not None and any(its.role == "assistant" and its.n > before for its in turns)
            return "" if met else str(record.audit["event"])
    return ""


def _work(records: Sequence[AuditRecord], private: Mapping[int, Mapping[str, Any]]) -> BegunEffect:
    """What the last accepted proposal began; how earlier work ended may be on record after it."""
    ends: dict[str, str] = {}
    for record in reversed(records):
        if record.kind == "effect.ended":
            ends.setdefault(str(record.audit["key"]), str(record.audit["event"]))
        if record.kind == ACCEPTED:
            kept = private.get(record.seq, {})
            facts = kept.get("facts")
            party = party_of(record.call_id, (facts or {}).get("caller_number", 1))
            return BegunEffect(kept.get("args", {}), facts, ends.get(key_of(party, record.epoch), ""))
    return BegunEffect()


def _lost(records: Sequence[AuditRecord]) -> str:
    """Why the last driver began anew, unless it got further than that."""
    for record in reversed(records):
        if record.kind == ACCEPTED:
            return ""
        if record.kind == "call.resumed":
            return str(record.audit["why"])
    return ""

"""Driving a call: taking it, a sign of life each second while it lasts, and leaving when somebody else has it."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from agents.call import Call
from agents.clock import pause
from agents.effects import key_of
from agents.journal import JournalDown, Turn
from agents.resume import Left, Work
from app.store import ACCEPTED, Contended, Record, StoreJournal
from app.store.driving import RENEW_S, Taken, claim_room, renew
from app.store.remembering import recall

log = structlog.get_logger("interlock.worker")

TRIES = 3
"""How often a room is asked for that several processes claim in the same instant."""


async def claim(journal: StoreJournal, sid: str, room: str, call_id: str) -> Taken:
    """The call to hold in this room: one whose driver is gone, or `call_id`, a new one.

    Raises `DrivenElsewhere` when somebody alive drives it, `JournalDown` when nobody can tell.
    """
    for _ in range(TRIES - 1):
        try:
            return await _claim(journal, sid, room, call_id)
        except Contended:
            log.info("room.contended", call_id=call_id)
    return await _claim(journal, sid, room, call_id)


async def _claim(journal: StoreJournal, sid: str, room: str, call_id: str) -> Taken:
    return await journal.transact(lambda c: claim_room(c, journal.seal, sid, room, call_id, journal.owner))


async def left_by(journal: StoreJournal, taken: Taken) -> Left:
    """What the last driver of a taken call left on record. Raises `JournalDown` and `StoreError`."""
    row, records, private, turns = await asyncio.gather(
        asyncio.to_thread(journal.call, taken.call_id),
        asyncio.to_thread(journal.records, taken.call_id),
        asyncio.to_thread(journal.private, taken.call_id),
        journal.read(lambda connection: recall(connection, journal.seal, taken.call_id)),
    )
    if row is None or row.snapshot is None:
        raise JournalDown(f"call {taken.call_id} has no snapshot on record")
    return Left(
        flow=row.flow,
        snapshot=row.snapshot,
        facts=facts_at_the_end(records, private),
        fence=taken.fence,
        last_seq=records[-1].seq,
        turns=turns,
        event=_not_met(records, turns),
        work=_work(records, private),
        lost=_lost(records),
    )


def facts_at_the_end(records: Sequence[Record], private: Mapping[int, Mapping[str, Any]]) -> dict[str, Any] | None:
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


def _not_met(records: Sequence[Record], turns: Sequence[Turn]) -> str:
    """The last accepted event, unless its agent entered and said something.

    The entry of an agent before it may be on record after it.
    """
    entered: dict[str, int] = {}
    for record in reversed(records):
        if record.kind == "handoff.entered":
            entered[str(record.audit["state"])] = record.audit.get("turns", 0)
        if record.kind == ACCEPTED:
            before = entered.get(str(record.audit["after"][-1]))
            met = before is not None and any(its.role == "assistant" and its.n > before for its in turns)
            return "" if met else str(record.audit["event"])
    return ""


def _work(records: Sequence[Record], private: Mapping[int, Mapping[str, Any]]) -> Work:
    """What the last accepted proposal began; how earlier work ended may be on record after it."""
    ends: dict[str, str] = {}
    for record in reversed(records):
        if record.kind == "effect.ended":
            ends.setdefault(str(record.audit["key"]), str(record.audit["event"]))
        if record.kind == ACCEPTED:
            kept = private.get(record.seq, {})
            return Work(kept.get("args", {}), kept.get("facts"), ends.get(key_of(record.call_id, record.epoch), ""))
    return Work()


def _lost(records: Sequence[Record]) -> str:
    """Why the last driver began anew, unless it got further than that."""
    for record in reversed(records):
        if record.kind == ACCEPTED:
            return ""
        if record.kind == "call.resumed":
            return str(record.audit["why"])
    return ""


async def keep_driving(call: Call, journal: StoreJournal, fence: int) -> None:
    """Give a sign of life each second until the call has ended or is lost; a journal that is down is asked again."""
    while not call.ending and not call.lost:
        await pause(call.clock, RENEW_S)
        try:
            mine = await journal.transact(lambda connection: renew(connection, call.id, fence))
        except JournalDown:
            log.warning("lease.unrenewed", **call.here)
            continue
        if not mine:
            call.superseded()

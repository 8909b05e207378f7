"""Reading the record: calls, their lines, and what was kept apart."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from sqlalchemy import Row, Select, func, select

from interlock.agents.call.journal import Turn
from interlock.app.store import tables
from interlock.app.store.database import Database
from interlock.app.store.fitting import Fit, Misfit
from interlock.app.store.kinds import ACCEPTED as ACCEPTED
from interlock.app.store.kinds import ERASED as ERASED
from interlock.app.store.kinds import REFUSED as REFUSED
from interlock.app.store.log import COPIED
from interlock.app.store.remembering import recall
from interlock.app.store.sealing import Seal
from interlock.app.store.sound import broken_links, look_at
from interlock.machines.base import Snapshot


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call as the record knows it; times are UTC, `refused` and `accepted` count its verdicts.

    `erased`: personal data of it was, once. `last_seq` is the number of its last entry. `snapshot` is None where there
    is none that can be read; no hash covers it, see `standing`.
    """

    call_id: str
    flow: str
    machine: str
    machine_version: int
    epoch: int
    started_at: datetime
    ended_at: datetime | None
    end_reason: str | None
    snapshot: Snapshot | None
    accepted: int
    refused: int
    erased: bool = False
    last_seq: int = 0


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One line of a call's record as auditors read it: no personal data."""

    call_id: str
    seq: int
    kind: str
    at: datetime
    epoch: int
    audit: dict[str, Any]


class JournalReader:
    """Reads a record, synchronously and without ever blocking whoever writes it."""

    def __init__(self, database: Database, seal: Seal | None = None) -> None:
        self._database = database
        self._seal = seal or Seal()

    @property
    def doubt(self) -> str:
        """What may be missing of the record as it was opened, in a sentence; nothing as a rule."""
        return COPIED if getattr(self._database, "lacks_log", False) else ""

    @property
    def seal(self) -> Seal:
        """What personal data is sealed with."""
        return self._seal

    def calls(self, limit: int = 50) -> list[CallRow]:
        """The latest calls, newest first."""
        return [_call_row(row) for row in self._rows(_counted(_latest.limit(limit)))]

    def ids(self, after: str = "", limit: int = 1000) -> list[str]:
        """The ids of the next `limit` calls, ordered by id: page by page, for more than fit into memory."""
        its = tables.calls.c.call_id
        return [row.call_id for row in self._rows(select(its).where(its > after).order_by(its).limit(limit))]

    def call(self, call_id: str) -> CallRow | None:
        """One call, or None when the record has none of that id."""
        rows = self._rows(_counted(_latest.where(tables.calls.c.call_id == call_id)))
        return _call_row(rows[0]) if rows else None

    def records(self, call_id: str) -> list[AuditRecord]:
        """A call's record in order; empty when there is no such call."""
        rows = self._rows(
            select(tables.records).where(tables.records.c.call_id == call_id).order_by(tables.records.c.seq)
        )
        return [
            AuditRecord(r.call_id, r.seq, r.kind, datetime.fromisoformat(r.at), r.epoch, json.loads(r.audit))
            for r in rows
        ]

    def private(self, call_id: str) -> dict[int, dict[str, Any]]:
        """What was kept apart, by `seq`: personal data, never for a log or an audit.

        Raises `StoreError` when it was sealed with another key than this reader has.
        """
        rows = self._rows(
            select(tables.private).where(tables.private.c.call_id == call_id).order_by(tables.private.c.seq)
        )
        return {r.seq: json.loads(self._seal.open(bytes(r.data), call_id, r.seq)) for r in rows}

    def turns(self, call_id: str) -> Sequence[Turn]:
        """What was said in a call, in order: personal data, never for a log or an audit.

        Raises `StoreError` when it was sealed with another key than this reader has.
        """
        return self._database.read(lambda connection: recall(connection, self._seal, call_id))

    def fit(self, call_id: str) -> Fit:
        """Whether a call's chain holds, and whether what is kept of the call fits what the chain covers."""
        return self._database.read(lambda connection: look_at(connection, call_id, self._seal))

    def chain(self, call_id: str) -> list[Misfit]:
        """What does not hold of the chain of a call there is; nothing that is kept apart is read."""
        return self._database.read(lambda connection: broken_links(connection, call_id))

    def snapshot(self, call_id: str) -> Snapshot | None:
        """Where a call last stood."""
        row = self.call(call_id)
        return row.snapshot if row else None

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        return self._database.read(lambda connection: connection.execute(query).all())


def snapshot_of(text: Any) -> Snapshot | None:
    """A snapshot as it is stored; None for anything else that somebody put there."""
    try:
        its = Snapshot.from_json(json.loads(text))
        names = [*its.configuration, *(name for states in its.history.items() for name in (states[0], *states[1]))]
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError):
        return None
    numbers = (its.version, its.epoch)
    plain = all(type(name) is str for name in (its.machine, *names)) and all(type(its) is int for its in numbers)
    return its if plain and its.configuration else None


_COUNTED = {"accepted": ACCEPTED, "refused": REFUSED, "erased": ERASED}


_latest = select(tables.calls).order_by(tables.calls.c.started_at.desc(), tables.calls.c.call_id)


def _counted(calls: Select[Any]) -> Select[Any]:
    """These calls with their counts: picked first, or every call there is would be counted for."""
    picked = calls.subquery()

    def verdicts(kind: str) -> Any:
        its = (tables.records.c.call_id == picked.c.call_id, tables.records.c.kind == kind)
        return select(func.count()).where(*its).scalar_subquery()

    counts = (verdicts(kind).label(name) for name, kind in _COUNTED.items())
    return select(picked, *counts).order_by(picked.c.started_at.desc(), picked.c.call_id)


def _call_row(row: Row[Any]) -> CallRow:
    return CallRow(
        call_id=row.call_id,
        flow=row.flow,
        machine=row.machine or "",
        machine_version=row.machine_version or 0,
        epoch=row.epoch,
        started_at=datetime.fromisoformat(row.started_at),
        ended_at=datetime.fromisoformat(row.ended_at) if row.ended_at else None,
        end_reason=row.end_reason,
        snapshot=snapshot_of(row.snapshot),
        accepted=row.accepted,
        refused=row.refused,
        last_seq=row.last_seq,
        erased=row.erased > 0,
    )

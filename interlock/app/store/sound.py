"""One call as a whole: whether its chain holds, and whether what is kept of it fits what the chain covers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from interlock.app.store import tables
from interlock.app.store.chain import START, link, record_bytes
from interlock.app.store.commitment_key import knows_key
from interlock.app.store.fitting import Fit, Misfit, fit_of, flow_of
from interlock.app.store.kept import Rows, kept_of, records_of
from interlock.app.store.sealing import Seal


def look_at(connection: Connection, call_id: str, seal: Seal) -> Fit:
    """Everything about a call that is not as it was written and can be told without checkpoints.

    What does not hold of the chain stands first. Without the store's key no value is compared.
    """
    rows = records_of(connection, call_id)
    call = kept_of(connection, {call_id: rows}).get(call_id)
    if call is None:
        return Fit([Misfit("its row is gone")])
    its = fit_of(call, seal if knows_key(connection, seal) else None)
    its.misfits[:0] = _chain(call_id, rows, call.end)
    return its


@dataclass(frozen=True, slots=True)
class Remains:
    """What is left of a call that is not as it was written: its `flow`, where it is written on, and no lower epoch."""

    flow: str
    last_seq: int
    epoch: int


def remains_of(connection: Connection, call_id: str) -> Remains | None:
    """The least that has to be known to go on with a call at all; None where not even its row is there."""
    rows = records_of(connection, call_id)
    call = kept_of(connection, {call_id: rows}).get(call_id)
    if call is None:
        return None
    epochs = [its for its in (call.row["epoch"], *(row[4] for row in rows)) if type(its) is int]
    return Remains(flow_of(call), call.row["last_seq"], max(epochs, default=0))


def broken_links(connection: Connection, call_id: str) -> list[Misfit]:
    """What does not hold of a call's chain alone; nothing that is kept apart is read."""
    c = tables.calls.c
    end = connection.execute(select(c.last_seq, c.head).where(c.call_id == call_id)).one()
    return list(_chain(call_id, records_of(connection, call_id), (end[0], end[1])))


def _chain(call_id: str, rows: Rows, end: tuple[Any, Any]) -> Iterator[Misfit]:
    head = START
    for number, (_, seq, kind, at, epoch, audit, digest, covers) in enumerate(rows, 1):
        if seq != number:
            yield Misfit(f"record {number} is missing")
            return
        if _link(head, call_id, seq, kind, at, epoch, audit, covers) != digest:
            yield Misfit(f"record {number} is not what was written", number)
        head = digest
    if (len(rows), head) != end:
        yield Misfit("its row says another end than its records")


def _link(head: Any, *record: Any) -> bytes:
    try:
        return link(head, record_bytes(*record))
    except (TypeError, ValueError):
        return b""

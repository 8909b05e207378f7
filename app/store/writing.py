"""Putting rows into the record: all of them in one transaction or none, and in words why not."""

from typing import Any

from sqlalchemy import ClauseElement, Engine, bindparam, insert, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError, OperationalError

from app.store import tables
from app.store.rows import Rows


def _sql(statement: ClauseElement) -> str:
    """SQL text once, for sqlite3 itself: Core's own execution costs as much again as the fsync."""
    return str(statement.compile(dialect=sqlite.dialect(paramstyle="named")))


def _bound(*names: str) -> dict[str, Any]:
    return {name: bindparam(name) for name in names}


_this_call = tables.calls.c.call_id == bindparam("call_id")
_OPEN_CALL = _sql(
    insert(tables.calls).values(
        _bound("call_id", "flow", "machine", "machine_version", "snapshot", "epoch", "started_at")
    )
)
_MOVE_CALL = _sql(
    update(tables.calls)
    .where(_this_call, tables.calls.c.epoch <= bindparam("epoch"))
    .values(_bound("snapshot", "epoch"))
)
_END_CALL = _sql(update(tables.calls).where(_this_call).values(_bound("ended_at", "end_reason")))
_RECORD = _sql(insert(tables.records))
_KEEP_APART = _sql(insert(tables.private))


class _StaleWriter(Exception):
    pass


def write(engine: Engine, rows: Rows) -> None:
    """One durable transaction. Raises what SQLAlchemy does, and another error for a stale writer: see `why`."""
    with engine.begin() as connection:
        if rows.opened:
            connection.exec_driver_sql(_OPEN_CALL, rows.opened)
        if rows.moved and connection.exec_driver_sql(_MOVE_CALL, rows.moved).rowcount != len(rows.moved):
            raise _StaleWriter
        if rows.ended:
            connection.exec_driver_sql(_END_CALL, rows.ended)
        connection.exec_driver_sql(_RECORD, rows.records)
        if rows.private:
            connection.exec_driver_sql(_KEEP_APART, rows.private)


def why(error: Exception) -> str:
    """The reason in words; values that were to be written are never in it."""
    if isinstance(error, _StaleWriter):
        return "the call was never opened, or somebody else moved it on: this writer is stale"
    if isinstance(error, IntegrityError):
        return f"the record refuses these entries ({error.orig}): they were written before, or the call never opened"
    if isinstance(error, OperationalError):
        return f"the record cannot be written now ({error.orig})"
    return f"the record cannot be written ({type(error).__name__})"

"""Entries of calls that never were, and a hold on the record that others have to wait for."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import asyncpg

from interlock.agents.call.journal import Entry
from interlock.app.store.opening import database_for_writing
from interlock.app.store.place import is_postgres
from interlock.machines.base import Snapshot

AT = datetime(2026, 3, 2, 9, 30, 0, 123456, tzinfo=UTC)
PATIENCE_MS = 3000


def position(epoch: int, state: str = "triage") -> Snapshot:
    """Where a call stands after `epoch` transitions."""
    return Snapshot("Support", 1, ("live", state), {"before": ("triage",)}, epoch)


def opened(call_id: str = "c1", **changes: Any) -> Entry:
    """How a call begins."""
    return replace(Entry(call_id, "support", 1, "call.opened", AT, 0, snapshot=position(0)), **changes)


def accepted(seq: int, epoch: int, call_id: str = "c1", **changes: Any) -> Entry:
    """How it moves on."""
    entry = Entry(call_id, "support", seq, "transition.accepted", AT, epoch, {"event": "e"}, snapshot=position(epoch))
    return replace(entry, **changes)


@contextmanager
def held(store: str) -> Iterator[None]:
    """Somebody else's transaction, on a connection none of our limits are set for: whoever writes waits for it."""
    begun, over = threading.Event(), threading.Event()
    thread = threading.Thread(target=_hold_tables if is_postgres(store) else _hold_file, args=(store, begun, over))
    thread.start()
    begun.wait()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _hold_file(store: str, begun: threading.Event, over: threading.Event) -> None:
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        begun.set()
        over.wait()


def _hold_tables(store: str, begun: threading.Event, over: threading.Event) -> None:
    async def hold() -> None:
        other = await asyncpg.connect(store)
        async with other.transaction():
            await other.execute("LOCK TABLE calls IN EXCLUSIVE MODE")
            begun.set()
            await asyncio.to_thread(over.wait)
        await other.close()

    asyncio.run(hold())


def spoil(store: str, *statements: str) -> None:
    """Change the record behind everybody's back."""
    other = database_for_writing(store, PATIENCE_MS)
    other.transact(lambda connection: [connection.exec_driver_sql(statement) for statement in statements])
    other.close()


def ended(seq: int, call_id: str = "c1", **changes: Any) -> Entry:
    """How it is over."""
    entry = Entry(call_id, "support", seq, "call.ended", AT, 0, {"reason": "caller_left"})
    return replace(entry, **changes)

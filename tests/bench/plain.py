"""The bare databases: the rows of a verdict as they are, in a transaction of its own, and nothing of ours around it."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import asyncpg  # type: ignore[import-untyped]

from interlock.app.store.chain import START
from interlock.app.store.place import is_postgres
from interlock.app.store.rows import EntryRow

CONNECTIONS = 10
"""asyncpg's own default for a pool."""

RECORD, PRIVATE = "call_id, seq, kind, at, epoch, audit, hash", "call_id, seq, data"

Write = Callable[[Sequence[EntryRow]], Awaitable[None]]


@asynccontextmanager
async def plain(store: str, calls: int) -> AsyncIterator[Write]:
    """Writes into a record that is there, for so many calls at once that were opened.

    A file has one connection, on a thread of its own; PostgreSQL one for each call, up to `CONNECTIONS`.
    """
    async with _plain_postgres(store, min(calls, CONNECTIONS)) if is_postgres(store) else _plain_sqlite(store) as write:
        yield write


@asynccontextmanager
async def _plain_sqlite(path: str) -> AsyncIterator[Write]:
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as thread:
        bare = await loop.run_in_executor(thread, sqlite3.connect, path)
        await loop.run_in_executor(thread, bare.execute, "PRAGMA synchronous=FULL")
        try:
            yield lambda rows: loop.run_in_executor(thread, _commit, bare, rows)
        finally:
            await loop.run_in_executor(thread, bare.close)


def _commit(bare: sqlite3.Connection, rows: Sequence[EntryRow]) -> None:
    with bare:
        bare.executemany(f"INSERT INTO records ({RECORD}) VALUES (?, ?, ?, ?, ?, ?, ?)", _records(rows))
        bare.executemany(f"INSERT INTO private ({PRIVATE}) VALUES (?, ?, ?)", _private(rows))
        bare.execute("UPDATE calls SET last_seq=?, epoch=?, snapshot=? WHERE call_id=?", _moved(rows))


@asynccontextmanager
async def _plain_postgres(url: str, connections: int) -> AsyncIterator[Write]:
    async with asyncpg.create_pool(url, min_size=connections, max_size=connections) as pool:

        async def write(rows: Sequence[EntryRow]) -> None:
            async with pool.acquire() as bare, bare.transaction():
                await bare.executemany(
                    f"INSERT INTO records ({RECORD}) VALUES ($1, $2, $3, $4, $5, $6, $7)", _records(rows)
                )
                await bare.executemany(f"INSERT INTO private ({PRIVATE}) VALUES ($1, $2, $3)", _private(rows))
                moved = "UPDATE calls SET last_seq=$1, epoch=$2, snapshot=$3 WHERE call_id=$4"
                await bare.execute(moved, *_moved(rows))

        yield write


def _records(rows: Sequence[EntryRow]) -> list[tuple[object, ...]]:
    return [(r.entry.call_id, r.entry.seq, r.entry.kind, r.at, r.entry.epoch, r.audit, START) for r in rows]


def _private(rows: Sequence[EntryRow]) -> list[tuple[object, ...]]:
    return [(r.entry.call_id, r.entry.seq, r.private) for r in rows if r.private is not None]


def _moved(rows: Sequence[EntryRow]) -> tuple[object, ...]:
    moved = next(r for r in rows if r.snapshot is not None)
    return rows[-1].entry.seq, moved.epoch_after, moved.snapshot, moved.entry.call_id

"""The durable record of calls in SQLite: one writer thread that commits in groups, and readers that never block it."""

import asyncio
import json
import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from sqlalchemy import (
    ClauseElement,
    Column,
    Connection,
    Engine,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    Row,
    Select,
    Table,
    Text,
    bindparam,
    create_engine,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.pool import NullPool, QueuePool

from agents.journal import Entry, JournalDown
from machines.base import Snapshot

ACCEPTED, REFUSED = "transition.accepted", "transition.refused"
SCHEMA_VERSION = 1
BUSY_TIMEOUT_MS = 3000
GROUP_LIMIT = 512  # appends in one transaction: a bound on how long a caller waits for strangers

_metadata = MetaData()

_calls = Table(
    "calls",
    _metadata,
    Column("call_id", Text, primary_key=True),
    Column("flow", Text, nullable=False),
    Column("machine", Text),
    Column("machine_version", Integer),
    Column("snapshot", Text),
    Column("epoch", Integer, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("ended_at", Text),
    Column("end_reason", Text),
)
_records = Table(
    "records",
    _metadata,
    Column("call_id", Text, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("audit", Text, nullable=False),
    ForeignKeyConstraint(["call_id"], ["calls.call_id"]),
)
_private = Table(
    "private",
    _metadata,
    Column("call_id", Text, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("data", Text, nullable=False),
    ForeignKeyConstraint(["call_id", "seq"], ["records.call_id", "records.seq"]),
)


def _sql(statement: ClauseElement) -> str:
    """SQL text once, for sqlite3 itself: Core's own execution costs as much again as the fsync."""
    return str(statement.compile(dialect=sqlite.dialect(paramstyle="named")))


def _bound(*names: str) -> dict[str, Any]:
    return {name: bindparam(name) for name in names}


_this_call = _calls.c.call_id == bindparam("call_id")
_OPEN_CALL = _sql(
    insert(_calls).values(_bound("call_id", "flow", "machine", "machine_version", "snapshot", "epoch", "started_at"))
)
_MOVE_CALL = _sql(
    update(_calls).where(_this_call, _calls.c.epoch <= bindparam("epoch")).values(_bound("snapshot", "epoch"))
)
_END_CALL = _sql(update(_calls).where(_this_call).values(_bound("ended_at", "end_reason")))
_RECORD = _sql(insert(_records))
_KEEP_APART = _sql(insert(_private))
_encoder = json.JSONEncoder(allow_nan=False, separators=(",", ":"))


class StoreError(Exception):
    """A record that cannot be opened: what was found, what was expected, what to do, in one line."""


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call as the record knows it; times are UTC, `refused` and `accepted` count its verdicts."""

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


@dataclass(frozen=True, slots=True)
class Record:
    """One line of a call's record as auditors read it: no personal data."""

    call_id: str
    seq: int
    kind: str
    at: datetime
    epoch: int
    audit: dict[str, Any]


class JournalReader:
    """Reads a record, synchronously and without ever blocking whoever writes it."""

    def __init__(self, engine: Engine) -> None:
        self._reads = engine

    def calls(self, limit: int = 50) -> list[CallRow]:
        """The latest calls, newest first."""
        return [_call_row(row) for row in self._rows(_calls_query().limit(limit))]

    def call(self, call_id: str) -> CallRow | None:
        """One call, or None when the record has none of that id."""
        rows = self._rows(_calls_query().where(_calls.c.call_id == call_id))
        return _call_row(rows[0]) if rows else None

    def records(self, call_id: str) -> list[Record]:
        """A call's record in order; empty when there is no such call."""
        rows = self._rows(select(_records).where(_records.c.call_id == call_id).order_by(_records.c.seq))
        return [
            Record(r.call_id, r.seq, r.kind, datetime.fromisoformat(r.at), r.epoch, json.loads(r.audit)) for r in rows
        ]

    def private(self, call_id: str) -> dict[int, dict[str, Any]]:
        """What was kept apart, by `seq`: personal data, never for a log or an audit."""
        rows = self._rows(select(_private).where(_private.c.call_id == call_id).order_by(_private.c.seq))
        return {r.seq: json.loads(r.data) for r in rows}

    def snapshot(self, call_id: str) -> Snapshot | None:
        """Where a call last stood."""
        row = self.call(call_id)
        return row.snapshot if row else None

    def close(self) -> None:
        """Let go of the file."""
        self._reads.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _rows(self, query: Select[Any]) -> Sequence[Row[Any]]:
        with self._reads.connect() as connection:
            return connection.execute(query).all()


class SqliteJournal(JournalReader):
    """The journal of one process.

    Appends that wait when the writer wakes share a transaction, so a hundred calls cost one fsync. A cancelled
    `append` may still become durable: whoever must know shields it.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(_reading(path, "mode=ro"))
        self._engine = _writing(path)
        self._waiting: queue.SimpleQueue[_Append | None] = queue.SimpleQueue()
        self._closing = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._write_until_closed, name="journal", daemon=True)
        self._thread.start()

    async def append(self, entries: Sequence[Entry]) -> None:
        """Write all entries or none, in order, and return once they are on disk. Raises `JournalDown`."""
        if not entries:
            return
        loop = asyncio.get_running_loop()
        rows = _rows_of(entries)
        append = _Append(rows, loop, loop.create_future())
        with self._closing:
            if self._closed:
                raise JournalDown("the journal is closed: nothing can be written any more")
            self._waiting.put(append)
        await append.durable

    def close(self) -> None:
        """Write what waits, then let go of the file. A second time does nothing."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        self._thread.join()
        self._engine.dispose()
        super().close()

    def _write_until_closed(self) -> None:
        while True:
            group, last = self._next_group()
            if group:
                _write_group(self._engine, group)
            if last:
                return

    def _next_group(self) -> tuple[list["_Append"], bool]:
        group: list[_Append] = []
        waiting = self._waiting.get()
        while waiting is not None:
            group.append(waiting)
            if len(group) == GROUP_LIMIT:
                return group, False
            try:
                waiting = self._waiting.get_nowait()
            except queue.Empty:
                return group, False
        return group, True


def open_journal(path_or_url: str | Path) -> SqliteJournal:
    """Open the record for writing, making file and folders when missing. Raises `StoreError`."""
    path = _path_of(path_or_url)
    try:
        if path.is_dir():
            raise StoreError(f"the store {path} is a folder, expected a file: name a file in it")
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # it holds callers' data
    except OSError as error:
        raise StoreError(f"the store {path} cannot be made ({error.strerror}): set INTERLOCK_STORE elsewhere") from None
    _prepare(path)
    return SqliteJournal(path)


def open_reader(path_or_url: str | Path) -> JournalReader:
    """Open an existing record for reading only, on a read-only disk too. Raises `StoreError`."""
    path = _path_of(path_or_url)
    if not os.path.isfile(path):
        found = "is a folder, expected a file" if os.path.isdir(path) else "does not exist"
        raise StoreError(f"the store {path} {found}: set INTERLOCK_STORE to a record of calls, or make a call first")
    engine = _reading(path, "mode=ro")
    try:
        with engine.connect() as connection:
            known = _is_ours(connection, path)
    except OperationalError:
        engine, known = _reading_at_rest(path)
    except DBAPIError as error:
        raise _unusable(path, error) from None
    if not known:
        raise StoreError(f"the store {path} is an empty database, expected a record of calls: make a call first")
    return JournalReader(engine)


@dataclass(slots=True)
class _Rows:
    """What one or more appends put into each table."""

    opened: list[dict[str, Any]] = field(default_factory=list)
    moved: list[dict[str, Any]] = field(default_factory=list)
    ended: list[dict[str, Any]] = field(default_factory=list)
    records: list[dict[str, Any]] = field(default_factory=list)
    private: list[dict[str, Any]] = field(default_factory=list)

    def extend(self, more: "_Rows") -> None:
        self.opened += more.opened
        self.moved += more.moved
        self.ended += more.ended
        self.records += more.records
        self.private += more.private


@dataclass(slots=True)
class _Append:
    """One caller's entries and where the answer goes."""

    rows: _Rows
    loop: asyncio.AbstractEventLoop
    durable: asyncio.Future[None]

    def answer(self, error: JournalDown | None) -> None:
        """Tell the caller; on its own loop only."""
        if self.durable.done():
            return
        if error is None:
            self.durable.set_result(None)
        else:
            self.durable.set_exception(error)


def _rows_of(entries: Sequence[Entry]) -> _Rows:
    rows = _Rows()
    for entry in entries:
        where = f"entry {entry.seq} of call {entry.call_id}"
        if entry.at.tzinfo is None:
            raise JournalDown(f"{where} has a time without a zone, expected UTC")
        try:
            _add(rows, entry)
        except (TypeError, ValueError, RecursionError) as error:
            raise JournalDown(f"{where} is not plain JSON ({type(error).__name__})") from None
    return rows


def _add(rows: _Rows, entry: Entry) -> None:
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    position = entry.snapshot
    snapshot = None if position is None else _encoder.encode(position.to_json())
    if entry.kind == "call.opened":
        rows.opened.append(
            {
                "call_id": entry.call_id,
                "flow": entry.flow,
                "machine": position.machine if position else None,
                "machine_version": position.version if position else None,
                "snapshot": snapshot,
                "epoch": position.epoch if position else entry.epoch,
                "started_at": at,
            }
        )
    elif position is not None:
        rows.moved.append({"call_id": entry.call_id, "epoch": position.epoch, "snapshot": snapshot})
    if entry.kind == "call.ended":
        rows.ended.append({"call_id": entry.call_id, "ended_at": at, "end_reason": entry.audit.get("reason")})
    key = {"call_id": entry.call_id, "seq": entry.seq}
    rows.records.append(
        {**key, "kind": entry.kind, "at": at, "epoch": entry.epoch, "audit": _encoder.encode(entry.audit)}
    )
    if entry.private:
        rows.private.append({**key, "data": _encoder.encode(entry.private)})


def _write_group(engine: Engine, group: Sequence[_Append]) -> None:
    together = _Rows()
    for append in group:
        together.extend(append.rows)
    try:
        _write(engine, together)
    except OperationalError as error:  # full, locked or read-only: the same for everybody
        _answer(group, _why(error))
    except Exception as error:
        _write_each(engine, group, error)
    else:
        _answer(group, None)


def _write_each(engine: Engine, group: Sequence[_Append], error: Exception) -> None:
    """One append cannot be written: find it, and let no stranger pay for it."""
    if len(group) == 1:
        return _answer(group, _why(error))
    for append in group:
        _write_group(engine, [append])
    return None


def _answer(group: Sequence[_Append], error: str | None) -> None:
    for loop in dict.fromkeys(append.loop for append in group):
        with suppress(RuntimeError):  # the loop was closed: nobody is left to hear it
            loop.call_soon_threadsafe(_resolve, [a for a in group if a.loop is loop], error)


def _resolve(group: Sequence[_Append], error: str | None) -> None:
    for append in group:
        append.answer(None if error is None else JournalDown(error))


class _StaleWriter(Exception):
    pass


def _write(engine: Engine, rows: _Rows) -> None:
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


def _why(error: Exception) -> str:
    """The reason in words; values that were to be written are never in it."""
    if isinstance(error, _StaleWriter):
        return "the call was never opened, or somebody else moved it on: this writer is stale"
    if isinstance(error, IntegrityError):
        return f"the record refuses these entries ({error.orig}): they were written before, or the call never opened"
    if isinstance(error, OperationalError):
        return f"the record cannot be written now ({error.orig})"
    return f"the record cannot be written ({type(error).__name__})"


def _path_of(path_or_url: str | Path) -> Path:
    text = str(path_or_url)
    path = _database_of(text) if "://" in text else text
    if path in ("", ":memory:"):
        raise StoreError("the store is in memory, expected a file: a record that dies with the process is none")
    return Path(path).expanduser().absolute()


def _database_of(text: str) -> str:
    try:
        url = make_url(text)
    except ArgumentError:
        raise StoreError("the store is no URL that can be read, expected a path or sqlite:///path") from None
    if url.get_backend_name() == "postgresql":
        raise StoreError("the store is a PostgreSQL URL, which is not there yet: use a path or sqlite:///path")
    if url.get_backend_name() != "sqlite":
        raise StoreError(f"the store is a {url.drivername} URL, expected a path or sqlite:///path")
    return url.database or ""


def _prepare(path: Path) -> None:
    """Make the tables when the file is new; refuse a file that is not ours."""
    engine = _writing(path)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            if not _is_ours(connection, path):
                _metadata.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA user_version={SCHEMA_VERSION}")
            connection.commit()
    except DBAPIError as error:
        raise _unusable(path, error) from None
    finally:
        engine.dispose()


def _is_ours(connection: Connection, path: Path) -> bool:
    """Whether the record's tables are there; False for an empty database. Raises `StoreError` for another's."""
    version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
    tables = set(connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='table'").scalars())
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"the store {path} has schema version {version}, expected at most {SCHEMA_VERSION}: update interlock"
        )
    if not tables and not version:
        return False
    if version != SCHEMA_VERSION or not tables >= set(_metadata.tables):
        raise StoreError(f"the store {path} is a database of something else: set INTERLOCK_STORE to another file")
    return True


def _unusable(path: Path, error: DBAPIError) -> StoreError:
    found = str(error.orig)
    if "not a database" in found:
        return StoreError(f"the store {path} is not a database: set INTERLOCK_STORE to another file")
    if "readonly" in found or "unable to open" in found:
        return StoreError(f"the store {path} is read-only, expected a writable file in a writable folder")
    return StoreError(f"the store {path} cannot be used ({found}): set INTERLOCK_STORE to another file")


def _writing(path: Path) -> Engine:
    engine = _engine(lambda: sqlite3.connect(path, check_same_thread=False), QueuePool)

    def tune(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    event.listen(engine, "connect", tune)
    return engine


def _reading(path: Path, how: str) -> Engine:
    uri = f"file:{quote(str(path))}?{how}"
    return _engine(
        lambda: sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_MS / 1000, check_same_thread=False), NullPool
    )


def _reading_at_rest(path: Path) -> tuple[Engine, bool]:
    """A record nobody writes, in a folder where SQLite may not put its side files."""
    log = path.with_name(path.name + "-wal")
    engine = _reading(path, "immutable=1")
    try:
        if log.exists() and log.stat().st_size:
            raise StoreError(f"the store {path} was not closed and its folder is read-only: copy both files elsewhere")
        with engine.connect() as connection:
            return engine, _is_ours(connection, path)
    except OSError as error:
        raise StoreError(f"the store {path} cannot be read ({error.strerror})") from None
    except DBAPIError as error:
        raise _unusable(path, error) from None


def _engine(connect: Callable[[], sqlite3.Connection], pool: type[QueuePool] | type[NullPool]) -> Engine:
    return create_engine("sqlite://", creator=connect, poolclass=pool, hide_parameters=True)


def _calls_query() -> Select[Any]:
    def verdicts(kind: str) -> Any:
        its = (_records.c.call_id == _calls.c.call_id, _records.c.kind == kind)
        return select(func.count()).where(*its).scalar_subquery()

    counts = (verdicts(ACCEPTED).label("accepted"), verdicts(REFUSED).label("refused"))
    return select(_calls, *counts).order_by(_calls.c.started_at.desc(), _calls.c.call_id)


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
        snapshot=Snapshot.from_json(json.loads(row.snapshot)) if row.snapshot else None,
        accepted=row.accepted,
        refused=row.refused,
    )

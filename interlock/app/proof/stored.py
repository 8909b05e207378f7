"""Reading a store for verification: every call with its records, page by page, in the order of the database's index."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol, TypeVar

from sqlalchemy import Connection, Integer, Text, bindparam, func, select, tuple_
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from interlock.app.proof.errors import ProofError
from interlock.app.proof.finding import Finding, Row, StoredEnd, StoredState
from interlock.app.proof.schema import schema_findings
from interlock.app.store import tables
from interlock.app.store.commitment_key import knows_key
from interlock.app.store.database import Database
from interlock.app.store.kept import KeptCall, Rows, kept_of, records_of
from interlock.app.store.log import COPIED
from interlock.app.store.sealing import Seal
from interlock.app.store.sql import compiled_once

CALLS_PAGE, ROWS_PAGE = 500, 5000
WHOLE_LIMIT = 20_000
"""How many records of one call are held at once, to find out what was done to them."""
TRIES = 3
"""How often what gave no answer in time is read."""
_BEFORE = -(2**31)

T = TypeVar("T")


class Whole(NamedTuple):
    """One call from one view: its end by its own row, None without one, and its first records; `more` may follow."""

    noted: StoredEnd | None
    rows: Sequence[Row]
    more: bool


class Source(Protocol):
    """Where the records to be verified come from: a store, or a bundle."""

    def pages(self) -> Iterator[tuple[Mapping[str, StoredEnd], Iterator[Rows]]]:
        """Some calls at a time by their rows, and what records there are of them, those of no such call among them."""
        ...

    def whole(self, call_id: str) -> Whole:
        """One call again, from one view of everything."""
        ...

    @property
    def keeps(self) -> bool:
        """Whether anything is beside the chains."""
        ...

    def kept(self, records: Mapping[str, Rows]) -> Mapping[str, KeptCall]:
        """What is stored beside the chains of calls of which these are the records, in the order of `pages`."""
        ...

    @property
    def seal(self) -> Seal | None:
        """What opens it, once the key of its commitments is known; None where it is not."""
        ...

    def schema(self) -> Sequence[Finding]:
        """What is not as it was made in what holds the calls."""
        ...


class Stored(Source):
    """A store, all of it or only the calls `named`. Nobody who writes it is ever kept waiting."""

    def __init__(self, database: Database, named: Sequence[str] = (), seal: Seal | None = None) -> None:
        self._database, self._named = database, named
        self._seal = seal or Seal()
        self._knows_key: bool | None = None
        self._any_bytes = False
        self._lacks_log = getattr(database, "lacks_log", False)
        self._sql = _statements(database.dialect)

    @property
    def records(self) -> int:
        """About how many there are to read."""
        if self._named:
            return sum(noted.length for call_id in self._named for noted in self._one(call_id).values())
        return int(self._read("count", {})[0][0] or 0)

    def has(self, call_id: str) -> bool:
        """Whether there is a call of this id, or a record of one."""
        return bool(self._one(call_id)) or bool(self._rows_of(call_id, 1))

    def pages(self) -> Iterator[tuple[Mapping[str, StoredEnd], Iterator[Rows]]]:
        for call_id in self._named:
            yield self._one(call_id), self._chunks((call_id, _BEFORE), call_id)
        last: str | None = "" if not self._named else None
        while last is not None:
            noted = _noted(self._read("calls", {"after": last, "many": CALLS_PAGE}))
            until = list(noted)[-1] if len(noted) == CALLS_PAGE else None
            yield noted, self._chunks((last, 2**31 - 1 if last else _BEFORE), until)
            last = until

    def whole(self, call_id: str) -> Whole:
        def work(connection: Connection) -> tuple[Rows, Rows]:
            noted = self._sql["call"].rows(connection, {"call_id": call_id})
            return noted, self._sql["rows"].rows(connection, {"call_id": call_id, "many": WHOLE_LIMIT + 1})

        noted, rows = self._robustly(work)
        found = [Row(*row) for row in rows[:WHOLE_LIMIT]]
        return Whole(_noted(noted).get(call_id), found, len(rows) > WHOLE_LIMIT)

    @property
    def keeps(self) -> bool:
        return True

    def kept(self, records: Mapping[str, Rows]) -> Mapping[str, KeptCall]:
        found = self._robustly(partial(kept_of, records=records)) if records else {}
        for call_id, its in found.items():
            if its.end != (len(records[call_id]), records[call_id][-1][6]):  # it was written meanwhile
                found |= self._robustly(partial(_whole, call_id=call_id))
        return found

    @property
    def seal(self) -> Seal | None:
        if self._knows_key is None:
            self._knows_key = self._robustly(partial(knows_key, seal=self._seal))
        return self._seal if self._knows_key else None

    def schema(self) -> Sequence[Finding]:
        copied = [Finding("cut", COPIED)] if self._lacks_log else []
        return [*copied, *self._robustly(schema_findings)]

    def _one(self, call_id: str) -> Mapping[str, StoredEnd]:
        return _noted(self._read("call", {"call_id": call_id}))

    def _rows_of(self, call_id: str, many: int) -> Rows:
        return self._read("rows", {"call_id": call_id, "many": many})

    def _chunks(self, after: tuple[str, int], until: str | None) -> Iterator[Rows]:
        """The records after a place, up to a call's last one, or to the end."""
        values: dict[str, Any] = {"many": ROWS_PAGE} if until is None else {"many": ROWS_PAGE, "until": until}
        rows: Rows = [after]
        while rows:
            place = {"call_id": rows[-1][0], "seq": rows[-1][1]}
            rows = self._read("rest" if until is None else "chunk", {**values, **place})
            yield rows

    def _read(self, name: str, values: Mapping[str, Any]) -> Rows:
        rows = self._robustly(lambda connection: self._sql[name].rows(connection, values))
        if self._any_bytes and any(_is_no_text(row[0]) for row in rows):
            raise ProofError("a call's id in the store is no UTF-8 text: somebody put it there, the journal did not")
        return rows

    def _robustly(self, work: Callable[[Connection], T]) -> T:
        """Read, and once more where there was no answer in time: as much as was verified is not lost for that."""
        try:
            for _ in range(TRIES - 1):
                try:
                    return self._read_once(work)
                except (OSError, DBAPIError) as error:
                    if isinstance(error, DBAPIError) and not error.connection_invalidated:
                        raise
            return self._read_once(work)
        except (sqlite3.Error, SQLAlchemyError, OSError) as error:
            found = str(error).partition("\n")[0] or type(error).__name__
            raise ProofError(f"the store cannot be read ({found})") from None

    def _read_once(self, work: Callable[[Connection], T]) -> T:
        try:
            return self._database.read(lambda connection: work(_in_one_view(connection)))
        except (sqlite3.OperationalError, SQLAlchemyError) as error:
            if "decode" not in str(error):
                raise
        self._any_bytes = True
        return self._database.read(lambda connection: work(_of_any_bytes(connection)))


def _in_one_view(connection: Connection) -> Connection:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN")
        return connection
    return connection.execution_options(isolation_level="REPEATABLE READ")


def _of_any_bytes(connection: Connection) -> Connection:
    """For a SQLite file in which somebody put bytes that are no text into a text."""
    raw: Any = connection.connection.driver_connection
    raw.text_factory = lambda text: text.decode(errors="surrogateescape")
    return connection


def _whole(connection: Connection, call_id: str) -> dict[str, KeptCall]:
    return kept_of(connection, {call_id: records_of(connection, call_id)})


def _is_no_text(call_id: Any) -> bool:
    return isinstance(call_id, str) and any("\ud800" <= each <= "\udfff" for each in call_id)


def _noted(rows: Rows) -> dict[str, StoredEnd]:
    return {row[0]: StoredEnd(row[1], row[2], StoredState(row[3], row[4])) for row in rows}


@compiled_once
def _statements(_: str) -> dict[str, Any]:
    c, r, many = tables.calls.c, tables.records.c, bindparam("many", type_=Integer)
    this, seq = bindparam("call_id", type_=Text), bindparam("seq", type_=Integer)
    ends = select(c.call_id, c.last_seq, c.head, c.snapshot, c.epoch)
    rows = (
        select(r.call_id, r.seq, r.kind, r.at, r.epoch, r.audit, r.hash, r.covers)
        .order_by(r.call_id, r.seq)
        .limit(many)
    )
    rest = rows.where(tuple_(r.call_id, r.seq) > tuple_(this, seq))
    return {
        "calls": ends.where(c.call_id > bindparam("after", type_=Text)).order_by(c.call_id).limit(many),
        "call": ends.where(c.call_id == this),
        "count": select(func.sum(c.last_seq)),
        "rows": rows.where(r.call_id == this),
        "rest": rest,
        "chunk": rest.where(r.call_id <= bindparam("until", type_=Text)),
    }

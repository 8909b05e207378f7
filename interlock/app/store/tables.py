"""What a record of calls looks like in the database; what is personal stands apart in tables of its own."""

from typing import Any

from sqlalchemy import (
    Column,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

metadata = MetaData()

calls = Table(
    "calls",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("flow", Text, nullable=False),
    Column("machine", Text),
    Column("machine_version", Integer),
    Column("snapshot", Text),
    Column("epoch", Integer, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("ended_at", Text),
    Column("end_reason", Text),
    Column("last_seq", Integer, nullable=False),
    Column("head", LargeBinary, nullable=False),  # the hash of the last record
    Column("fence", Integer, nullable=False),  # rises with each driver
    Column("owner", Text),
    Column("lease_until", Float),  # seconds since 1970, on the database's clock
    Column("uncovered", Text),  # commitments to turns that no record covers yet, by number
    Column("tag", LargeBinary),  # of all of it, by the store's key: see `covering`
    Index("calls_by_lease", "ended_at", "lease_until"),
)
records = Table(
    "records",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("audit", Text, nullable=False),  # RFC 8785
    Column("hash", LargeBinary, nullable=False),
    Column("covers", Text),  # RFC 8785, see `covering`; NULL: written before anything was covered
    ForeignKeyConstraint(["call_id"], ["calls.call_id"]),
)
private = Table(
    "private",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),  # see `sealing`
    Column("salt", LargeBinary),  # of the commitment to it
    ForeignKeyConstraint(["call_id", "seq"], ["records.call_id", "records.seq"]),
)
turns = Table(
    "turns",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    Column("data", LargeBinary, nullable=False),  # what was said, sealed
    Column("salt", LargeBinary),
    ForeignKeyConstraint(["call_id"], ["calls.call_id"]),
)
rooms = Table(
    "rooms",  # of calls that have not ended
    metadata,
    Column("sid", Text, primary_key=True),  # LiveKit's name for one life of a room: nothing personal
    Column("call_id", Text, nullable=False),  # claimed before the call is opened
    Column("flow", Text, nullable=False),
    Column("name", LargeBinary, nullable=False),  # sealed: a phone's room has its number in it
    Column("claimed_at", Float, nullable=False),
    Column("dispatched_at", Float),  # when a watcher last sent for a worker
    Column("dispatches", Integer, nullable=False),
    Index("rooms_by_call", "call_id"),
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),  # sealed
)
counters = Table(
    "counters",  # what outlives a call: see `interlock.guards.quotas`
    metadata,
    Column("key", LargeBinary, primary_key=True),  # a keyed hash: nobody reads of it whose counter it is
    Column("quota", Text, nullable=False),
    Column("whose", Text, nullable=False),  # which kind of key it is
    Column("count", Integer, nullable=False),
    Column("until", Float, nullable=False),  # when its window is over, on the database's clock
    Index("counters_by_until", "until"),
)

revisions = Table("alembic_version", MetaData(), Column("version_num", Text, primary_key=True))
"""Where Alembic notes which revision the tables are."""


class db_now(FunctionElement[float]):
    """The database's own clock, seconds since 1970: machines that share it need not agree on theirs."""

    type = Float()
    inherit_cache = True


@compiles(db_now, "sqlite")
def _sqlite_now(element: db_now, compiler: Any, **_: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"


@compiles(db_now, "postgresql")
def _postgres_now(element: db_now, compiler: Any, **_: Any) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) AS double precision)"

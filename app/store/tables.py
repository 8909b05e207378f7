"""What a record of calls looks like in the database; what is personal stands apart in a table of its own."""

from sqlalchemy import Column, ForeignKeyConstraint, Integer, MetaData, Table, Text

SCHEMA_VERSION = 1

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
)
records = Table(
    "records",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("audit", Text, nullable=False),
    ForeignKeyConstraint(["call_id"], ["calls.call_id"]),
)
private = Table(
    "private",
    metadata,
    Column("call_id", Text, primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("data", Text, nullable=False),
    ForeignKeyConstraint(["call_id", "seq"], ["records.call_id", "records.seq"]),
)

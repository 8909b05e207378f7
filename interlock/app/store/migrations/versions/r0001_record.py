"""The record: calls, their chained records, what is kept apart, and where they are held."""

from alembic import op
from sqlalchemy import Column, Float, ForeignKeyConstraint, Integer, LargeBinary, Text

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "calls",
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
        Column("head", LargeBinary, nullable=False),
        Column("fence", Integer, nullable=False),
        Column("owner", Text),
        Column("lease_until", Float),
    )
    op.create_index("calls_by_lease", "calls", ["ended_at", "lease_until"])
    op.create_table(
        "records",
        Column("call_id", Text, primary_key=True),
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("kind", Text, nullable=False),
        Column("at", Text, nullable=False),
        Column("epoch", Integer, nullable=False),
        Column("audit", Text, nullable=False),
        Column("hash", LargeBinary, nullable=False),
        ForeignKeyConstraint(["call_id"], ["calls.call_id"]),
    )
    op.create_table(
        "private",
        Column("call_id", Text, primary_key=True),
        Column("seq", Integer, primary_key=True, autoincrement=False),
        Column("data", LargeBinary, nullable=False),
        ForeignKeyConstraint(["call_id", "seq"], ["records.call_id", "records.seq"]),
    )
    op.create_table(
        "turns",
        Column("call_id", Text, primary_key=True),
        Column("n", Integer, primary_key=True, autoincrement=False),
        Column("data", LargeBinary, nullable=False),
        ForeignKeyConstraint(["call_id"], ["calls.call_id"]),
    )
    op.create_table(
        "rooms",
        Column("sid", Text, primary_key=True),
        Column("call_id", Text, nullable=False),
        Column("flow", Text, nullable=False),
        Column("name", LargeBinary, nullable=False),
        Column("claimed_at", Float, nullable=False),
        Column("dispatched_at", Float),
        Column("dispatches", Integer, nullable=False),
    )
    op.create_index("rooms_by_call", "rooms", ["call_id"])

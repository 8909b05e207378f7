"""What outlives a call: how often something was tried or done, by keyed hash."""

from alembic import op
from sqlalchemy import Column, Float, Integer, LargeBinary, Text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "counters",
        Column("key", LargeBinary, primary_key=True),
        Column("quota", Text, nullable=False),
        Column("whose", Text, nullable=False),
        Column("count", Integer, nullable=False),
        Column("until", Float, nullable=False),
    )
    op.create_index("counters_by_until", "counters", ["until"])

"""The tag of each call: its chain's end, by the store's key. Calls that are there get theirs by `tagging`."""

from alembic import op
from sqlalchemy import Column, LargeBinary

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add to the table."""
    op.add_column("calls", Column("tag", LargeBinary))

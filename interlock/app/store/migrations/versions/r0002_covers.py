"""What each record covers beside its audit part, the salts of what is kept apart, and the key of the commitments.

What was there before covers nothing, and its chain is hashed as it was.
"""

from alembic import op
from sqlalchemy import Column, LargeBinary, Text

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add to the tables."""
    op.add_column("calls", Column("uncovered", Text))
    op.add_column("records", Column("covers", Text))
    op.add_column("private", Column("salt", LargeBinary))
    op.add_column("turns", Column("salt", LargeBinary))
    op.create_table(
        "secrets",
        Column("name", Text, primary_key=True),
        Column("value", LargeBinary, nullable=False),
    )

"""The business systems of each flow on SQLite, with seed data, and constraints that make wrong things impossible.

What must hold is written in the tables, not in the code around them: no refund beyond what was paid, no more callbacks
in an hour than there are colleagues, no key used twice.
"""

from app.business.support import open_support_systems
from interlock.app import CALLBACKS_PER_HOUR

__all__ = ["CALLBACKS_PER_HOUR", "open_support_systems"]

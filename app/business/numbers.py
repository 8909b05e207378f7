"""A telephone number in the one way our tables have it, however it was written: E.164."""

from interlock.guards import numbers_in, one_number

__all__ = ["numbers_in", "one_number", "rings"]

LEAST_TO_LENGTHEN, MOST_AFTER = 10, 4
"""How many digits a number has, its country's code counted, before what is dialled after it still rings it; and how
many may follow. A shorter one is the beginning of strangers' numbers."""


def rings(called: str, listed: str) -> str:
    """The condition of SQL that one number in E.164 rings another: that one, with some digits after it or none."""
    longer = f"length({called}) - length({listed}) BETWEEN 0 AND CASE WHEN length({listed}) > {LEAST_TO_LENGTHEN}"
    return f"(substr({called}, 1, length({listed})) = {listed} AND {longer} THEN {MOST_AFTER} ELSE 0 END)"

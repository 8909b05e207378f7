"""A telephone number in the one way our tables have it, however it was written: E.164."""

from interlock.guards import can_be_dialled, numbers_in, one_number

__all__ = ["is_whole", "numbers_in", "one_number"]


def is_whole(line: str) -> bool:
    """Whether what a line shows is a number somebody has, and not the name of a line that shows none ("anonymous")."""
    return can_be_dialled(one_number(line))

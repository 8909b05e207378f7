"""A caller's words in which every value of some arguments is said, for calls in which nothing else matters."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def saying(args: Mapping[str, Any]) -> str:
    """Each argument with its value, as a caller may say it: times as day and hour, cents as an amount."""
    return ". ".join(f"{name.replace('_', ' ')} {_said(name, value)}" for name, value in args.items())


def _said(name: str, value: Any) -> str:
    if isinstance(value, str) and "T" in value:
        try:
            return f"{datetime.fromisoformat(value):%Y-%m-%d at %H:%M}"
        except ValueError:
            return value
    if isinstance(value, int) and name.endswith("cents"):
        return f"{value / 100:.2f} euros"
    return str(value)

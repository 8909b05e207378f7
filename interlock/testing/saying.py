"""A caller's words in which every value of some arguments is said, for calls in which nothing else matters."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from interlock.agents.tools import tools_of


def saying(args: Mapping[str, Any]) -> str:
    """Each argument with its value, as a caller may say it: times as day and hour, cents as an amount."""
    return ". ".join(f"{name.replace('_', ' ')} {_said(name, value)}" for name, value in args.items())


def wanting(agent: type, event: str, args: Mapping[str, Any]) -> str:
    """Words that are a yes to what an agent is to propose: a plain request for it, where one counts, and its values."""
    tool = tools_of(agent).get(event)
    acts = tool.consent.acts if tool is not None and tool.consent is not None else ()
    return f"{f'Please {acts[0]}.' if acts else 'Yes.'} {saying(args)}".strip()


def _said(name: str, value: Any) -> str:
    if isinstance(value, str) and "T" in value:
        try:
            return f"{datetime.fromisoformat(value):%Y-%m-%d at %H:%M}"
        except ValueError:
            return value
    if isinstance(value, int) and name.endswith("cents"):
        return f"{value / 100:.2f} euros"
    return f"no {name}" if value == "none" else str(value)

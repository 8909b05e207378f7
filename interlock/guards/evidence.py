"""Where the values of a proposal, and what is known, come from: read by guards, written by our ears alone.

The argument is no model's to give: the desk puts it beside what a model gave, and so it is on record with it. Where
nobody listened, as for the system's and operators' proposals, there is none, and nothing is unheard.
"""

from collections.abc import Mapping
from typing import Any

from interlock.guards.base import Proposal

EVIDENCE = "evidence"
"""The argument that says of each other one where it comes from: heard, known, confirmed or unheard."""


def mark_given(proposal: Proposal, name: str) -> str:
    """Where the argument of that name comes from; empty where nobody listened."""
    return mark_in(proposal.args, name)


def mark_in(args: Mapping[str, Any], name: str) -> str:
    """The same, of the arguments of work that was accepted."""
    marks = args.get(EVIDENCE)
    return str(marks.get(name, "")) if isinstance(marks, dict) else ""


def was_heard(facts: Any, name: str) -> bool:
    """Whether what is known under that name was not made up: our ears found it, or our systems knew it."""
    return name not in facts.unheard

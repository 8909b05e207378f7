"""What a model is told of a call beside its instructions: what is known, and what became of its tool calls."""

from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from interlock.agents.tools import Tool
from interlock.guards.characters import plain_text
from interlock.machines.decide import Verdict

if TYPE_CHECKING:
    from interlock.agents.call.call import Call


def wrong_arguments(tool: Tool, error: ValidationError) -> str:
    """What is wrong with which declared argument; what a model made up is not repeated, as it goes on the record."""
    wrong = {(str(e["loc"][0]) if e["loc"] else "", e["type"]) for e in error.errors()}
    return "; ".join(sorted(f"{name if name in tool.slots else 'an argument'}: {kind}" for name, kind in wrong))


def refusal(verdict: Verdict) -> str:
    """What the model reads when a proposal is refused."""
    return f"{verdict.reason} | say: {verdict.say}" if verdict.say else verdict.reason


def known_facts(call: "Call", zone: str) -> str:
    """What is known, and which day and time it is in `zone`, for a model to read: never for a log."""
    facts = call.facts.model_dump(mode="json", include=set(type(call.facts).for_model()))
    known = {name: _in_one_line(value) for name, value in facts.items() if value not in (None, False, 0)}
    here = call.clock.now().astimezone(ZoneInfo(zone))
    facts_said = "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in known.items())
    return f"It is {here:%A, %Y-%m-%d, %H:%M} in {zone}. Known so far: {facts_said}"


def _in_one_line(value: Any) -> Any:
    """What a caller said is no line of its own among our instructions, also where it is on record from before."""
    return plain_text(value) if isinstance(value, str) else value

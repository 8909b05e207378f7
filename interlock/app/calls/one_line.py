"""One journal entry as one line for a reader: what was proposed, what the machine said, who speaks."""

from collections.abc import Callable
from typing import Any

from interlock.agents.call.journal import Entry


def describe(entry: Entry) -> str:
    """The line, or nothing for an entry a reader of a transcript can do without."""
    in_words = _DESCRIPTIONS.get(entry.kind)
    return in_words(entry.audit) if in_words else ""


def _accepted(audit: dict[str, Any]) -> str:
    asked = f"{audit['event']} (by the {audit['by']})" if audit["by"] != "agent" else audit["event"]
    return f"{asked}: accepted, {audit['before'][-1]} -> {audit['after'][-1]}"


def _refused(audit: dict[str, Any]) -> str:
    asked = f"{audit['event']} (by the {audit['by']})" if audit["by"] != "agent" else audit["event"]
    by = f" by {audit['refused_by']}" if audit["refused_by"] else ""
    return f"{asked}: refused{by} ({audit['kind']}). {audit['reason']}"


_DESCRIPTIONS: dict[str, Callable[[dict[str, Any]], str]] = {
    "transition.accepted": _accepted,
    "transition.refused": _refused,
    "facts.claimed": lambda audit: f"noted, as the caller said: {', '.join(audit['fields'])}",
    "facts.established": lambda audit: f"established: {', '.join(audit['fields'])}",
    "facts.refused": lambda audit: f"not noted: {', '.join(audit['fields'])} ({audit['why']})",
    "proposal.malformed": lambda audit: f"{audit['event']}: not understood ({audit['why']})",
    "words.held_back": lambda audit: f"not said, as it was not so: {', '.join(audit['claims'])}",
    "goodbye.taken_back": lambda audit: f"no goodbye: the caller came back to {audit['state']}",
    "handoff.entered": lambda audit: f"now speaking: {audit['agent']} ({audit['state']})",
    "handoff.stalled": lambda audit: f"the switch to {audit['to']} stalled ({audit['why']})",
    "effect.started": lambda audit: f"working: {audit['state']}",
    "effect.asked_again": lambda audit: f"working, once more by the same key: {audit['state']}",
    "effect.ended": lambda audit: f"done: {audit['event']}" + (f" ({audit['why']})" if audit["why"] else ""),
    "caller.changed": lambda _: "somebody else is there in the caller's place, of whom nothing is proven",
    "outcome.kept_apart": lambda _: "that was for the caller before: who is there now is told nothing of it",
    "turn.failed": lambda audit: f"nobody answered ({audit['why']})",
    "provider.failed": lambda audit: f"{audit['kind']} {audit['provider']} failed ({audit['error']})",
    "provider.fell_back": lambda audit: f"{audit['kind']}: {audit['to']} steps in",
    "call.ended": lambda audit: f"call over: {audit['reason']}",
}

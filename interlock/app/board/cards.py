"""One verdict as `interlock audit why` explains it, for a page: the same words, places and events as they are drawn."""

from collections.abc import Mapping, Sequence
from typing import Any

from interlock.app.audit import Why
from interlock.app.audit.answers import GuardAnswer
from interlock.app.audit.spoken import STOOD, spoken_in_words
from interlock.app.board.names import Names, event, proposer

FOUND, SAID, PROPOSED = "found by our systems", "said by the caller", "in the proposal, as the model filled it in"
ORIGINS: Mapping[str, str] = {"facts.established": FOUND, "facts.claimed": SAID}
"""Who set a fact, by the line that says so."""


def card_of(why: Why, names: Names, set_by: Mapping[str, str], configurations: tuple[Any, Any]) -> dict[str, Any]:
    """Plain JSON. `set_by` says of each fact known by then who set it; with where the call stood before and after."""
    before, after = configurations
    accepted = why.kind == "accepted"
    held = [guard.name for guard in why.guards if guard.held]
    way = ""
    if names.ways is not None:
        way = names.ways.taken(before, why.event, after, held) if accepted else names.ways.asked(before, why.event)
    return {
        "turn": why.turn,
        "accepted": accepted,
        "event": event(why.event),
        "by": proposer(why.by),
        "verdict": why.verdict,
        "before": names.place(why.before),
        "after": names.place(why.after),
        "places": [why.before, why.after],
        "way": way,
        "handoff": [names.place(each) for each in why.handoff] if why.handoff else None,
        "reason": why.reason,
        "consent": STOOD.get(why.consent, why.consent),
        "offered": [event(each) for each in why.offered],
        "led_up": [spoken_in_words(each) for each in why.led_up],
        "then": [spoken_in_words(each) for each in why.then],
        "refused_by": names.sentence(why.refused_by) if why.refused_by else "",
        "guards": [_guard(guard, names, set_by) for guard in why.guards],
    }


def _guard(guard: GuardAnswer, names: Names, set_by: Mapping[str, str]) -> dict[str, Any]:
    facts, arguments = names.looks_at(guard.name)
    return {
        "name": guard.name,
        "sentence": names.sentence(guard.name),
        "held": guard.held,
        "error": guard.error,
        "saw": [*_groups(facts, set_by), *([{"names": list(arguments), "by": PROPOSED}] if arguments else [])],
    }


def _groups(facts: Sequence[str], set_by: Mapping[str, str]) -> list[dict[str, Any]]:
    """The facts of one origin together, in the order of the first."""
    origins = dict.fromkeys(set_by.get(name, "") for name in facts)
    return [{"names": [n for n in facts if set_by.get(n, "") == origin], "by": origin} for origin in origins]

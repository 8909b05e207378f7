"""The record's entries in words, fit for a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from interlock.app.store import ACCEPTED, REFUSED

if TYPE_CHECKING:
    from interlock.app.store import AuditRecord

VERDICTS = (ACCEPTED, REFUSED)

KINDS: Mapping[str, str] = {
    "accepted": "Accepted",
    "unknown_event": "Refused: the machine knows no such event",
    "not_from_here": "Refused: the chart has no such way from this state",
    "guard_false": "Refused: a condition was not met",
    "guard_error": "Refused: a condition could not be checked",
    "stale": "Refused: the call had moved on since it was offered",
    "terminated": "Refused: the call was over",
    "not_yours": "Refused: this proposer may not ask for it",
}


MEASURED: Mapping[str, Mapping[str, str]] = {
    "turn.measured": {
        "answer_ms": "answered after {} ms",
        "transcription_ms": "words known after {} ms",
        "end_of_turn_ms": "turn over after {} ms",
        "llm_ttft_ms": "the model's first word took {} ms",
        "tts_ttfb_ms": "the voice's first sound took {} ms",
    },
    "handoff.heard": {"entered_ms": "entered after {} ms", "heard_ms": "heard after {} ms"},
    "call.first_word": {
        "joined_ms": "{} ms after the agent joined",
        "dispatched_ms": "{} ms after the dispatch",
    },
}
"""What was measured, in the order in which it is told."""


def in_words(record: AuditRecord) -> str:
    """One entry on one line; of its audit, plain values and the names of its fields only."""
    audit = record.audit
    if record.kind in VERDICTS:
        return _verdict_words(audit)
    if record.kind in MEASURED:
        return _measured_words(record.kind, audit)
    said = [record.kind.replace(".", " ")]
    if fields := audit.get("fields"):
        said.append(", ".join(clean(f) for f in fields))
    said += [f"{clean(k)} {clean(v)}" for k, v in audit.items() if k != "fields" and isinstance(v, str | int | float)]
    return f"{said[0]}: {'; '.join(said[1:])}" if said[1:] else said[0]


def _verdict_words(audit: Mapping[str, Any]) -> str:
    asked = f"the {clean(audit.get('by', ''))} asked for {clean(audit.get('event', ''))}"
    kind = str(audit.get("kind", ""))
    if kind == "accepted":
        return f"{asked}: accepted, {state_of(audit.get('before'))} -> {state_of(audit.get('after'))}"
    because = f" ({clean(audit['refused_by'])})" if audit.get("refused_by") else ""
    return f"{asked} in {state_of(audit.get('before'))}: {KINDS.get(kind, clean(kind)).lower()}{because}"


def _measured_words(kind: str, audit: Mapping[str, Any]) -> str:
    """Milliseconds that were measured; what was not is left out."""
    edge = f"{clean(audit['from'])} -> {clean(audit['to'])}: " if {"from", "to"} <= audit.keys() else ""
    parts = [words.format(clean(audit[key])) for key, words in MEASURED[kind].items() if key in audit]
    name = kind.replace(".", " ").replace("_", " ")
    return f"{name}: {edge}{', '.join(parts)}"


def state_of(configuration: Any) -> str:
    """The innermost active state of a configuration as recorded, or "?" when there is none."""
    return clean(configuration[-1]) if configuration else "?"


def clean(value: Any) -> str:
    """Text fit for a terminal: control, zero-width and bidirectional characters become visible."""
    text = str(value)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)

"""What was asked, answered, told and cut off around each verdict, and how the caller stood to what was asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from interlock.app.audit.answers import Spoken, SpokenKind, Why
from interlock.app.audit.words import clean

if TYPE_CHECKING:
    from interlock.app.store import AuditRecord

KINDS_SPOKEN: Mapping[str, SpokenKind] = {
    "question.asked": "asked",
    "question.answered": "answered",
    "line.told": "told",
    "line.cut": "cut",
    "caller.changed": "changed",
}
NAMED_BY = {"asked": "event", "answered": "event", "changed": "state"}
"""What of an entry names it; a line, its own name."""

STOOD: Mapping[str, str] = {
    "agreed": "they said yes to exactly this",
    "requested": "they asked for it in plain words",
    "given": "they gave the value that it was waiting for",
    "no": "they said no",
    "correction": "they corrected something",
    "question": "they asked something back",
    "attention": "they only showed that they were listening",
    "early": "they said it before they had heard the question to its end",
    "unclear": "it was not clear whether they said yes",
    "changed": "they said yes to other values than these",
    "unasked": "nobody had asked them about it",
}
"""How a caller stood to an event that needs their yes, in words."""


def spoken_of(record: AuditRecord) -> Spoken | None:
    """What was said by this entry of the record; None for any other entry."""
    kind, audit = KINDS_SPOKEN.get(record.kind), record.audit
    if kind is None:
        return None
    return Spoken(
        seq=record.seq,
        at=record.at.isoformat(timespec="milliseconds"),
        kind=kind,
        name=clean(audit.get(NAMED_BY.get(kind, "line"), "")),
        version=clean(audit.get("version", "")),
        answer=clean(audit.get("answer", "")),
        unbroken=audit.get("unbroken") is True,
        sentences=_count(audit.get("sentences")),
        untold=_count(audit.get("untold")),
        cuts=_count(audit.get("cuts")),
        fell=", ".join(clean(name) for name in audit.get("fields", ())),
    )


def with_spoken(explained: Sequence[Why], spoken: Sequence[Spoken]) -> list[Why]:
    """Each verdict with what was said before it, the last one also with what was said after it."""
    found, begun = [], 0
    for its in explained:
        led_up = tuple(each for each in spoken if begun < each.seq < its.seq)
        found.append(replace(its, led_up=led_up))
        begun = its.seq
    if found:
        found[-1] = replace(found[-1], then=tuple(each for each in spoken if each.seq > begun))
    return found


def spoken_in_words(its: Spoken) -> str:
    """One of them as a sentence."""
    if its.kind == "changed":
        fell = f"known no more: {its.fell}" if its.fell else "nothing was known of the one before"
        return f"Somebody took the caller's place in the room, of whom nothing is proven; {fell}."
    if its.kind == "asked":
        return f"Asked for a yes to “{its.name}” (version {its.version}), told to the end."
    if its.kind == "answered":
        return f"The caller's answer about “{its.name}” (version {its.version}): {its.answer}."
    line = f"the {'unbroken line' if its.unbroken else 'line'} “{its.name}” (version {its.version})"
    if its.kind == "told":
        return f"Told to the end: {line}."
    left = f"{its.untold} of {its.sentences} sentences untold"
    return f"Cut off: {line}, {left}, cut off {its.cuts} {'time' if its.cuts == 1 else 'times'} by then."


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0

"""What happened in a call, a step for each line of its record, in words; personal data is not looked at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from interlock.app.audit.spoken import spoken_in_words, spoken_of
from interlock.app.audit.words import KINDS, VERDICTS, clean, in_words, state_of
from interlock.app.board.cards import ORIGINS
from interlock.app.board.index import TROUBLE
from interlock.app.board.names import Names, ended, event
from interlock.app.store import ACCEPTED, ERASED, AuditRecord

Sign = Literal["", "yes", "no", "bad", "seal"]
"""Accepted, refused, trouble, erased; empty for what only happened."""
Lane = Literal["", "agent", "caller"]

_AGENT = frozenset({"handoff.entered", "handoff.heard", "turn.measured", "line.told", "question.asked", "goodbye.said"})
_CALLER = frozenset({"question.answered", "key.pressed", "recording.agreed", "recording.declined", "caller.returned"})


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a record: `t` seconds into the call, `title` and `note` in words; whose `lane` it is heard in."""

    seq: int
    at: str
    t: float
    kind: str
    sign: Sign
    title: str
    note: str
    lane: Lane


Words = tuple[str, str]


def step_of(record: AuditRecord, began: Any, names: Names) -> Step:
    """What one line says, to whoever may watch."""
    title, note = _words(record, names)
    return Step(
        seq=record.seq,
        at=record.at.isoformat(timespec="milliseconds"),
        t=round((record.at - began).total_seconds(), 3),
        kind=clean(record.kind),
        sign=_sign(record.kind),
        title=title,
        note=note,
        lane="agent" if record.kind in _AGENT else "caller" if record.kind in _CALLER else "",
    )


def _sign(kind: str) -> Sign:
    if kind in VERDICTS:
        return "yes" if kind == ACCEPTED else "no"
    return "bad" if kind in TROUBLE else "seal" if kind == ERASED else ""


def _words(record: AuditRecord, names: Names) -> Words:
    if record.kind in VERDICTS:
        return verdict_words(record.audit, names)
    if spoken := spoken_of(record):
        return spoken_in_words(spoken), ""
    said = _SAID.get(record.kind)
    title, note = said(record.audit, names) if said else (in_words(record), "")
    return clean(title), clean(note)


def verdict_words(audit: Mapping[str, Any], names: Names) -> Words:
    """What was asked for and how it was judged; how the call moved, or what stood against it."""
    asked, kind = event(audit.get("event", "")), str(audit.get("kind", ""))
    before, after = names.place(state_of(audit.get("before"))), names.place(state_of(audit.get("after")))
    if kind == "accepted":
        guards = audit.get("guards") or ()
        held = sum(guard.get("held") is True for guard in guards)
        counted = f", {held} of {len(guards)} guard{'s' * (len(guards) != 1)} held" if guards else ""
        return f"{asked}: accepted", f"{before} → {after}{counted}"
    refused_by = clean(audit.get("refused_by") or "")
    if refused_by:
        could_not = ": could not be checked" if kind == "guard_error" else ": not so"
        return f"{asked}: refused", f"{names.sentence(refused_by).rstrip('.')}{could_not}"
    return f"{asked}: refused", KINDS.get(kind, clean(kind)).removeprefix("Refused: ").capitalize()


def _fields(audit: Mapping[str, Any]) -> str:
    return ", ".join(clean(name) for name in audit.get("fields") or ())


def _seconds(ms: object) -> str:
    return f"{ms / 1000:.1f} s" if isinstance(ms, int | float) else "some time"


def _opened(audit: Mapping[str, Any], names: Names) -> Words:
    version = f"{clean(audit.get('machine', ''))} version {clean(audit.get('version', '?'))}"
    return "The call was opened", f"{version}, in {names.place(audit.get('state'))}"


def _measured(audit: Mapping[str, Any], names: Names) -> Words:
    parts = {"llm_ttft_ms": "the model's first word", "tts_ttfb_ms": "the voice's first sound"}
    took = ", ".join(f"{words} after {_seconds(audit[key])}" for key, words in parts.items() if key in audit)
    return f"Answered after {_seconds(audit.get('answer_ms'))}", took


def _first_word(audit: Mapping[str, Any], names: Names) -> Words:
    return f"First word, {_seconds(audit.get('joined_ms'))} after the agent joined", ""


def _heard(audit: Mapping[str, Any], names: Names) -> Words:
    return f"{names.place(audit.get('to'))} heard after {_seconds(audit.get('heard_ms'))}", ""


def _effect(title: str) -> Callable[[Mapping[str, Any], Names], Words]:
    def words(audit: Mapping[str, Any], names: Names) -> Words:
        came = f"it came to {event(audit['event'])}" if audit.get("event") else ""
        parts = (came, clean(audit.get("why") or ""), f"key {clean(audit.get('key', '?'))}")
        return f"{title}: {names.place(audit.get('state'))}", "; ".join(filter(None, parts))

    return words


def _failed(audit: Mapping[str, Any], names: Names) -> Words:
    return f"{clean(audit.get('kind', ''))} {clean(audit.get('provider', ''))} failed", clean(audit.get("error") or "")


_SAID: Mapping[str, Callable[[Mapping[str, Any], Names], Words]] = {
    "call.opened": _opened,
    "call.resumed": lambda a, n: (
        "Another worker took the call over",
        f"in {n.place(a.get('state'))}" + (f"; {clean(a['why'])}" if a.get("why") else ""),
    ),
    "call.ended": lambda a, n: (
        f"The call is over: {ended(str(a.get('reason') or ''))}",
        f"in {n.place(a.get('state'))}" if a.get("state") else "",
    ),
    "call.first_word": _first_word,
    "handoff.started": lambda a, n: (f"Handed over: {n.place(a.get('from'))} to {n.place(a.get('to'))}", ""),
    "handoff.entered": lambda a, n: (f"{n.place(a.get('state'))} speaks", ""),
    "handoff.heard": _heard,
    "handoff.stalled": lambda a, n: (f"{n.place(a.get('to'))} did not come to speak", clean(a.get("why") or "")),
    "turn.measured": _measured,
    "turn.failed": lambda a, n: ("Nobody answered", f"{clean(a.get('why') or '')}, in {n.place(a.get('state'))}"),
    "facts.claimed": lambda a, n: (f"Learnt: {_fields(a)}", ORIGINS["facts.claimed"]),
    "facts.established": lambda a, n: (f"Learnt: {_fields(a)}", ORIGINS["facts.established"]),
    "facts.refused": lambda a, n: (f"Not noted: {_fields(a)}", clean(a.get("why") or "")),
    "effect.started": _effect("Our systems are at work"),
    "effect.asked_again": _effect("Our systems are asked again, by the same key"),
    "effect.ended": _effect("Our systems are done"),
    "provider.failed": _failed,
    "provider.fell_back": lambda a, n: (f"{clean(a.get('kind', ''))}: {clean(a.get('to', ''))} steps in", ""),
    "caller.lost": lambda a, n: ("The caller was lost", clean(a.get("why") or "")),
    "caller.returned": lambda a, n: ("The caller is back", ""),
    "goodbye.said": lambda a, n: ("Goodbye was said", f"{event(a.get('event', ''))}, in {n.place(a.get('state'))}"),
    "goodbye.taken_back": lambda a, n: ("The goodbye was taken back", f"the caller goes on, {n.place(a.get('state'))}"),
    "words.held_back": lambda a, n: ("Words were held back: they were not so", ""),
    "proposal.malformed": lambda a, n: (f"{event(a.get('event', ''))}: not understood", clean(a.get("why") or "")),
    "quota.taken": lambda a, n: (f"Counted once more: {clean(a.get('quota', ''))}", ""),
    "quota.given_back": lambda a, n: (f"Counted back: {clean(a.get('quota', ''))}", ""),
    "quota.spent": lambda a, n: (f"Nothing is left of {clean(a.get('quota', ''))}", clean(a.get("whose") or "")),
    "line.off": lambda a, n: (f"The line “{clean(a.get('line', ''))}” is switched off", ""),
    "key.pressed": lambda a, n: ("A key was pressed", ""),
    "recording.agreed": lambda a, n: ("The caller agreed to be recorded", ""),
    "recording.declined": lambda a, n: ("The caller did not agree to be recorded", ""),
    ERASED: lambda a, n: ("What was personal here was erased", "the verdicts, their reasons and the chain stay"),
}
"""The other kinds go by the words of `interlock audit show`."""

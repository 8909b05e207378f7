"""Reading the record: which calls there were, what happened in one, and why it was (not) handed over."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.text import Text

from app.store import ACCEPTED, REFUSED, CallRow, JournalReader, Record

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


class AuditError(Exception):
    """A question the record cannot answer, in one line."""


@dataclass(frozen=True, slots=True)
class CallSummary:
    """One call in a list; times are ISO 8601 in UTC, `state` is where it last stood."""

    call_id: str
    flow: str
    started_at: str
    ended_at: str | None
    end_reason: str | None
    state: str
    epoch: int
    accepted: int
    refused: int

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Line:
    """One entry of a call: `after_s` seconds into it, `text` in words, `audit` as recorded."""

    seq: int
    at: str
    after_s: float
    kind: str
    epoch: int
    text: str
    audit: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CallHistory:
    """A whole call, in order."""

    call: CallSummary
    lines: tuple[Line, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        return asdict(self) | {"lines": [asdict(line) for line in self.lines]}


@dataclass(frozen=True, slots=True)
class GuardLine:
    """One condition: its sentence, whether it held, and what the proposer was told when it did not."""

    name: str
    sentence: str
    held: bool
    reason: str
    error: str


@dataclass(frozen=True, slots=True)
class Why:
    """One verdict explained: `turn` counts a call's verdicts from 1, `handoff` is `(from, to)` when there was one."""

    turn: int
    seq: int
    at: str
    event: str
    by: str
    kind: str
    verdict: str
    reason: str
    refused_by: str
    before: str
    after: str
    offered: tuple[str, ...]
    guards: tuple[GuardLine, ...]
    handoff: tuple[str, str] | None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON."""
        plain = asdict(self)
        return plain | {"offered": list(self.offered), "guards": list(plain["guards"]), "handoff": _pair(self.handoff)}


def list_calls(store: JournalReader, limit: int = 50) -> list[CallSummary]:
    """The latest calls, newest first."""
    return [_summary(row) for row in store.calls(limit)]


def show(store: JournalReader, call_id: str) -> CallHistory:
    """Everything the record says about a call, personal data apart. Raises `AuditError` when there is none."""
    row = _call(store, call_id)
    lines = (
        Line(r.seq, _iso(r.at), round((r.at - row.started_at).total_seconds(), 3), r.kind, r.epoch, _words(r), r.audit)
        for r in store.records(call_id)
    )
    return CallHistory(_summary(row), tuple(lines))


def why(
    store: JournalReader, call_id: str, turn: int | None = None, sentences: Mapping[str, str] | None = None
) -> list[Why]:
    """Each verdict of a call explained, or only number `turn`, from 1.

    `sentences` gives each guard's sentence by name; without, the name itself is shown. Raises `AuditError` for an
    unknown call or turn.
    """
    _call(store, call_id)
    records = store.records(call_id)
    verdicts = [r for r in records if r.kind in VERDICTS]
    handoffs = {r.seq - 1: r.audit for r in records if r.kind == "handoff.started"}  # written with their verdict
    if turn is not None and not 1 <= turn <= len(verdicts):
        raise AuditError(
            f"call {_clean(call_id)} has {len(verdicts)} verdicts, no turn {turn}: see interlock audit why"
        )
    explained = [_explain(n, r, handoffs.get(r.seq), sentences or {}) for n, r in enumerate(verdicts, 1)]
    return explained if turn is None else [explained[turn - 1]]


def print_calls(console: Console, calls: Sequence[CallSummary]) -> None:
    """One line a call."""
    if not calls:
        return console.print("No calls yet.")
    wide = max(len(_clean(c.call_id)) for c in calls)
    for call in calls:
        line = Text(f"{_clean(call.call_id):<{wide}}", style="bold")
        line.append(f"  {call.started_at[:19].replace('T', ' ')} UTC  {call.flow}  ", style="dim")
        ended = f"ended ({call.end_reason or 'no reason given'})" if call.ended_at else "not ended"
        line.append(f"in {call.state or '?'}, {ended}, {call.accepted} accepted, {call.refused} refused")
        _say(console, line)
    return None


def print_history(console: Console, history: CallHistory) -> None:
    """The call line by line, with seconds since its start."""
    print_calls(console, [history.call])
    for line in history.lines:
        text = Text(f"{line.seq:>4}  {line.after_s:8.3f} s  ", style="dim")
        text.append(line.text, style=_colour(line.kind))
        _say(console, text)


def print_why(console: Console, explained: Sequence[Why]) -> None:
    """Each verdict as a paragraph."""
    if not explained:
        return console.print("Nothing was proposed in this call.")
    for verdict in explained:
        _print_verdict(console, verdict)
    return None


def _print_verdict(console: Console, its: Why) -> None:
    kind = ACCEPTED if its.kind == "accepted" else REFUSED
    _say(console, Text(f"Turn {its.turn}, {its.at[11:19]} UTC: {its.verdict}", style=_colour(kind)))
    moved = f"The call went from {its.before} to {its.after}." if its.kind == "accepted" else f"Still in {its.before}."
    lines = [f"The {its.by} asked for “{its.event}”. {moved}"]
    if its.handoff:
        lines.append(f"Handed over: {its.handoff[0]} to {its.handoff[1]}.")
    lines.append(f"Offered at that point: {', '.join(its.offered) or 'nothing'}.")
    if its.reason:
        lines.append(f"Told to the {its.by}: {its.reason}")
    for line in lines:
        _say(console, Text(f"  {line}"))
    if its.guards:
        _say(console, Text("  Conditions:"))
    for guard in its.guards:
        _print_guard(console, guard)
    if not its.guards:
        _say(console, Text("  Conditions: none were asked.", style="dim"))


def _print_guard(console: Console, guard: GuardLine) -> None:
    mark = "could not be checked" if guard.error else "held" if guard.held else "did not hold"
    text = Text(f"    {mark}: ", style="green" if guard.held else "red")
    text.append(guard.sentence, style="default")
    text.append(f" [{guard.name}]" + (f" ({guard.error})" if guard.error else ""), style="dim")
    _say(console, text)


def _say(console: Console, text: Text) -> None:
    console.print(text, soft_wrap=True, highlight=False)


def _colour(kind: str) -> str:
    return {ACCEPTED: "green", REFUSED: "yellow", "handoff.stalled": "red"}.get(kind, "default")


def _call(store: JournalReader, call_id: str) -> CallRow:
    row = store.call(call_id)
    if row is None:
        raise AuditError(
            f"there is no call {_clean(call_id)} in the record: interlock audit list shows those there are"
        )
    return row


def _summary(row: CallRow) -> CallSummary:
    return CallSummary(
        call_id=row.call_id,
        flow=row.flow,
        started_at=_iso(row.started_at),
        ended_at=_iso(row.ended_at) if row.ended_at else None,
        end_reason=row.end_reason,
        state=row.snapshot.state if row.snapshot else "",
        epoch=row.epoch,
        accepted=row.accepted,
        refused=row.refused,
    )


def _explain(turn: int, record: Record, handoff: Mapping[str, Any] | None, sentences: Mapping[str, str]) -> Why:
    audit = record.audit
    kind = str(audit.get("kind", ""))
    return Why(
        turn=turn,
        seq=record.seq,
        at=_iso(record.at),
        event=_clean(audit.get("event", "")),
        by=_clean(audit.get("by", "")),
        kind=kind,
        verdict=KINDS.get(kind, _clean(kind)),
        reason=_clean(audit.get("reason", "")),
        refused_by=_clean(audit.get("refused_by", "")),
        before=_state(audit.get("before")),
        after=_state(audit.get("after")),
        offered=tuple(_clean(e) for e in audit.get("offered", ())),
        guards=tuple(_guard(g, sentences) for g in audit.get("guards", ())),
        handoff=(_clean(handoff["from"]), _clean(handoff["to"])) if handoff else None,
    )


def _guard(guard: Mapping[str, Any], sentences: Mapping[str, str]) -> GuardLine:
    name = _clean(guard.get("name", ""))
    told, error = _clean(guard.get("reason", "")), _clean(guard.get("error", ""))
    return GuardLine(name, sentences.get(name, name), guard.get("held") is True, told, error)


def _words(record: Record) -> str:
    audit = record.audit
    if record.kind in VERDICTS:
        return _verdict_words(audit)
    said = [record.kind.replace(".", " ")]
    if fields := audit.get("fields"):
        said.append(", ".join(_clean(f) for f in fields))
    said += [f"{_clean(k)} {_clean(v)}" for k, v in audit.items() if k != "fields" and isinstance(v, str | int | float)]
    return f"{said[0]}: {'; '.join(said[1:])}" if said[1:] else said[0]


def _verdict_words(audit: Mapping[str, Any]) -> str:
    asked = f"the {_clean(audit.get('by', ''))} asked for {_clean(audit.get('event', ''))}"
    kind = str(audit.get("kind", ""))
    if kind == "accepted":
        return f"{asked}: accepted, {_state(audit.get('before'))} -> {_state(audit.get('after'))}"
    because = f" ({_clean(audit['refused_by'])})" if audit.get("refused_by") else ""
    return f"{asked} in {_state(audit.get('before'))}: {KINDS.get(kind, _clean(kind)).lower()}{because}"


def _state(configuration: Any) -> str:
    return _clean(configuration[-1]) if configuration else "?"


def _clean(value: Any) -> str:
    """Text fit for a terminal: control, zero-width and bidirectional characters become visible."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in str(value))


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")


def _pair(handoff: tuple[str, str] | None) -> dict[str, str] | None:
    return {"from": handoff[0], "to": handoff[1]} if handoff else None

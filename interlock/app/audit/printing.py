"""What the record says, on a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from interlock.app.audit.answers import CallHistory, CallSummary, GuardAnswer, Spoken, Why
from interlock.app.audit.spoken import STOOD, spoken_in_words
from interlock.app.audit.words import clean
from interlock.app.store import ACCEPTED, REFUSED


def print_calls(console: Console, calls: Sequence[CallSummary]) -> None:
    """Each call on a line: its id, when it began (UTC), where it stands, how many verdicts of which kind."""
    if not calls:
        return console.print("No calls yet.")
    wide = max(len(clean(c.call_id)) for c in calls)
    for call in calls:
        _say(console, summary_line(call, wide))
    return None


def summary_line(call: CallSummary, wide: int) -> Text:
    """One call of a list as it is printed, its id so `wide`."""
    line = Text(f"{clean(call.call_id):<{wide}}", style="bold")
    line.append(f"  {call.started_at[:19].replace('T', ' ')} UTC  {clean(call.flow)}  ", style="dim")
    ended = f"ended ({clean(call.end_reason or 'no reason given')})" if call.ended_at else "not ended"
    line.append(f"in {clean(call.state or '?')}, {ended}, {call.accepted} accepted, {call.refused} refused")
    if call.erased:
        line.append(", personal data erased", style="yellow")
    return line


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
    if its.consent:
        lines.append(f"The caller's yes to it: {STOOD.get(its.consent, its.consent)} ({its.consent}).")
    for line in lines:
        _say(console, Text(f"  {line}"))
    _print_spoken(console, "Before it", its.led_up)
    if its.guards:
        _say(console, Text("  Conditions:"))
    for guard in its.guards:
        _print_guard(console, guard)
    if not its.guards:
        _say(console, Text("  Conditions: none were asked.", style="dim"))
    _print_spoken(console, "After it", its.then)


def _print_spoken(console: Console, when: str, spoken: Sequence[Spoken]) -> None:
    if spoken:
        _say(console, Text(f"  {when}:"))
    for each in spoken:
        _say(console, Text(f"    {spoken_in_words(each)}", style="yellow" if each.kind == "cut" else "default"))


def _print_guard(console: Console, guard: GuardAnswer) -> None:
    mark = "could not be checked" if guard.error else "held" if guard.held else "did not hold"
    text = Text(f"    {mark}: ", style="green" if guard.held else "red")
    text.append(guard.sentence, style="default")
    text.append(f" [{guard.name}]" + (f" ({guard.error})" if guard.error else ""), style="dim")
    _say(console, text)


def _say(console: Console, text: Text) -> None:
    console.print(text, soft_wrap=True, highlight=False)


def _colour(kind: str) -> str:
    return {ACCEPTED: "green", REFUSED: "yellow", "handoff.stalled": "red"}.get(kind, "default")

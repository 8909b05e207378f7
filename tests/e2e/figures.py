"""How long a turn waits for us, over WebRTC: from the record, the log and the spans of calls, as a table at the end."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest

from interlock.app.store.reading import AuditRecord
from tests.e2e.worklog import Logged

FIGURES = "figures"
"""The property of a test that holds its figures: title -> row -> milliseconds."""

Rows = Mapping[str, Sequence[float]]


def below(values: Sequence[float], share: float) -> float:
    """The value that `share` of them stay below or at."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def switch_ms(records: Iterable[AuditRecord]) -> list[float]:
    """From each accepted verdict to the next agent's entry: `handoff.started` to `handoff.entered`."""
    took, started = list[float](), None
    for record in records:
        if record.kind == "handoff.started":
            started = record.at
        elif record.kind == "handoff.entered" and started is not None:
            took.append((record.at - started).total_seconds() * 1000)
            started = None
    return took


def durable_ms(records: Iterable[AuditRecord], logged: Iterable[Logged]) -> list[float]:
    """From each accepted verdict being decided to its being durable, when it is logged."""
    decided = {record.epoch: record.at.timestamp() for record in records if record.kind == "transition.accepted"}
    told = {line.keys.get("epoch"): line.at for line in logged if line.event == "transition.accepted"}
    return [1000 * (told[epoch] - at) for epoch, at in decided.items() if epoch in told]


def span_ms(spans: Iterable[Any]) -> list[float]:
    """How long each of these spans lasted: they count nanoseconds."""
    return [(span.end_time_unix_nano - span.start_time_unix_nano) / 1e6 for span in spans]


def table(title: str, rows: Rows) -> list[str]:
    """The lines of a small table."""
    lines = [f"{title:<66}{'p50 ms':>9}{'p95 ms':>9}{'max ms':>9}{'n':>6}"]
    for what, values in rows.items():
        if values:
            shares = "".join(f"{below(values, share):>9.1f}" for share in (0.5, 0.95, 1.0))
            lines.append(f"  {what:<64}{shares}{len(values):>6}")
    return lines


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """
    The figures of every test that has some, also under xdist, also of one that failed.
    """
    reports = [*terminalreporter.stats.get("passed", []), *terminalreporter.stats.get("failed", [])]
    for name, lines in (each for report in reports for each in getattr(report, "user_properties", ())):
        if name == FIGURES:
            for line in lines:
                terminalreporter.write_line(line)

"""Says once, at the end of a run, why the end-to-end tests were skipped; `-q` would show nothing, `-rs` a line each."""

from collections import Counter

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """
    One line for each reason, with how many tests it held back; also under xdist.
    """
    skipped = [report for report in terminalreporter.stats.get("skipped", []) if "e2e" in report.keywords]
    for reason, tests in Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped).items():
        terminalreporter.write_line(f"{tests} end-to-end tests skipped: {reason}", yellow=True)

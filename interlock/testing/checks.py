"""What a flow is checked for without a call: what it promises, and its drawing."""

from pathlib import Path

import pytest

from interlock.agents.flow import Flow
from interlock.app.check import check
from interlock.app.draw import stale
from interlock.app.project import project


def proven(flow: Flow) -> None:
    """Fail the test with whatever `interlock check` finds of a flow, a line a finding."""
    _fail_with([str(each) for each in check(flow)])


def drawn(flow: Flow, folder: Path | None = None) -> None:
    """Fail the test unless the drawings in `folder`, the project's `diagrams`, are today's; takes a second."""
    told = "missing or not what the flow is now, expected: run `interlock diagrams` and look at what changed"
    _fail_with([f"{path}: {told}" for path in stale(flow, folder or project().root / "diagrams")])


def _fail_with(found: list[str]) -> None:
    if found:
        pytest.fail("\n".join(found), pytrace=False)

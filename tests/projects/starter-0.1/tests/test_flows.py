"""Every flow keeps its promises; each call script below `calls` is a test of its own."""

from typing import Any

from interlock.testing.plugin import proven


def test_a_flow_keeps_its_promises(flow: Any) -> None:
    """
    As `interlock check` has it.
    """
    proven(flow)

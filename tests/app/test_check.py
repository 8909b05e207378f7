"""A sound flow passes, and findings can be read by people and programs."""

import io
import json

from rich.console import Console

from interlock.app.check import Finding, check, render
from machines.support import Support
from tests.app.check_parts import BOOK, REFUND, flow


def test_a_sound_flow_has_no_findings():
    """All of the broken charts below differ from something that passes."""
    assert check(flow()) == []


def test_the_support_chart_has_no_findings_of_its_own():
    """Without its cast, only the missing voices are found, and its promises are proven."""
    assert {f.code for f in check(flow(Support, {}, {"refunding": REFUND, "booking": BOOK}))} == {"state_without_agent"}


def test_findings_are_plain_json():
    """For `interlock check --json`."""
    finding = Finding("trapped_state", "a call …", "machines/x.py:3", ("go", "on"))
    assert json.loads(json.dumps(finding.to_json())) == {
        "code": "trapped_state",
        "text": "a call …",
        "where": "machines/x.py:3",
        "path": ["go", "on"],
    }


def test_findings_are_printed_with_place_code_text_and_path():
    """One paragraph each, markup in a text left alone; a sound flow says so."""
    out = io.StringIO()
    console = Console(file=out, width=60)
    render([Finding("trapped_state", "a call [in] x", "machines/x.py:3", ("go", "on"))], console)
    render([], console)
    assert out.getvalue().splitlines() == [
        "machines/x.py:3  trapped_state",
        "  a call [in] x",
        "  for example: go → on",
        "Nothing found.",
    ]

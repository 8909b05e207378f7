"""Every file in tests/calls/<flow>/ is a call that must go as it says."""

from pathlib import Path

import pytest

from interlock.app.calls.callscript import read_script
from interlock.app.calls.play import play
from interlock.app.project import flow_named, open_systems

HERE = Path(__file__).parent
SCRIPTS = sorted(HERE.glob("*/*.yaml"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_call_goes_as_its_script_says(path, journal):
    """
    Each expectation of the script holds, with the real machine, session and journal.
    """
    flow = flow_named(path.parent.name)
    played = await play(flow, read_script(path), journal=journal, services=open_systems(flow))
    assert not played.failures, "\n".join(played.failures)

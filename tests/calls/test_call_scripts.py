"""Every file in tests/calls/<flow>/ is a call that must go as it says."""

from pathlib import Path

import pytest

from app.callscript import read_script
from app.flows import flow_named
from app.play import play

HERE = Path(__file__).parent
SCRIPTS = sorted(HERE.glob("*/*.yaml"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
async def test_call_goes_as_its_script_says(path, journal, systems):
    """
    Each expectation of the script holds, with the real machine, session and journal.
    """
    played = await play(flow_named(path.parent.name), read_script(path), journal=journal, services=systems)
    assert not played.failures, "\n".join(played.failures)

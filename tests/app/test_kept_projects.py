"""Projects that released templates made, kept as they were written: today's engine must still run them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

KEPT = sorted((Path(__file__).parents[1] / "projects").iterdir())
COMMANDS = {
    "check": ["-m", "interlock.app.command", "--project", ".", "check"],
    "pytest": ["-m", "pytest", "-q", "-p", "no:cacheprovider"],
    "chat": [
        *("-m", "interlock.app.command", "--project", ".", "chat", "returns"),
        "--script",
        "{calls}/good_call.yaml",
    ],
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kept", KEPT, ids=lambda path: path.name)
def test_a_project_of_an_older_template_runs_on_todays_engine(tmp_path, kept, command):
    """
    Its promises, its own tests, a call on the screen.
    """
    env = {name: value for name, value in os.environ.items() if name != "INTERLOCK_PROJECT"}
    root = shutil.copytree(kept, tmp_path / "desk")
    line = [word.format(calls="tests/calls/returns") for word in COMMANDS[command]]
    done = subprocess.run([sys.executable, *line], cwd=root, env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr

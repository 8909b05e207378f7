"""Projects that released templates made, kept as they were written: today's engine must still run them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

KEPT = sorted((Path(__file__).parents[1] / "projects").iterdir())
FOUND_SINCE = {"starter-0.1": {("effect_without_yes", "register_return"), ("outcome_untold", "return_unconfirmed")}}
"""What `check` finds in them by now, and did not know of when they were made."""
ANEW = [
    f"--deselect=tests/test_flows.py::TestEveryFlow::{name}"
    for name in ("test_it_keeps_its_promises", "test_its_drawings_are_current")
]
"""What an owner looks at anew with another engine: what the check finds (see below), and drawings of common arrows."""
CHECK = ["-m", "interlock.app.command", "--project", ".", "check", "--json"]
COMMANDS = {
    "pytest": ["-m", "pytest", "-q", "-p", "no:cacheprovider", *ANEW],
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
    Its own tests, a call on the screen.
    """
    done = run_in(kept, tmp_path, [word.format(calls="tests/calls/returns") for word in COMMANDS[command]])
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kept", KEPT, ids=lambda path: path.name)
def test_what_the_check_learnt_since_is_found_in_a_project_of_an_older_template(tmp_path, kept):
    """
    Its promises hold, and nothing else is found.
    """
    done = run_in(kept, tmp_path, CHECK)
    findings = [finding for found in json.loads(done.stdout).values() for finding in found]
    assert {(finding["code"], finding["path"][-1]) for finding in findings} == FOUND_SINCE[kept.name]


def run_in(kept, tmp_path, line):
    """The command in a copy of the project, as its owner would run it."""
    env = {name: value for name, value in os.environ.items() if name != "INTERLOCK_PROJECT"}
    env["INTERLOCK_STORE"] = str(tmp_path / "calls.sqlite")  # or an earlier engine's, where this user has one
    root = shutil.copytree(kept, tmp_path / "desk")
    return subprocess.run([sys.executable, *line], cwd=root, env=env, capture_output=True, text=True)

"""A project is a folder: found from below, named from elsewhere; what is wrong with it is said in a few lines."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from interlock.app import command
from interlock.app.project_file import ProjectError, find_project

pytestmark = pytest.mark.slow  # a process of its own for each

FILE = '[tool.interlock]\nflows = "app.flows:FLOWS"\n'
FLOW = """
from interlock.agents.flow import Flow
from interlock.guards.facts import Facts
from interlock.machines.base import Machine
from statemachine import State

class Small(Machine):
    one = State(initial=True)
    two = State(final=True)
    go = one.to(two)

def flow(name): return Flow(name, name, name, Small, Facts, {})
"""


@pytest.fixture(autouse=True)
def _nobody_names_one(monkeypatch):
    monkeypatch.delenv("INTERLOCK_PROJECT", raising=False)


def project(folder, flows="", file=FILE):
    """A folder that says it is a project, and its list of flows."""
    (folder / "app").mkdir(parents=True)
    (folder / "app/__init__.py").touch()
    (folder / "app/flows.py").write_text(flows)
    (folder / "pyproject.toml").write_text(file)
    return folder


def interlock(folder, *args, **env):
    """The command as a process of its own in a folder; its exit code, what it showed and its complaints."""
    surroundings = {**os.environ, "PYTHONPATH": str(Path(command.__file__).parents[2]), "COLUMNS": "200", **env}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "interlock.app.command", *map(str, args)],
        cwd=folder,
        env=surroundings,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout, done.stderr.strip()


def test_a_project_is_found_from_any_folder_below(tmp_path):
    """
    The nearest one upwards, past a pyproject.toml that is another's.
    """
    below = project(tmp_path) / "a" / "b"
    below.mkdir(parents=True)
    (below.parent / "pyproject.toml").write_text("[project]\nname = 'other'\n")
    assert find_project(here=below).root == tmp_path


BAD_FILES = {
    "no TOML": ("[tool.interlock\n", "is no TOML"),
    "no flows": ("[tool.interlock]\n", "flows of tool.interlock is missing, expected module:name"),
    "a path": ('[tool.interlock]\nflows = "app/flows.py"\n', "flows of tool.interlock is 'app/flows.py'"),
    "a word": ("[tool]\ninterlock = 1\n", "tool.interlock is 1, expected a table"),
    "a slip": (
        FILE + "flow = 1\n",
        "tool.interlock has 'flow', expected flows, systems, record, engine, licences; did you mean flows?",
    ),
    "a record elsewhere": (FILE + 'record = "../x"\n', "record of tool.interlock is '../x', expected a folder's name"),
    "a newer engine": (FILE + 'engine = "99.1"\n', "this project is made for Interlock 99.1 or newer"),
    "no version": (FILE + 'engine = "new"\n', "engine of tool.interlock is 'new', expected a version"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_file_that_says_it_wrong_is_named(tmp_path, case):
    """
    With what was found and what was expected.
    """
    file, said = BAD_FILES[case]
    with pytest.raises(ProjectError, match=r"pyproject\.toml") as error:
        find_project(here=project(tmp_path, file=file))
    assert said in str(error.value)


def test_outside_of_one_only_what_needs_flows_is_refused(tmp_path):
    """
    And told how to begin one.
    """
    code, shown, said = interlock(tmp_path, "flows")
    assert (code, shown) == (2, "")
    assert "is in no Interlock project" in said
    assert "interlock new" in said
    for command_line in (["--help"], ["--version"], ["store", "key"], ["audit", "list", "--help"]):
        assert interlock(tmp_path, *command_line)[0] == 0


def test_a_folder_that_is_not_there_is_named(tmp_path):
    """
    By the option, and by the setting.
    """
    for code, _, said in (
        interlock(tmp_path, "--project", "gone", "flows"),
        interlock(tmp_path, "flows", INTERLOCK_PROJECT="gone"),
    ):
        assert code == 2
        assert "gone, no folder" in said


BAD_FLOWS = {
    "empty": ("FLOWS = ()", "app.flows:FLOWS is empty"),
    "not there": ("OTHER = ()", "flows.py has no FLOWS"),
    "no sequence": ("FLOWS = 3", "app.flows:FLOWS is a int"),
    "no flow in it": ("FLOWS = ('support',)", "app.flows:FLOWS has a str in it"),
    "two of one name": (FLOW + "FLOWS = (flow('a'), flow('a'))", "two flows named 'a'"),
    "does not import": ("import nothing_of_that_name", "  app/flows.py:1: import nothing_of_that_name\nModuleNotFound"),
    "no Python": ("FLOWS = (", "  app/flows.py:1: FLOWS = (\nSyntaxError"),
    "ends the process": ("raise SystemExit(0)", "  app/flows.py:1: raise SystemExit(0)\nSystemExit: 0"),
}


@pytest.mark.parametrize("case", BAD_FLOWS)
def test_flows_that_cannot_be_had_are_a_few_lines_of_the_projects_own(tmp_path, case):
    """
    No line of anybody else's code.
    """
    flows, said = BAD_FLOWS[case]
    code, shown, told = interlock(project(tmp_path / "with space", flows), "flows")
    assert (code, shown) == (2, "")
    assert said in told
    assert len(told.splitlines()) <= 3
    assert "Traceback" not in told


def test_a_flow_may_stand_alone_in_the_list(tmp_path):
    """
    Without systems it needs no `Served`; a folder with a space in its name is a folder.
    """
    root = project(tmp_path / "with space", FLOW + "FLOWS = [flow('a'), flow('b')]")
    code, shown, _ = interlock(tmp_path, "--project", root, "flows")
    assert (code, [line.split()[0] for line in shown.splitlines()]) == (0, ["a", "b"])


def test_a_chart_that_cannot_be_made_is_a_finding(tmp_path):
    """
    Exit code 1, and no traceback.
    """
    broken = FLOW.replace("go = one.to(two)", "go = one.to(two, cond=lambda: True)") + "FLOWS = [flow('a')]"
    code, shown, said = interlock(project(tmp_path, broken), "check")
    assert (code, shown) == (1, "")
    assert "chart_error" in said
    assert "Traceback" not in said
    code, shown, said = interlock(tmp_path, "check", "--json")
    assert (code, said) == (1, "")
    assert json.loads(shown)["(not loaded)"][0]["code"] == "chart_error"


def installed(folder, name, body=""):
    """Another's package of that name on the path."""
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text(body)
    return folder


def test_the_projects_own_packages_win_over_installed_ones_of_the_same_name(tmp_path):
    """
    The OpenAI Agents SDK is installed as `agents`.
    """
    root = project(tmp_path / "desk", FLOW + "import agents\nFLOWS = [flow(agents.NAME)]")
    installed(root, "agents", "NAME = 'ours'")
    other = installed(tmp_path / "other", "agents", "NAME = 'theirs'")
    paths = os.pathsep.join([str(other), str(Path(command.__file__).parents[2])])
    code, shown, said = interlock(root, "flows", PYTHONPATH=paths)
    assert (code, shown.split()[:1], said) == (0, ["ours"], "")


def test_a_folder_without_init_that_another_package_hides_is_named(tmp_path):
    """
    A regular package anywhere comes before a folder.
    """
    root = project(tmp_path / "desk", FLOW + "FLOWS = [flow('a')]")
    (root / "agents").mkdir()
    other = installed(tmp_path / "other", "agents")
    paths = os.pathsep.join([str(other), str(Path(command.__file__).parents[2])])
    code, _, said = interlock(root, "flows", PYTHONPATH=paths)
    assert code == 2
    assert "give that an __init__.py" in said


def test_a_package_that_somebody_imported_before_is_named(tmp_path):
    """
    Two packages of one name cannot be in one process, and no half of one is used.
    """
    root = installed(project(tmp_path / "desk", FLOW + "FLOWS = [flow('a')]"), "agents")
    other = installed(tmp_path / "other", "agents")
    (other / "sitecustomize.py").write_text("import agents\n")
    paths = os.pathsep.join([str(other), str(Path(command.__file__).parents[2])])
    code, _, said = interlock(root, "flows", PYTHONPATH=paths)
    assert code == 2
    assert f"agents was imported from {other / 'agents'} before this project was" in said

"""A project's tests by the plugin and the suites: what holds passes, and each mistake is named where it is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # two whole runs of pytest

FILES = {
    "pyproject.toml": """
[tool.interlock]
flows = "app.flows:FLOWS"
[tool.pytest.ini_options]
asyncio_mode = "auto"
asyncio_default_fixture_loop_scope = "function"
addopts = "--import-mode=importlib -p no:cacheprovider"
testpaths = ["tests"]
pythonpath = ["."]
filterwarnings = ["error"]
""",
    "app/__init__.py": "",
    "app/flows.py": '''
from typing import Annotated
from interlock.agents import COMMON_CAST, COMMON_EFFECTS, Flow, LiveDesk, Slot, data_tool, proposes
from interlock.app import Served
from interlock.guards import Proposal, claimed, guard
from interlock.machines import CallerFacts, Common, Desks, State, never


class LostFacts(CallerFacts):
    item: str | None = claimed(pii=True, description="what was lost")


@guard("Ask what was lost first, and note it.", say="What did you lose?")
def item_described(facts: LostFacts, proposal: Proposal) -> bool:
    """The caller said what they lost."""
    return bool(facts.item)


class Lost(Desks):
    """Reception, and a report on file."""
    common = Common()
    reception = State("Reception", initial=True)
    filed = State("Report filed")
    file_report = reception.to(filed, cond=item_described)
    promises = (never("filed").before(item_described),)


class Reception(LiveDesk):
    """Finds out what is missing."""
    INSTRUCTIONS = "Find out what was lost, note it, then file the report."
    OPENING = "Lost property, hello. What did you lose?"

    @data_tool("I lost my umbrella", "my bag is gone", "I left a phone on the train", leads_on=True)
    async def note_item(self, item: Annotated[str, Slot("what was lost", ask="What did you lose?")]) -> str:
        """Note what the caller lost."""
        await self.call.claim(item=item)
        return "Noted."

    @proposes("I lost my umbrella", "please file a report", "put it on file")
    def file_report(self) -> None:
        """File the report, once it is noted what was lost."""


class FiledDesk(LiveDesk):
    """Says that the report is on file."""
    INSTRUCTIONS = "The report is on file."
    OPENING = "Your report is on file. Is there anything else?"


CAST = {"reception": Reception, "filed": FiledDesk, **COMMON_CAST}
LOST = Flow("lost", "Lost property", "Say what is missing.", Lost, LostFacts, CAST, COMMON_EFFECTS)
FLOWS = (Served(LOST),)
''',
    "tests/conftest.py": 'pytest_plugins = ["interlock.testing.plugin"]\n',
    "tests/tables/lost.py": """
from app.flows import LOST
from interlock.testing import AGENT, OneFalse, Table

TABLE = Table(
    flow=LOST,
    desks=("reception", "filed"),
    arrows=((("reception",), "file_report", AGENT, "filed"),),
    guarded={"file_report": ("item_described",)},
    one_false=(OneFalse("file_report", "item_described", {"item": None}),),
    ways={"filed": (("file_report", "agent"),)},
    known={"item": "umbrella"},
)
""",
    "tests/test_flows.py": """
from interlock.testing import EveryFlow
from tests.tables.lost import TABLE


class TestEveryFlow(EveryFlow):
    tables = (TABLE,)
""",
    "tests/calls/lost/umbrella.yaml": """
about: Nothing is filed before it is known what was lost.
steps:
  - caller: Put it on file, please.
  - model: {calls: [{name: file_report}]}
  - model: {text: "What did you lose?"}
  - expect: {state: reception, verdict: guard_false, refused_by: item_described}
  - caller: My umbrella.
  - model: {calls: [{name: note_item, args: {item: umbrella}}]}
  - model: {calls: [{name: file_report}]}
  - expect: {state: filed, agent: FiledDesk, said: on file}
""",
}
WRONG = {
    "tests/calls/lost/typo.yaml": "about: A mistake.\nsteps:\n  - caller: Hello.\n  - exect: {state: reception}\n",
    "tests/calls/lost/torn.yml": "about: [unclosed\nsteps:\n",
    "tests/calls/lots/umbrella.yaml": "steps:\n  - caller: Hello.\n",
    "tests/calls/stray.yaml": "steps:\n  - caller: Hello.\n",
    "tests/calls/lost/unheld.yaml": "steps:\n  - caller: Hello.\n  - expect: {state: filed}\n",
    "tests/test_flows.py": """
from dataclasses import replace
from interlock.testing import EveryFlow, LegalTables
from tests.tables.lost import TABLE


class TestLacking(EveryFlow):
    tables = (replace(TABLE, arrows=(), guarded={}, one_false=(), ways={"filed": (("file_report", "agent"),)}),)


class TestTooMuch(EveryFlow):
    tables = (replace(TABLE, arrows=(*TABLE.arrows, (("filed",), "file_report", ("operator",), "reception"))),)


class TestUnseen(LegalTables):
    tables = (replace(TABLE, one_false=()),)


class TestNoTable(EveryFlow):
    tables = ()
""",
}


def run(folder: Path, *files: dict[str, str]) -> str:
    """What pytest says of a project of these files."""
    for name, text in {name: text for each in files for name, text in each.items()}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("INTERLOCK_", "PYTEST_"))}
    drawn = "from interlock.app.command import main; main()"
    subprocess.run([sys.executable, "-c", drawn, "diagrams"], cwd=folder, env=clean, check=True, capture_output=True)
    wanted = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist"]
    return subprocess.run(
        wanted, cwd=folder, env=clean, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    ).stdout


@pytest.fixture(scope="module")
def wrong(tmp_path_factory):
    """
    One run over a project in which much is wrong.
    """
    return run(tmp_path_factory.mktemp("wrong"), FILES, WRONG)


def test_a_project_in_which_all_holds_passes(tmp_path):
    """
    With four lines of its own: legal pairs, all other pairs, random proposals and calls, promises, drawing, script.
    """
    said = run(tmp_path, FILES)
    assert "failed" not in said, said
    assert "error" not in said, said
    passed = int(said.split(" passed")[0].split()[-1])
    assert passed >= 6 * 3 + 8, said


@pytest.mark.parametrize(
    "line",
    [
        "typo.yaml:4: exect: unknown field, expected one of caller, model,",
        "torn.yml:2: not YAML",
        "its folder is named for no flow: there is no flow 'lots', expected one of: lost; did you mean 'lost'?",
        "stray.yaml: expected tests/calls/FLOW/stray.yaml, one folder for each flow",
        "unheld.yaml:3: state is 'reception', expected 'filed'",
        "from reception the chart lets the agent ask for file_report, the table does not",
        "file_report asks item_described, which no row sees false",
        "from filed the table lets the operator ask for file_report, the chart has no such arrow",
        "no table of lost in TestNoTable.tables: write one, and name it there",
        "('reception', 'file_report', 'agent') was accepted",
    ],
)
def test_what_is_wrong_is_named(wrong, line):
    """
    The file and line of a script, the folder that names no flow, the pair that a table misses.
    """
    assert line in wrong, wrong

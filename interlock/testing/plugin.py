"""The plugin for pytest of a project: `pytest_plugins = ["interlock.testing.plugin"]` in its `tests/conftest.py`.

Call scripts become tests (`tests/calls/FLOW/*.yaml`), a test that takes `flow` runs for each flow of the project, and
`journal` is a record of its own. It is not loaded unasked: nobody else's tests pay for it.
"""

import os
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from interlock.app.project import project
from interlock.app.store import StoreJournal, open_journal
from interlock.testing.scripts import CallScript, is_script


def pytest_configure(config: pytest.Config) -> None:
    """The project is the one whose tests these are, whatever folder they are begun in or work in."""
    file = config.rootpath / "pyproject.toml"
    if file.is_file() and "interlock" in tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}):
        os.environ["INTERLOCK_PROJECT"] = str(config.rootpath)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A YAML file below `tests/calls` is a call."""
    return CallScript.from_parent(parent, path=file_path) if is_script(file_path) else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `flow` runs for each flow of the project, unless it says itself for which."""
    if "flow" in metafunc.fixturenames and "flow" not in _given(metafunc):
        metafunc.parametrize("flow", [pytest.param(each.flow, id=name) for name, each in project().served.items()])


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[StoreJournal]:
    """
    A SQLite journal in a file of its own.
    """
    with open_journal(tmp_path / "calls.sqlite") as opened:
        yield opened


def _given(metafunc: pytest.Metafunc) -> set[str]:
    """The arguments a test is parametrized with by a mark."""
    named: set[str] = set()
    for mark in metafunc.definition.iter_markers("parametrize"):
        names = mark.args[0] if mark.args else mark.kwargs["argnames"]
        named |= {name.strip() for name in names.split(",")} if isinstance(names, str) else set(names)
    return named

"""A project's flows and call scripts as tests: `tests/calls/FLOW/*.yaml`, and a proof of each flow's promises."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from interlock.app.calls.callscript import read_script
from interlock.app.calls.play import play
from interlock.app.check import check
from interlock.app.project import FLOWS, flow_named, open_systems, project
from interlock.app.store import StoreJournal, open_journal


class Unheld(Exception):
    """What a call script or a promise did not hold, a line each."""


class CallScript(pytest.File):
    """One file: one call."""

    def collect(self) -> Iterator[pytest.Item]:
        """The call it holds."""
        yield Call.from_parent(self, name=self.path.stem)


class Call(pytest.Item):
    """A call that must go as its script says, with the real machine, session and journal."""

    def runtest(self) -> None:
        """Play it from beginning to end."""
        flow = flow_named(self.path.parent.name)

        with TemporaryDirectory() as folder, closing(open_journal(Path(folder) / "calls.sqlite")) as journal:
            went = play(flow, read_script(self.path), journal=journal, services=open_systems(flow))
            if failures := asyncio.run(went).failures:
                raise Unheld("\n".join(failures))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The lines alone: a traceback says nothing of a script."""
        return str(excinfo.value) if isinstance(excinfo.value, Unheld) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the script is."""
        return self.path, 0, f"call {self.path.parent.name}/{self.path.stem}"


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A YAML file in a folder of a flow's name below `calls` is a call."""
    if file_path.suffix == ".yaml" and file_path.parent.parent.name == "calls" and file_path.parent.name in FLOWS:
        return CallScript.from_parent(parent, path=file_path)
    return None


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[StoreJournal]:
    """A SQLite journal in a file of its own."""
    opened = open_journal(tmp_path / "calls.sqlite")
    yield opened
    opened.close()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes `flow` runs for each flow of the project."""
    if "flow" in metafunc.fixturenames:
        metafunc.parametrize("flow", [pytest.param(each.flow, id=name) for name, each in project().served.items()])


def proven(flow: Any) -> None:
    """Fail with whatever `interlock check` finds of a flow."""
    if found := check(flow):
        raise Unheld("\n".join(str(each) for each in found))

"""Call scripts as tests: each YAML file in `tests/calls/FLOW/` is one."""

import asyncio
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from interlock.app.calls.callscript import ScriptError, read_script
from interlock.app.calls.play import play
from interlock.app.project import ProjectError, UnknownFlow, flow_named, open_systems
from interlock.app.store import open_journal


class Unheld(Exception):
    """What did not go as a script says, a line each."""


TOLD = (ProjectError, ScriptError, Unheld)


def is_script(path: Path) -> bool:
    """Whether a file is below a folder `tests/calls`, and YAML by its name."""
    below = any(folder.name == "calls" and folder.parent.name == "tests" for folder in path.parents)
    return below and path.suffix in (".yaml", ".yml")


class CallScript(pytest.File):
    """One file: one call."""

    def collect(self) -> Iterator[pytest.Item]:
        """The call it holds."""
        yield ScriptedCall.from_parent(self, name=self.path.stem)


class ScriptedCall(pytest.Item):
    """A call that must go as its script says, with the real machine, session and journal."""

    def runtest(self) -> None:
        """Play it from beginning to end, with the project's own business systems in memory.

        A folder that names no flow fails: a script that is not played shows nothing.
        """
        if self.path.parent.parent.name != "calls":
            raise Unheld(f"{self.path}: expected tests/calls/FLOW/{self.path.name}, one folder for each flow")
        try:
            flow = flow_named(self.path.parent.name)
        except UnknownFlow as error:
            raise Unheld(f"{self.path}: its folder is named for no flow: {error}") from None
        script = read_script(self.path)
        with TemporaryDirectory() as folder, closing(open_journal(Path(folder) / "calls.sqlite")) as journal:
            played = asyncio.run(play(flow, script, journal=journal, services=open_systems(flow)))
        if played.failures:
            raise Unheld("\n".join(played.failures))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The lines alone, each with file and line: a traceback says nothing of a script."""
        told = excinfo.value
        return str(told) if isinstance(told, TOLD) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the script is."""
        return self.path, 0, f"call {self.path.parent.name}/{self.path.stem}"

"""The project this command runs in: the flows it serves, what does their business, and where its files are.

A project is the nearest folder upwards whose `pyproject.toml` has a table `[tool.interlock]`, or the one that
INTERLOCK_PROJECT names. Its `flows` says where the flows are, as "module:name".
"""

import os
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from interlock.agents.flow import Flow
from interlock.app.settings import default_store
from interlock.app.store.place import is_postgres, path_of

EXPECTED = 'expected [tool.interlock] with flows = "app.flows:FLOWS"'


class ProjectError(Exception):
    """A folder that is no project, or one whose flows cannot be found; the text is one line."""


class UnknownFlow(LookupError):
    """A flow nobody declared; the text is one line."""


@dataclass(frozen=True, slots=True)
class Served:
    """A flow a project serves. `systems` opens its business systems, kept in the given file or in ":memory:";
    `stand_in` tells whoever watches a demonstration what plays the outside world's part."""

    flow: Flow
    systems: Callable[[str | Path], Any] = lambda place: None
    stand_in: str = ""


@dataclass(frozen=True, slots=True)
class Project:
    """One project: its folder, and what it serves by name."""

    root: Path
    served: Mapping[str, Served]

    @property
    def callers(self) -> Path:
        """Where the recorded callers of `interlock demo FLOW` are, a folder a flow."""
        return self.root / "app" / "callers"


@cache
def project() -> Project:
    """The project at hand. Raises `ProjectError`."""
    root, told = _found()
    module, colon, name = told.get("flows", "").partition(":")
    if not (module and colon and name):
        raise ProjectError(f"{root / 'pyproject.toml'}: flows is {told.get('flows')!r}, {EXPECTED}")
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    served = getattr(import_module(module), name)
    return Project(root, {each.flow.name: each for each in served})


def _found() -> tuple[Path, Mapping[str, Any]]:
    named = os.environ.get("INTERLOCK_PROJECT")
    here = Path(named).resolve() if named else Path.cwd()
    for folder in [here] if named else [here, *here.parents]:
        if (file := folder / "pyproject.toml").is_file():
            told = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("interlock")
            if told is not None:
                return folder, told
    raise ProjectError(f"{here} is no Interlock project, {EXPECTED} in pyproject.toml: interlock new NAME begins one")


class _Flows(Mapping[str, Flow]):
    """The project's flows by name, looked up when they are first asked for."""

    def __getitem__(self, name: str) -> Flow:
        return project().served[name].flow

    def __iter__(self) -> Iterator[str]:
        return iter(project().served)

    def __len__(self) -> int:
        return len(project().served)


FLOWS: Mapping[str, Flow] = _Flows()


def flow_named(name: str) -> Flow:
    """The flow of that name. Raises `UnknownFlow`."""
    if name in FLOWS:
        return FLOWS[name]
    near = get_close_matches(name, FLOWS, 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise UnknownFlow(f"there is no flow {name!r}, expected one of: {', '.join(FLOWS)}{hint}")


def stand_in(flow: Flow) -> str:
    """What a demonstration of this flow plays in the outside world's place; empty for nothing."""
    return project().served[flow.name].stand_in


def open_systems(flow: Flow, store: str | None = None) -> Any:
    """What `Call.services` holds for this flow: a database beside the store, or one in memory for a rehearsal.

    Beside a PostgreSQL store it is a file of this machine, where the record would be by default.
    """
    its = project().served.get(flow.name)
    if its is None:
        return None
    if store is None:
        return its.systems(":memory:")
    record = path_of(default_store() if is_postgres(store) else store)
    record.parent.mkdir(parents=True, exist_ok=True)
    return its.systems(record.with_name(f"{record.stem}-{flow.name}.sqlite"))  # never the record itself

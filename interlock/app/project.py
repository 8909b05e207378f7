"""The project this command runs in: the flows it serves, what does their business, and where its files are.

A project is the nearest folder upwards whose `pyproject.toml` has a table `[tool.interlock]`, or the one that
INTERLOCK_PROJECT names. Its `flows` says where the flows are, as "module:name": a sequence of `Served`, or of flows
without systems. `systems`, where it is given, names a mapping: a flow's name, and what opens its systems.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from interlock.app.project_code import RefusedFlow, thing_named
from interlock.app.project_file import ProjectError, Told, find_project

if TYPE_CHECKING:
    from interlock.agents.flow import Flow  # a command that needs no flow is not to wait for what one is made of

__all__ = [
    "FLOWS",
    "Project",
    "ProjectError",
    "RefusedFlow",
    "Served",
    "UnknownFlow",
    "flow_named",
    "open_systems",
    "project",
    "stand_in",
]

Opens = Callable[[str | Path], Any]


class UnknownFlow(LookupError):
    """A flow nobody declared; the text is one line."""


@dataclass(frozen=True, slots=True)
class Served:
    """A flow a project serves. `systems` opens its business systems, kept in the given file or in ":memory:";
    `stand_in` tells whoever watches a demonstration what plays the outside world's part."""

    flow: "Flow"
    systems: Opens = lambda place: None
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
    """The project at hand. Raises `ProjectError`, and `RefusedFlow` for a chart that cannot be made."""
    told = find_project()
    flows = thing_named(told, "flows", told.flows)
    systems = thing_named(told, "systems", told.systems) if told.systems else {}
    if not isinstance(systems, Mapping):
        raise ProjectError(f"{told.file}: systems is {systems!r}, expected a mapping of flows' names")
    return Project(told.root, _by_name(told, list(_served(told, flows, systems))))


def _served(told: Told, flows: object, systems: Mapping[str, Opens]) -> Iterator[Served]:
    from interlock.agents.flow import Flow

    if isinstance(flows, str | bytes | Mapping) or not isinstance(flows, Iterable):
        raise ProjectError(f"{told.file}: {told.flows} is a {type(flows).__name__}, {EXPECTED}")
    for each in flows:
        if not isinstance(each.flow if isinstance(each, Served) else each, Flow):
            raise ProjectError(f"{told.file}: {told.flows} has a {type(each).__name__} in it, {EXPECTED}")
        its = each if isinstance(each, Served) else Served(each)
        yield Served(its.flow, systems[its.flow.name], its.stand_in) if its.flow.name in systems else its


def _by_name(told: Told, served: list[Served]) -> Mapping[str, Served]:
    if not served:
        raise ProjectError(f"{told.file}: {told.flows} is empty, {EXPECTED}")
    names = [each.flow.name for each in served]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ProjectError(f"{told.file}: {told.flows} has two flows named {twice[0]!r}, expected a name for each")
    return {each.flow.name: each for each in served}


EXPECTED = "expected flows: a sequence of Served(FLOW, ...), or of flows"


class _Flows(Mapping[str, "Flow"]):
    """The project's flows by name, looked up when they are first asked for."""

    def __getitem__(self, name: str) -> "Flow":
        return project().served[name].flow

    def __iter__(self) -> Iterator[str]:
        return iter(project().served)

    def __len__(self) -> int:
        return len(project().served)


FLOWS: Mapping[str, "Flow"] = _Flows()


def flow_named(name: str) -> "Flow":
    """The flow of that name, without one the project's first. Raises `UnknownFlow`."""
    if not name:
        return next(iter(FLOWS.values()))
    if name in FLOWS:
        return FLOWS[name]
    near = get_close_matches(name, FLOWS, 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise UnknownFlow(f"there is no flow {name!r}, expected one of: {', '.join(FLOWS)}{hint}")


def stand_in(flow: "Flow") -> str:
    """What a demonstration of this flow plays in the outside world's place; empty for nothing."""
    return project().served[flow.name].stand_in


def open_systems(flow: "Flow", store: str | None = None) -> Any:
    """What `Call.services` holds for this flow: a database beside the store, or one in memory for a rehearsal.

    Beside a PostgreSQL store it is a file of this machine, where the record would be by default.
    """
    from interlock.app.private import make_folder
    from interlock.app.settings import default_store
    from interlock.app.store.place import is_postgres, path_of

    its = project().served.get(flow.name)
    if its is None:
        return None
    if store is None:
        return its.systems(":memory:")
    record = path_of(default_store() if is_postgres(store) else store)
    make_folder(record.parent)
    return its.systems(record.with_name(f"{record.stem}-{flow.name}.sqlite"))  # never the record itself

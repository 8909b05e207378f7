"""Who may import whom: guards <- machines <- agents <- app, the engine's and the project's, and never the other way."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("guards", "machines", "agents", "app")
ENGINE = "interlock"
ALLOWED_FROM_OUTSIDE = {"guards": {"pydantic", "phonenumbers"}, "machines": {"statemachine"}}


def imported(source: str) -> Iterator[str]:
    """The packages a source imports, wherever in it, the engine's by two names; "." for a relative import."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (_package(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." if node.level else _package(node.module or "")
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("__import__", "importlib.import_module"):
            named = node.args[0] if node.args else None
            yield _package(named.value) if isinstance(named, ast.Constant) else "?"  # type: ignore[arg-type]


def _package(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == ENGINE else parts[0]


def offences(room: str, source: str) -> set[str]:
    """What a source in this room imports and may not; a room of the engine takes nothing of the project."""
    wanted, ours = set(imported(source)), room.startswith(ENGINE)
    floor = ROOMS.index(room.removeprefix(f"{ENGINE}."))
    rooms = {f"{ENGINE}.{its}" for its in ROOMS[: floor + 1]} | ({*ROOMS[: floor + 1]} if not ours else set())
    above = wanted & ({"tests", ".", *ROOMS, *(f"{ENGINE}.{its}" for its in ROOMS)} - rooms)
    outside = ALLOWED_FROM_OUTSIDE.get(ROOMS[floor])
    if outside is None:
        return above
    return above | (wanted - {"?", *rooms, *outside, *sys.stdlib_module_names})


HOUSES = (*ROOMS, *(f"{ENGINE}.{room}" for room in ROOMS))
FILES = [
    (room, path.relative_to(ROOT)) for room in HOUSES for path in sorted((ROOT / room.replace(".", "/")).rglob("*.py"))
]


@pytest.mark.parametrize(("room", "path"), FILES, ids=str)
def test_no_file_imports_from_above_its_room(room: str, path: Path) -> None:
    """Also not inside a function, under TYPE_CHECKING, or relatively; guards and machines name what they may have."""
    assert offences(room, (ROOT / path).read_text(encoding="utf-8")) == set()


def test_every_room_was_looked_into() -> None:
    """An empty list of files would pass for anything."""
    assert {room for room, _ in FILES} == set(HOUSES)
    assert {"base.py", "facts.py", "decide.py", "support.py", "call.py"} <= {path.name for _, path in FILES}


@pytest.mark.parametrize(
    ("room", "source", "found"),
    [
        ("guards", "import json\nfrom pydantic import Field\nfrom guards.base import guard", set()),
        ("guards", "from machines.base import Machine", {"machines"}),
        ("guards", "import structlog", {"structlog"}),
        ("guards", "def f():\n    import statemachine.exceptions", {"statemachine"}),
        ("machines", "from statemachine import State\nfrom guards.base import guard", set()),
        ("machines", "import livekit.agents", {"livekit"}),
        ("machines", "if TYPE_CHECKING:\n    from agents.flow import Flow", {"agents"}),
        ("machines", "import pydantic", {"pydantic"}),
        ("agents", "import livekit.agents, machines.base, guards.base, structlog", set()),
        ("agents", "async def f():\n    from app.store import Store", {"app"}),
        ("agents", "importlib.import_module('app.store')", {"app"}),
        ("app", "import agents.call, machines.base, guards.base, anything", set()),
        ("app", "from tests.machines import support_table", {"tests"}),
        ("app", "from . import store", {"."}),
        ("machines", "from interlock.machines.base import Machine\nfrom guards.refunds import paid", set()),
        ("machines", "from interlock.agents.flow import Flow", {"interlock.agents"}),
        ("interlock.agents", "from interlock.machines.base import Machine\nimport livekit", set()),
        ("interlock.agents", "from agents.support import SUPPORT", {"agents"}),
        ("interlock.app", "from app.flows import FLOWS", {"app"}),
    ],
)
def test_the_rule_finds_what_it_forbids(room: str, source: str, found: set[str]) -> None:
    """And lets pass what it allows."""
    assert offences(room, source) == found


def loaded_by(*modules: str) -> set[str]:
    """The packages a fresh Python has loaded after importing these, the engine's by two names."""
    named = "{'.'.join(name.split('.')[: 1 + name.startswith('interlock.')]) for name in sys.modules}"
    code = f"import sys, {', '.join(modules)}; print(*{named})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def modules_of(room: str) -> list[str]:
    return [".".join(path.with_suffix("").parts) for its, path in FILES if its == room and path.stem[0] != "_"]


def test_guards_load_neither_machines_nor_anything_above() -> None:
    """At run time, through whatever they import."""
    loaded = loaded_by(*modules_of("guards"), *modules_of("interlock.guards"))
    above = {"machines", "agents", "app", "interlock.machines", "interlock.agents", "interlock.app"}
    assert loaded & {*above, "livekit", "statemachine", "sqlalchemy"} == set()


def test_machines_load_neither_livekit_nor_app() -> None:
    """At run time, through whatever they import."""
    loaded = loaded_by(*modules_of("machines"), *modules_of("interlock.machines"))
    assert {"guards", "interlock.guards", "statemachine"} <= loaded
    above = {"agents", "app", "interlock.agents", "interlock.app"}
    assert loaded & {*above, "livekit", "sqlalchemy", "structlog", "networkx"} == set()

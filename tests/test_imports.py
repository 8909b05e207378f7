"""Who may import whom: guards <- machines <- agents <- app, and never the other way."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("guards", "machines", "agents", "app")
ALLOWED_FROM_OUTSIDE = {"guards": {"pydantic"}, "machines": {"statemachine"}}


def imported(source: str) -> Iterator[str]:
    """The top-level packages a source imports, wherever in it; "." for a relative import."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." if node.level else (node.module or "").partition(".")[0]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("__import__", "importlib.import_module"):
            named = node.args[0] if node.args else None
            yield named.value.partition(".")[0] if isinstance(named, ast.Constant) else "?"  # type: ignore[union-attr]


def offences(room: str, source: str) -> set[str]:
    """What a source in this room imports and may not."""
    wanted = set(imported(source))
    above = wanted & {"tests", ".", *ROOMS[ROOMS.index(room) + 1 :]}
    if room not in ALLOWED_FROM_OUTSIDE:
        return above
    known = {"?", *ROOMS[: ROOMS.index(room) + 1], *ALLOWED_FROM_OUTSIDE[room], *sys.stdlib_module_names}
    return above | (wanted - known)


FILES = [path.relative_to(ROOT) for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_file_imports_from_above_its_room(path: Path) -> None:
    """Also not inside a function, under TYPE_CHECKING, or relatively; guards and machines name what they may have."""
    assert offences(path.parts[0], (ROOT / path).read_text(encoding="utf-8")) == set()


def test_every_room_was_looked_into() -> None:
    """An empty list of files would pass for anything."""
    assert {path.parts[0] for path in FILES} == set(ROOMS)
    assert {"base.py", "facts.py", "decide.py", "support.py", "call.py"} <= {path.name for path in FILES}


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
    ],
)
def test_the_rule_finds_what_it_forbids(room: str, source: str, found: set[str]) -> None:
    """And lets pass what it allows."""
    assert offences(room, source) == found


def loaded_by(*modules: str) -> set[str]:
    """The top-level packages a fresh Python has loaded after importing these."""
    code = f"import sys, {', '.join(modules)}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def modules_of(room: str) -> list[str]:
    return [".".join(path.with_suffix("").parts) for path in FILES if path.parts[0] == room and path.stem[0] != "_"]


def test_guards_load_neither_machines_nor_anything_above() -> None:
    """At run time, through whatever they import."""
    loaded = loaded_by(*modules_of("guards"))
    assert loaded & {"machines", "agents", "app", "livekit", "statemachine", "sqlalchemy"} == set()


def test_machines_load_neither_livekit_nor_app() -> None:
    """At run time, through whatever they import."""
    loaded = loaded_by(*modules_of("machines"))
    assert {"guards", "statemachine"} <= loaded
    assert loaded & {"agents", "app", "livekit", "sqlalchemy", "structlog", "networkx"} == set()

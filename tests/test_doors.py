"""An application comes in by the engine's doors: what is below them may change without a word."""

import ast
from pathlib import Path

import pytest

from tests.api import DOORS

ROOT = Path(__file__).parent.parent
ROOMS = ("guards", "machines", "agents", "app")
FILES = [path.relative_to(ROOT) for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


@pytest.mark.parametrize("path", FILES, ids=str)
def test_an_application_imports_only_public_names(path):
    """
    From a door, or nothing of the engine at all; charts have their states from the engine's door too.
    """
    tree = ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))
    came = [its.module or "" for its in tree if isinstance(its, ast.ImportFrom)]
    below = [module for module in came if module.partition(".")[0] in ("interlock", "statemachine")]
    assert [module for module in below if module not in DOORS] == []


def test_all_rooms_were_looked_into():
    """
    An empty list of files would pass for anything.
    """
    assert {path.parts[0] for path in FILES} == set(ROOMS)

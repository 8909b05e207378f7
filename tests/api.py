"""The public names in Markdown, from their docstrings: `python -m tests.api` writes docs/api.md."""

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

from interlock.guards import Guard

DOORS = ("interlock.guards", "interlock.machines", "interlock.agents", "interlock.app", "interlock.testing")
PAGE = Path(__file__).parent.parent / "docs" / "api.md"
HEAD = """# What an application imports

From these five packages, and nothing below them: all else is private and may change. `make api` writes this page from
the docstrings.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(line for door in DOORS for line in section(door))])


def section(door: str) -> Iterator[str]:
    """One package: what it is for, and its names with a line each."""
    module = import_module(door)
    yield f"## {door}\n\n{first_paragraph(module.__doc__)}\n\n| name | |\n|---|---|"
    for name in sorted(module.__all__, key=str.lower):
        yield f"| `{name}` | {told(door, name).replace('|', chr(92) + '|')} |"
    yield ""


def told(door: str, name: str) -> str:
    """What is said of a name where it is defined; empty when nothing is."""
    its, home = getattr(import_module(door), name), homes(door)[name]
    if not home.startswith("interlock."):
        return f"`{home}.{name}`, as it is"
    if inspect.isclass(its) or inspect.isfunction(its):
        return first_paragraph(inspect.getdoc(its) if "__doc__" in vars(its) or inspect.isfunction(its) else "")
    return first_paragraph(its.sentence if isinstance(its, Guard) else constants(home).get(name, ""))


def first_paragraph(text: str | None) -> str:
    """In one line."""
    return " ".join((text or "").split("\n\n")[0].split())


@cache
def homes(door: str) -> dict[str, str]:
    """The module each name of a door is imported from."""
    tree = ast.walk(source(door))
    return {name.name: its.module or "" for its in tree if isinstance(its, ast.ImportFrom) for name in its.names}


@cache
def constants(module: str) -> dict[str, str]:
    """What is written below each assignment of a module."""
    body = source(module).body
    found: dict[str, str] = {}
    for its, after in pairwise(body):
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            for target in its.targets if isinstance(its, ast.Assign) else [getattr(its, "target", None)]:
                found[getattr(target, "id", "")] = inspect.cleandoc(str(after.value.value))
    return found


def source(module: str) -> ast.Module:
    """A module as it is written."""
    file: Any = import_module(module).__file__
    return ast.parse(Path(file).read_text(encoding="utf-8"))


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")

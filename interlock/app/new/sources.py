"""Where the files of a template are: in the engine, and for Interlock's own flows in its wheel or checkout."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import interlock

STARTER = "starter"
ENGINE = Path(str(interlock.__file__)).parent
TEMPLATES = ENGINE / "templates"
SHIPPED = TEMPLATES / "ours"
"""Our own application, in a wheel; in a checkout it is where the engine is."""


def ours() -> Path:
    """The folder with Interlock's own flows, their tests and drawings, and the locks."""
    return SHIPPED if SHIPPED.is_dir() else ENGINE.parent


@cache
def starts() -> tuple[str, ...]:
    """What a project can begin with."""
    flows = (path.parent.name for path in (ours() / "agents").glob("*/__init__.py"))
    return (STARTER, *sorted(flows))


def template(name: str) -> dict[str, bytes]:
    """A template's files by their path in a project, words to be filled in still in them."""
    folder = TEMPLATES / name
    return {_path(path.relative_to(folder)): path.read_bytes() for path in _files(folder)}


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not {"__pycache__", ".ruff_cache", ".mypy_cache"} & set(path.parts):
            yield path


def _path(path: Path) -> str:
    """`dot.x` is `.x`, and `x.in` is `x`: by their own names some files would count for this repository, too."""
    named = path.as_posix().removesuffix(".in").split("/")
    return "/".join(part.replace("dot.", ".", 1) if part.startswith("dot.") else part for part in named)

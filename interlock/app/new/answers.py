"""What a new project is called and begins with: said, asked, or as it usually is; checked before it is written."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from keyword import iskeyword, issoftkeyword
from pathlib import Path

from interlock.app.new.errors import NewError
from interlock.app.new.providers import USUAL, Chosen, chosen
from interlock.app.new.sources import STARTER, starts

LONGEST = 30
OURS = frozenset({"interlock", "agents", "app", "guards", "machines", "tests", "diagrams", "wheels", "livekit"})
FOLDER = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
FLOW = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
Ask = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Answers:
    """All that is to be known of a new project; `flow` is the name of its flow."""

    folder: Path
    start: str
    flow: str
    providers: Chosen

    @classmethod
    def of(cls, folder: Path, start: str, flow: str, providers: str) -> "Answers":
        """The answers, checked. Raises `NewError`."""
        _require_name("project", folder.name, FOLDER, "small letters, digits and hyphens, such as my-desk")
        _require_name("flow", flow, FLOW, "small letters, digits and underscores, such as returns")
        _require_free(folder)
        return cls(folder, start, flow, chosen(providers))

    @property
    def name(self) -> str:
        """The project's name."""
        return self.folder.name


def asked(
    folder: Path | None, start: str, flow: str | None, providers: str | None, ask: Ask | None
) -> tuple[Path, str, str, str]:
    """What was said; what was not is asked, where somebody can be. Raises `NewError`."""
    if start not in starts():
        raise NewError(f"--from is {start!r}, expected one of: {', '.join(starts())}")
    if folder is None and ask is None:
        raise NewError("the project has no name, expected one: interlock new my-desk")
    if start != STARTER and flow not in (None, start):
        raise NewError(f"--flow is {flow!r} with --from {start}, expected --flow with --from {STARTER} only")
    folder = folder or Path(ask("Name of the project", default="my-desk") if ask else "")
    if start != STARTER:
        flow = start
    elif flow is None:
        flow = ask("Name of its flow", default="returns") if ask else "returns"
    if providers is None:
        providers = ask("Providers of model, ears and voice", default=USUAL) if ask else USUAL
    return folder, start, flow, providers


def _require_name(what: str, name: str, pattern: re.Pattern[str], expected: str) -> None:
    if not pattern.fullmatch(name):
        raise NewError(f"the {what} is called {name!r}, expected {expected}")
    if len(name) > LONGEST:
        raise NewError(f"the {what}'s name has {len(name)} characters, expected at most {LONGEST}")
    if why := _taken(name.replace("-", "_")):
        raise NewError(f"the {what} is called {name!r}, and that is {why}: expected another name")


def _taken(name: str) -> str:
    if iskeyword(name) or issoftkeyword(name):
        return "a word of Python's"
    if name in sys.stdlib_module_names:
        return "a module of Python's own"
    return "a package that every project has" if name in OURS else ""


def _require_free(folder: Path) -> None:
    if folder.is_dir() and not folder.is_symlink():
        if any(folder.iterdir()):
            raise NewError(f"{folder} is there already and is not empty, expected a new name: nothing was written")
    elif folder.exists() or folder.is_symlink():
        raise NewError(f"{folder} is there already and is no folder, expected a new name: nothing was written")
    if not folder.absolute().parent.is_dir():
        raise NewError(f"{folder.parent} is no folder, expected one in which {folder.name} can be made")

"""A project's own code: its folders come before whatever else is installed by their names, and what it breaks is told
by its own lines."""

import sys
from importlib import import_module, invalidate_caches
from importlib.util import find_spec
from pathlib import Path
from traceback import extract_tb, walk_tb
from types import ModuleType

from interlock.app.project_file import ProjectError, Told

ROOMS = ("guards", "machines", "agents", "app")
"""The folders of a project; a package of another's may have the same name."""


class RefusedFlow(Exception):
    """A chart that cannot be made: something to be found, not something that a user did wrong with the command."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def thing_named(told: Told, key: str, place: str) -> object:
    """What a "module:name" of the project's file names. Raises `ProjectError` and `RefusedFlow`."""
    name, _, wanted = place.partition(":")
    first_on_path(told.root)
    for room in dict.fromkeys((name.partition(".")[0], *ROOMS)):
        _require_ours(told.root, room)
    module = _imported(told, key, name)
    if not hasattr(module, wanted):
        raise ProjectError(f"{told.file}: {key} is {place!r}, and {_file_of(module)} has no {wanted}")
    return getattr(module, wanted)


def first_on_path(root: Path) -> None:
    """Before the project's folder nothing is looked for: not the place of the command, not what is installed."""
    sys.path[:] = [str(root), *(each for each in sys.path if each != str(root))]
    invalidate_caches()


def _require_ours(root: Path, room: str) -> None:
    """That a folder of the project is what its name imports."""
    if not (root / room).is_dir() or (found := _found(room)) is None or _below(root, found):
        return
    if room in sys.modules:
        raise ProjectError(
            f"{room} was imported from {found} before this project was, so {root / room} cannot be: import"
            " interlock.app.project first, or keep from this process what imports the other one"
        )
    raise ProjectError(f"{room} is imported from {found}, not from {root / room}: give that an __init__.py")


def _found(room: str) -> Path | None:
    try:
        spec = find_spec(room)
    except ValueError:  # a module that somebody put together by hand
        spec = None
    if spec is None:
        return None
    places = spec.submodule_search_locations or [spec.origin or ""]
    return Path(next(iter(places), ""))


def _below(root: Path, place: Path) -> bool:
    return place.resolve().is_relative_to(root.resolve())


def _imported(told: Told, key: str, name: str) -> ModuleType:
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name and f"{name}.".startswith(f"{error.name}."):
            where = told.root / name.replace(".", "/")
            raise ProjectError(
                f"{told.file}: {key} is in {name}, and there is no module {error.name}, expected {where}.py"
            ) from None
        raise ProjectError(_shortened(told, name, error)) from None
    except (Exception, SystemExit) as error:
        if isinstance(error, Exception) and _refused(error):
            raise RefusedFlow(error) from error
        raise ProjectError(_shortened(told, name, error)) from None


def _refused(error: Exception) -> bool:
    from statemachine.exceptions import InvalidDefinition

    from interlock.machines.chart import ChartError

    if isinstance(error, ChartError | InvalidDefinition):
        return True
    *_, (frame, _) = walk_tb(error.__traceback__)
    return isinstance(error, TypeError) and frame.f_globals.get("__name__", "").startswith("interlock.")


def _shortened(told: Told, name: str, error: BaseException) -> str:
    """Its traceback, the project's lines alone."""
    lines = [
        f"  {Path(each.filename).relative_to(told.root)}:{each.lineno}: {each.line}"
        for each in extract_tb(error.__traceback__)
        if _is_written_here(told.root, each.filename)
    ]
    if isinstance(error, SyntaxError) and error.filename and _is_written_here(told.root, error.filename):
        where = Path(error.filename).relative_to(told.root)
        lines.append(f"  {where}:{error.lineno}: {(error.text or '').strip()}")
    said = error.msg if isinstance(error, SyntaxError) else error
    return "\n".join([f"{name} of {told.root} does not import:", *lines, f"{type(error).__name__}: {said}"])


def _is_written_here(root: Path, filename: str) -> bool:
    path = Path(filename)
    return path.is_relative_to(root) and not {".venv", "site-packages"} & set(path.relative_to(root).parts)


def _file_of(module: ModuleType) -> str:
    return module.__file__ or module.__name__

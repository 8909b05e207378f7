"""Which folder is the project, and what its `pyproject.toml` says of it; nothing of the project is imported here."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.metadata import version
from pathlib import Path
from typing import Any

NAMED = "INTERLOCK_PROJECT"
EXPECTED = '[tool.interlock] with flows = "app.flows:FLOWS"'
LARGEST_BYTES = 1 << 20
_LONGEST_SHOWN = 60
KEYS = ("flows", "systems", "record", "engine", "licences")


class ProjectError(Exception):
    """A folder that is no project, or one whose flows cannot be found; the text says so in a few lines."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a project says of itself: its folder, where its flows and systems are, as "module:name", and the folder of
    the user's data that its record is in; without one it shares the record of all that name none."""

    root: Path
    flows: str
    systems: str | None = None
    record: str = ""

    @property
    def file(self) -> Path:
        """Where it says so."""
        return self.root / "pyproject.toml"


def find_project(named: str | None = None, here: Path | None = None) -> Told:
    """The project `named`, that of INTERLOCK_PROJECT, or the nearest one upwards from `here`. Raises `ProjectError`."""
    named = named or os.environ.get(NAMED)
    if named:
        return _of_folder(_folder(named)) or _nowhere(_folder(named))
    here = here or Path.cwd()
    for folder in (here, *here.parents):
        if (folder / "pyproject.toml").is_file() and (told := _of_folder(folder)):
            return told
    return _nowhere(here)


def root_or_here() -> Path:
    """The project's folder, or where there is none the present one."""
    try:
        return find_project().root
    except ProjectError:
        return Path.cwd()


def record_folder() -> str:
    """The folder of the user's data that the project at hand keeps its record in; empty where none is named."""
    try:
        return find_project().record
    except ProjectError:
        return ""


def _folder(named: str) -> Path:
    folder = Path(named).absolute()
    if not folder.is_dir():
        raise ProjectError(f"the project is {named}, no folder, expected one whose pyproject.toml has {EXPECTED}")
    return folder


def _nowhere(here: Path) -> Told:
    raise ProjectError(
        f"{here} is in no Interlock project, expected {EXPECTED} in a pyproject.toml there or above:"
        " go to one, name one (interlock --project FOLDER ...), or begin one (interlock new NAME)"
    )


def _of_folder(folder: Path) -> Told | None:
    file = folder / "pyproject.toml"
    table = _tool(file).get("interlock") if file.is_file() else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise ProjectError(f"{file}: tool.interlock is {_short(table)}, expected a table: {EXPECTED}")
    _require_engine(file, table.get("engine"))
    for key in table:
        _require_known(file, key)
    systems = _place(file, table, "systems") if "systems" in table else None
    return Told(folder, _place(file, table, "flows"), systems, _record(file, table.get("record", "")))


def _short(value: object) -> str:
    """A value as it stands in the file, or the beginning of it."""
    text = repr(value) if isinstance(value, str | int | float | bool) else f"a {type(value).__name__}"
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}..."


def _tool(file: Path) -> Mapping[str, Any]:
    try:
        with file.open("rb") as opened:
            found = opened.read(LARGEST_BYTES + 1)
        if len(found) > LARGEST_BYTES:
            raise ProjectError(f"{file} has more than {LARGEST_BYTES >> 10} KiB, expected {EXPECTED}")
        tool = tomllib.loads(found.decode()).get("tool", {})
    except ValueError as error:  # no TOML, no UTF-8, or a number of thousands of digits
        raise ProjectError(f"{file} is no TOML: {error}") from None
    except RecursionError:
        raise ProjectError(f"{file} is no TOML that can be read: nested too deeply") from None
    except OSError as error:
        raise ProjectError(f"{file} cannot be read ({error.strerror}), expected {EXPECTED}") from None
    return tool if isinstance(tool, dict) else {}


def _require_known(file: Path, key: str) -> None:
    if key not in KEYS:
        near = get_close_matches(key, KEYS, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ProjectError(f"{file}: tool.interlock has {_short(key)}, expected {', '.join(KEYS)}{hint}")


def _place(file: Path, table: Mapping[str, Any], key: str) -> str:
    told = table.get(key)
    if not isinstance(told, str) or not re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*", told):
        found = "missing" if told is None else _short(told)
        raise ProjectError(f"{file}: {key} of tool.interlock is {found}, expected module:name as in {EXPECTED}")
    return told


def _record(file: Path, told: object) -> str:
    if not isinstance(told, str) or not re.fullmatch(r"([A-Za-z0-9][\w.-]*)?", told):
        raise ProjectError(
            f'{file}: record of tool.interlock is {_short(told)}, expected a folder\'s name such as "my-desk"'
        )
    return told


def _require_engine(file: Path, needed: object) -> None:
    """A project says by which engine it was made; an older one than that does not know what it uses."""
    if needed is None:
        return
    if not isinstance(needed, str) or not re.fullmatch(r"\d{1,9}(\.\d{1,9}){0,9}", needed):
        raise ProjectError(f'{file}: engine of tool.interlock is {_short(needed)}, expected a version such as "0.1"')
    if numbers(needed) > numbers(version("interlock")):
        raise ProjectError(
            f"{file}: this project is made for Interlock {needed} or newer, and this is {version('interlock')}:"
            " install the one its requirements name (rm -rf .venv, then make check)"
        )


def numbers(text: str) -> tuple[int, ...]:
    """A version as numbers that compare, without its zeros at the end or what follows a release's numbers."""
    found = [int(each) for each in re.match(r"\d+(?:\.\d+)*", text)[0].split(".")]  # type: ignore[index]
    while found and not found[-1]:
        found.pop()
    return tuple(found)

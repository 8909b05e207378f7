"""A call as a file: reading it, with errors that name the line and the field. See tests/calls for examples."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator


class ScriptError(ValueError):
    """A call script that cannot be run; the text is one line."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ToolCall(_Strict):
    """One tool call of the model; `raw` is sent as it stands instead of `args`."""

    name: str
    args: dict[str, Any] = Field(default_factory=dict)
    raw: str | None = None
    id: str | None = None


class Model(_Strict):
    """What the model answers to one request; nothing at all is silence, `fails` an error after the words."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    fails: Literal["error", "timeout", "cut"] | None = None


class Event(_Strict):
    """A proposal by the system or an operator."""

    event: str
    args: dict[str, Any] = Field(default_factory=dict)


class Expect(_Strict):
    """What must be true now. `said` are parts of the agents' lines since the caller's last words, `heard` of the
    caller's words in the conversation, `verdict` and `refused_by` are the last verdict's."""

    configuration: list[str] | None = None
    state: str | None = None
    agent: str | None = None
    verdict: str | None = None
    refused_by: str | None = None
    said: list[str] | str | None = None
    heard: list[str] | str | None = None
    facts: dict[str, Any] | None = None
    over: bool | None = None


class Step(_Strict):
    """One step; exactly one field is given. `line` is where it stands in the file."""

    caller: str | None = None
    model: Model | None = None
    interrupt: Literal[True] | None = None
    system: Event | None = None
    operator: Event | None = None
    establish: dict[str, Any] | None = None
    advance: float | None = Field(default=None, ge=0)
    hangs_up: Literal[True] | None = None
    expect: Expect | None = None
    line: int = 0

    @model_validator(mode="after")
    def _one_thing(self) -> "Step":
        given = [name for name in type(self).model_fields if name != "line" and getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"a step has {len(given)} fields ({', '.join(given) or 'none'}), expected one")
        return self


@dataclass(frozen=True, slots=True)
class CallScript:
    """A call to be played: what it shows, and its steps in order."""

    path: Path
    about: str
    steps: tuple[Step, ...]


def read_script(path: Path) -> CallScript:
    """Read a call script. Raises `ScriptError`: file, line, field, what was found, what was expected."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ScriptError(f"{path}: cannot be read ({why}), expected a YAML call script") from None
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}" if mark else str(path)
        raise ScriptError(f"{where}: not YAML ({getattr(error, 'problem', 'unreadable')})") from None
    parts = _parts(path, root)
    about = parts["about"].value if "about" in parts else path.stem.replace("_", " ")
    found = parts.get("steps")
    if not isinstance(found, yaml.SequenceNode) or not found.value:
        raise ScriptError(f"{path}: steps is missing or empty, expected a list of steps")
    return CallScript(path, str(about), tuple(_step(path, each) for each in found.value))


def _parts(path: Path, root: yaml.Node | None) -> dict[str, yaml.Node]:
    if not isinstance(root, yaml.MappingNode):
        raise ScriptError(f"{path}:1: expected a mapping with `about:` and `steps:`")
    parts = {str(key.value): value for key, value in root.value}
    strangers = sorted(set(parts) - {"about", "steps"})
    if strangers:
        raise ScriptError(f"{path}:{root.start_mark.line + 1}: unknown field {strangers[0]!r}, expected about, steps")
    return parts


def _step(path: Path, found: yaml.Node) -> Step:
    line = found.start_mark.line + 1
    content = yaml.SafeLoader("").construct_object(found, deep=True)
    if not isinstance(content, dict):
        raise ScriptError(f"{path}:{line}: a step is a {type(content).__name__}, expected one field such as `caller:`")
    try:
        return Step(**content, line=line)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "step"
        raise ScriptError(f"{path}:{line}: {field}: {first['msg']}") from None
    except TypeError:
        raise ScriptError(f"{path}:{line}: `line` is not a step") from None

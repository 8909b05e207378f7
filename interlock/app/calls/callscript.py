"""A call as a file: reading it, with errors that name the line and the field. See tests/calls for examples."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from interlock.app.calls.yaml_tree import NotWithinBounds, tree_of, value_of

LARGEST_BYTES = 1 << 20
LONGEST_WAIT_S = 31 * 86_400
MOST_STEPS = 2000
"""A call of hours has fewer."""
MOST_COMPLAINTS = 20


class ScriptError(ValueError):
    """A call script that cannot be run; the text is one line for each thing wrong."""


def listed(parts: list[str] | str | None) -> list[str]:
    """One part, several or none, as a list."""
    return [parts] if isinstance(parts, str) else parts or []


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
    """What must be true now. `said` are parts of the agents' lines since the caller's last words, `not_said` parts that
    none of these has, `heard` parts of the caller's words in the conversation; `verdict` and `refused_by` are the last
    verdict's.

    `told` names owed and unbroken lines that were told to their end in this call so far, by the state whose opening
    they are or as `question:EVENT`. `asked` is the event that the last question was about, `answered` how that question
    was answered last; "" where none was.
    """

    configuration: list[str] | None = None
    state: str | None = None
    agent: str | None = None
    verdict: str | None = None
    refused_by: str | None = None
    said: list[str] | str | None = None
    not_said: list[str] | str | None = None
    heard: list[str] | str | None = None
    told: list[str] | str | None = None
    asked: str | None = None
    answered: str | None = None
    facts: dict[str, Any] | None = None
    over: bool | None = None

    @field_validator("not_said")
    @classmethod
    def _no_empty_part(cls, parts: list[str] | str | None) -> list[str] | str | None:
        if any(not part.strip() for part in listed(parts)):
            raise ValueError("found an empty part, which is in every line; expected words")
        return parts

    @field_validator("answered", mode="before")
    @classmethod
    def _yes_or_no(cls, answer: Any) -> Any:
        """YAML reads a bare yes and no as true and false."""
        return {True: "yes", False: "no"}[answer] if isinstance(answer, bool) else answer


class Step(_Strict):
    """One step; exactly one field is given. `line` is where it stands in the file."""

    caller: str | None = None
    model: Model | None = None
    interrupt: Literal[True] | None = None
    system: Event | None = None
    operator: Event | None = None
    establish: dict[str, Any] | None = None
    advance: float | None = Field(default=None, ge=0, le=LONGEST_WAIT_S, allow_inf_nan=False)
    hangs_up: Literal[True] | None = None
    expect: Expect | None = None
    line: int = 0

    @model_validator(mode="after")
    def _one_thing(self) -> "Step":
        given = [name for name in type(self).model_fields if name != "line" and getattr(self, name) is not None]
        if len(given) != 1:
            raise ValueError(f"has {len(given)} fields ({', '.join(given) or 'none'}), expected one")
        return self


@dataclass(frozen=True, slots=True)
class CallScript:
    """A call to be played: what it shows, and its steps in order."""

    path: Path
    about: str
    steps: tuple[Step, ...]


def read_script(path: Path) -> CallScript:
    """Read a call script. Raises `ScriptError`: for each thing wrong file, line, field, what was found and expected."""
    root = _tree(path, _text(path))
    parts = _parts(path, root)
    about = parts.get("about", yaml.ScalarNode("", path.stem.replace("_", " ")))
    if not isinstance(about, yaml.ScalarNode):
        raise ScriptError(f"{path}:{_line(about)}: about is no text, expected a sentence")
    found = parts.get("steps")
    if not isinstance(found, yaml.SequenceNode) or not found.value:
        raise ScriptError(f"{path}: steps is missing or empty, expected a list of steps")
    if len(found.value) > MOST_STEPS:
        raise ScriptError(f"{path}: {len(found.value)} steps, expected at most {MOST_STEPS}")
    return CallScript(path, about.value, _steps(path, found.value))


def _steps(path: Path, found: Sequence[yaml.Node]) -> tuple[Step, ...]:
    steps, wrong = [], list[str]()
    for each in found:
        try:
            steps.append(_step(path, each))
        except ScriptError as error:
            wrong += str(error).split("\n")
        if len(wrong) > MOST_COMPLAINTS:
            raise ScriptError("\n".join([*wrong[:MOST_COMPLAINTS], f"{path}: and more like these"]))
    if wrong:
        raise ScriptError("\n".join(wrong))
    return tuple(steps)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            found = file.read(LARGEST_BYTES + 1)
        if len(found) > LARGEST_BYTES:
            raise ScriptError(f"{path}: more than {LARGEST_BYTES >> 20} MiB, expected a YAML call script")
        return found.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ScriptError(f"{path}: cannot be read ({why}), expected a YAML call script") from None


def _tree(path: Path, text: str) -> yaml.Node | None:
    try:
        return tree_of(text)
    except yaml.YAMLError as error:
        raise ScriptError(_not_yaml(path, error)) from None
    except NotWithinBounds as error:
        where = path if error.line is None else f"{path}:{error.line}"
        raise ScriptError(f"{where}: {error}, expected a YAML call script") from None


def _parts(path: Path, root: yaml.Node | None) -> dict[str, yaml.Node]:
    if not isinstance(root, yaml.MappingNode):
        found = "nothing" if root is None else "no mapping"
        raise ScriptError(f"{path}:1: {found} in it, expected `about:` and `steps:`")
    for key, _ in root.value:
        if str(key.value) not in ("about", "steps"):
            raise ScriptError(f"{path}:{_line(key)}: {_short(key.value)}: unknown field, expected about or steps")
    return {str(key.value): value for key, value in root.value}


def _step(path: Path, found: yaml.Node) -> Step:
    where = f"{path}:{_line(found)}"
    try:
        content = value_of(found)
    except yaml.YAMLError as error:
        raise ScriptError(_not_yaml(path, error)) from None
    except (ValueError, OverflowError):
        raise ScriptError(f"{where}: a value that cannot be read, expected text in quotes") from None
    if not isinstance(content, dict) or not all(isinstance(name, str) for name in content) or "line" in content:
        raise ScriptError(f"{where}: {_short(content)} is no step, expected one field such as `caller:`")
    try:
        return Step(**content, line=_line(found))
    except ValidationError as error:
        wrong = (_complaint(found, each["loc"], each) for each in error.errors(include_url=False))
        raise ScriptError("\n".join(f"{path}:{line}: {text}" for line, text in wrong)) from None


def _complaint(step: yaml.Node, where: Sequence[int | str], error: Any) -> tuple[int, str]:
    """The line and the text of one thing pydantic found wrong in a step."""
    field = ".".join(_name(part) for part in where) or "the step"
    if error["type"] == "extra_forbidden":
        return _line_of(step, where), f"{field}: unknown field, expected one of {', '.join(_fields(where[:-1]))}"
    if error["type"] == "missing":
        return _line_of(step, where), f"{field}: is missing"
    if error["type"] == "value_error":
        return _line_of(step, where), f"{field}: {error['ctx']['error']}"
    expected = error["msg"].removeprefix("Input should be ")
    return _line_of(step, where), f"{field}: found {_short(error['input'])}, expected {expected}"


def _name(part: int | str) -> str:
    return str(part) if isinstance(part, int) or re.fullmatch(r"\w{1,40}", part) else _short(part)


def _fields(where: Sequence[int | str]) -> list[str]:
    """The fields there may be at a place in a step."""
    its: dict[str, type[BaseModel]] = {
        "model": Model,
        "calls": ToolCall,
        "system": Event,
        "operator": Event,
        "expect": Expect,
    }
    named = [part for part in where if isinstance(part, str)]
    fields = its[named[-1]].model_fields if named else Step.model_fields
    return [name for name in fields if name != "line"]


def _line_of(node: yaml.Node, where: Sequence[int | str]) -> int:
    """The line of a place in a step, or of the innermost thing around it that is there."""
    line = _line(node)
    for part in where:
        if isinstance(node, yaml.MappingNode):
            pairs = [(key, value) for key, value in node.value if key.value == part]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            pairs = [(value, value) for value in node.value[part : part + 1]]
        else:
            pairs = []
        if not pairs:
            break
        line, node = _line(pairs[0][0]), pairs[0][1]
    return line


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _not_yaml(path: Path, error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    why = " ".join(str(getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable").split())
    return f"{path}:{mark.line + 1 if mark else 1}: not YAML ({why})"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"

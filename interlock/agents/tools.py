"""How an agent declares what it can do: one tool an event it may propose, and tools that look things up."""

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, create_model
from pydantic.fields import FieldInfo

from interlock.agents.answers import Kind, Question, judge

T = TypeVar("T")
SlotKind = Literal[
    "text",
    "name",
    "date",
    "birth",
    "address",
    "count",
    "digits",
    "email",
    "phone",
    "datetime",
    "yes_no",
    "money",
    "choice",
]


@dataclass(frozen=True, slots=True)
class Slot:
    """One argument: `description` is written for the model, `ask` is the question a caller is asked for it.

    `kind` tells the offline brain how to read the answer: digits as text without spaces, a count ("two of them") as
    a whole number, money as whole cents, date and datetime as ISO 8601 (birth is the date a caller was born), phone as
    E.164 or digits; our ears go by it too, when they look for what a model gives in what was said. `choices` gives each
    value of a choice its example phrases; one without any counts, unasked, only where it is named. `takes_none` says
    that the word "none" is an answer here, not the lack of one. `on_our_clock` has a datetime put on the service's
    clock, whichever zone it was said or written in; without a zone it is the service's already.
    """

    description: str
    ask: str
    kind: SlotKind = "text"
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    takes_none: bool = False
    on_our_clock: bool = False


class Heard:
    """An argument that is what the caller said last, as our ears had it: no model is asked for it."""

    def of(self, words: str) -> str:
        """The argument, of what was said after the end of the line told last."""
        return words


@dataclass(frozen=True, slots=True)
class Answer:
    """An argument that is what the caller's last words answer to a question of this kind: no model is asked for it.

    It is "yes", "no", "correction", "question", "attention" or "unclear", and never the words, so it may go on record.
    Words from before the end of the line told last answer nothing, and that is "unclear".
    """

    kind: Kind

    def of(self, words: str) -> str:
        """The answer in what was said after the end of the line told last, by our judge."""
        return judge(words, Question(self.kind)) if words else "unclear"


@dataclass(frozen=True, slots=True)
class Consent:
    """An argument that is how the caller stands to the very thing proposed: no model is asked for it.

    See `interlock.agents.speech.asking.Consent` for its values. `acts` are the words by which a caller may ask for it
    unasked ("refund", "pay me back"); `by_value` says that giving the value it waits for is a yes too, as a number to
    be called back on; `stops` that the act is an end of something, and the words for it hold their own no ("never call
    me"). The desk says in `ask_EVENT`, a method with the tool's own arguments, what is asked for a yes.
    """

    kind: Kind
    acts: tuple[str, ...] = ()
    by_value: bool = False
    stops: bool = False


@dataclass(frozen=True, slots=True)
class Tool:
    """What a tool is called, what it takes and what a caller may say to mean it.

    `proposes` tools ask for the event of their name; the others run `body(agent, **args)` and return a sentence.
    `heard` are the arguments that are not a model's to give, and what each is of the caller's words; `consent` is how
    the caller's yes to it is read, where it needs one. `leads_on` says that after this one the caller's same words
    usually mean a proposal too.
    """

    name: str
    description: str
    args: type[BaseModel]
    slots: Mapping[str, Slot]
    phrases: tuple[str, ...]
    proposes: bool
    body: Callable[..., Any]
    leads_on: bool = False
    heard: Mapping[str, Heard | Answer] = field(default_factory=dict)
    consent: Consent | None = None

    def schema(self) -> dict[str, Any]:
        """The function description sent to a model."""
        parameters = json.loads(_parameters(self.args))
        says = "; ".join(f"“{p}”" for p in self.phrases)
        return {"name": self.name, "description": f"{self.description}\nCallers say: {says}.", "parameters": parameters}


def proposes(*phrases: str, consent: Consent | None = None) -> Callable[[Callable[..., Any]], Any]:
    """Declare the tool that proposes the event of the function's name.

    The signature gives the arguments, each `Annotated[type, Slot(...)]`, `Annotated[str, Heard()]` or
    `Annotated[str, Answer(kind)]`; the docstring is written for the model; the body stays empty. `consent` says how the
    caller's yes to it is read, for an event whose chart says that it needs one. Raises `TypeError` at import when one
    of these is missing.
    """
    return lambda function: _Declared(_tool(function, phrases, True, False, consent))


def data_tool(*phrases: str, leads_on: bool = False) -> Callable[[Callable[..., Any]], Any]:
    """Declare a tool that notes or looks something up; the coroutine returns the sentence the model reads.

    One that spoke to the caller itself returns a `ToolResult` that wants no reply.
    """
    return lambda function: _Declared(_tool(function, phrases, False, leads_on))


def tools_of(agent: type) -> dict[str, Tool]:
    """The tools an agent class declares, inherited ones too."""
    found: dict[str, Tool] = {}
    for base in reversed(agent.__mro__):
        for member in vars(base).values():
            if isinstance(member, _Declared):
                found[member.tool.name] = member.tool
    return found


@dataclass(frozen=True, slots=True)
class _Declared:
    tool: Tool


@cache
def _parameters(args: type[BaseModel]) -> str:
    """The JSON schema, made once: it costs more than the rest of an agent. Text, so that nobody can change it."""
    parameters = args.model_json_schema()
    parameters.pop("title", None)
    for its in parameters.get("properties", {}).values():
        its.pop("title", None)
    return json.dumps(parameters)


def _tool(
    function: Callable[..., Any],
    phrases: tuple[str, ...],
    proposing: bool,
    leads_on: bool,
    consent: Consent | None = None,
) -> Tool:
    name = function.__name__
    description = inspect.getdoc(function)
    if not description:
        raise TypeError(f"tool {name} has no docstring: write it for the model")
    if len(phrases) < 3:
        raise TypeError(f"tool {name} has {len(phrases)} example phrases, expected at least 3")
    if not proposing and not inspect.iscoroutinefunction(function):
        raise TypeError(f"tool {name} is no coroutine function: a data tool is async")
    hints = get_type_hints(function, include_extras=True)
    slots: dict[str, Slot] = {}
    fields: dict[str, Any] = {}
    parameters = list(inspect.signature(function).parameters.values())[1:]
    heard = {its.name: mark for its in parameters if (mark := _heard(hints.get(its.name)))}
    for parameter in parameters:
        if parameter.name in heard:
            continue
        slot = _mark(hints.get(parameter.name), Slot)
        if slot is None:
            raise TypeError(f"tool {name}: argument {parameter.name} has no Slot, expected Annotated[type, Slot(...)]")
        slots[parameter.name] = slot
        default = ... if parameter.default is parameter.empty else parameter.default
        fields[parameter.name] = (hints[parameter.name], FieldInfo(default=default, description=slot.description))
    model = create_model(name, __config__=ConfigDict(extra="forbid", strict=True), **fields)
    return Tool(name, description, model, slots, phrases, proposing, function, leads_on, heard, consent)


def _heard(hint: Any) -> Heard | Answer | None:
    return _mark(hint, Heard) or _mark(hint, Answer)


def _mark(hint: Any, kind: type[T]) -> T | None:
    """What an argument is marked with."""
    marks = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    return next((mark for mark in marks if isinstance(mark, kind)), None)

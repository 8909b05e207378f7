"""What a guard is, and what it is asked about."""

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any, Literal

from interlock.guards.facts import Facts

Proposer = Literal["agent", "system", "operator"]
"""Who asks for an event: an agent (that is, a model), our own systems and timers, or one of our people."""
PROPOSERS: tuple[Proposer, ...] = ("agent", "system", "operator")

ARGS_LIMIT_BYTES = 8 * 1024
ARGS_LIMIT_DEPTH = 8


class ProposalError(ValueError):
    """Arguments that are no plain JSON, too many or too deep. The text never holds a value."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """Somebody asks for an event.

    `args` are validated values in plain JSON, at most 8 KiB of UTF-8 and 8 levels, kept as JSON would give them
    back: a replay sees the same, and whoever proposed cannot change them afterwards. `seen_epoch` is the epoch in
    which the proposer was offered the event. Raises `ProposalError` when the arguments are out of bounds.
    """

    event: str
    args: Mapping[str, Any] = field(default_factory=dict, repr=False)
    by: Proposer = "agent"
    seen_epoch: int = 0
    tool_call_id: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.args, Mapping):
            raise ProposalError(f"arguments are a {type(self.args).__name__}, expected an object")
        _check_shape(self.args, ARGS_LIMIT_DEPTH)
        try:
            args = json.loads(json.dumps(dict(self.args), allow_nan=False))
        except (TypeError, ValueError):
            raise ProposalError("arguments are not plain JSON: expected text, numbers, lists and objects") from None
        size = len(json.dumps(args, ensure_ascii=False).encode(errors="surrogatepass"))
        if size > ARGS_LIMIT_BYTES:
            raise ProposalError(f"arguments have {size} bytes, expected at most {ARGS_LIMIT_BYTES}")
        object.__setattr__(self, "args", args)


@dataclass(frozen=True, slots=True)
class GuardResult:
    """What one guard said about one proposal; truthy when it held.

    `reason` is what the proposer is told when it is false, `say` what the caller hears where no model puts that in
    words; `error` names what went wrong inside the guard (the type only: a message could hold personal data).
    """

    name: str
    held: bool
    reason: str = ""
    error: str = ""
    say: str = ""

    def __bool__(self) -> bool:
        return self.held


class Guard:
    """A named predicate. Call it as `guard(facts, proposal)`; ask it as `guard.ask(facts, proposal)`."""

    def __init__(
        self,
        predicate: FunctionType,
        reason: str,
        say: str,
        opposite_of: "Guard | None" = None,
        implies: "tuple[Guard, ...]" = (),
    ) -> None:
        self.predicate = predicate
        self.reason = reason
        self.say = say
        self.opposite_of = opposite_of
        self.implies = implies
        self.name = self.__name__ = predicate.__name__
        self.sentence = inspect.getdoc(predicate) or ""
        # python-statemachine reads these three of every condition it is given.
        self.__qualname__ = f"{predicate.__module__}.{predicate.__qualname__}"
        self.__code__ = predicate.__code__
        self.__doc__ = predicate.__doc__

    def __call__(
        self, facts: Facts, proposal: Proposal, answers: Mapping[str, GuardResult] | None = None
    ) -> bool | GuardResult:
        """What the predicate returns; with `answers`, the result already in there, so that it runs once."""
        if answers is not None:
            return answers[self.name]
        return self.predicate(facts, proposal)  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"<guard {self.name}>"

    def ask(self, facts: Facts, proposal: Proposal) -> GuardResult:
        """The result with its reason. Never raises: what goes wrong inside the guard is a false with an error."""
        try:
            held = self.predicate(facts, proposal)
        except Exception as error:
            return GuardResult(self.name, False, self.reason, f"raised {type(error).__name__}")
        if not isinstance(held, bool):
            _close_if_coroutine(held)
            return GuardResult(self.name, False, self.reason, f"returned {type(held).__name__}, expected bool")
        if held:
            return GuardResult(self.name, True)
        reason, say = self.words(facts)
        return GuardResult(self.name, False, reason, say=say)

    def words(self, facts: Any) -> tuple[str, str]:
        """The reason, and what is said, where it is false of these facts."""
        return self.reason, self.say


def guard(
    reason: str, *, say: str = "", opposite_of: Guard | None = None, implies: tuple[Guard, ...] = ()
) -> Callable[[Callable[[Any, Proposal], bool]], Guard]:
    """Make a guard of a plain function `(facts, proposal) -> bool`; its docstring is the sentence product reads.

    `reason` is what the model is told when it is false; `say` is what the caller hears when no model is there to
    put that in words. Where it holds, the guards that it `implies` hold too. Raises `TypeError` at import for a
    coroutine function, a lambda, a wrapped function, another signature, or a missing docstring or reason: an awaitable
    is truthy, so each of these could open what it guards.
    """

    if not isinstance(reason, str):
        name = getattr(reason, "__qualname__", repr(reason))
        raise TypeError(f'guard {name} has no reason: write @guard("what the model is told when it is false")')

    def make(predicate: Callable[[Any, Proposal], bool]) -> Guard:
        return Guard(_plain(predicate, reason), reason, say, opposite_of, implies)

    return make


def _plain(predicate: Callable[..., Any], reason: str) -> FunctionType:
    name = getattr(predicate, "__qualname__", repr(predicate))
    if not isinstance(predicate, FunctionType):
        raise TypeError(f"guard {name} is a {type(predicate).__name__}, expected a plain function")
    if predicate.__name__ == "<lambda>":
        raise TypeError(f"guard {name} in {predicate.__module__} is a lambda, expected a named function")
    _refuse_awaitables(name, predicate)
    parameters = inspect.signature(predicate).parameters.values()
    if [(p.name, p.kind) for p in parameters] != _PARAMETERS:
        raise TypeError(f"guard {name} takes ({', '.join(map(str, parameters))}), expected (facts, proposal)")
    if not inspect.getdoc(predicate):
        raise TypeError(f"guard {name} has no docstring: write the sentence product reads")
    if not reason.strip():
        raise TypeError(f"guard {name} has no reason: write what the model is told when it is false")
    return predicate


_PARAMETERS = [(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in ("facts", "proposal")]
_AWAITED = (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction)


def _refuse_awaitables(name: str, predicate: FunctionType) -> None:
    if hasattr(predicate, "__wrapped__"):
        raise TypeError(f"guard {name} wraps {predicate.__wrapped__!r}, expected a plain function")
    if any(of_that_kind(predicate) for of_that_kind in _AWAITED):
        raise TypeError(f"guard {name} is a coroutine or generator function, expected a plain one")
    hidden = _coroutine_in(predicate, set())
    if hidden is not None:
        raise TypeError(f"guard {name} wraps the coroutine {hidden}, expected a plain function")


def _coroutine_in(function: FunctionType, seen: set[int]) -> str | None:
    """The name of a coroutine function this one closes over, however many functions deep."""
    seen.add(id(function))
    for cell in function.__closure__ or ():
        try:
            held = cell.cell_contents
        except ValueError:  # empty: what it will hold is not there yet; `Guard.ask` catches what comes of it
            continue
        if inspect.iscoroutinefunction(held) or inspect.iscoroutinefunction(getattr(held, "__call__", None)):  # noqa: B004
            return str(getattr(held, "__qualname__", type(held).__qualname__))
        if isinstance(held, FunctionType) and id(held) not in seen:
            found = _coroutine_in(held, seen)
            if found is not None:
                return found
    return None


def _check_shape(value: Any, left: int) -> None:
    if not isinstance(value, list | tuple | Mapping):
        return
    if left == 0:
        raise ProposalError(f"arguments are nested deeper than {ARGS_LIMIT_DEPTH} levels")
    if isinstance(value, Mapping) and not all(isinstance(key, str) for key in value):
        raise ProposalError("arguments are not plain JSON: expected text as keys")
    for inner in value.values() if isinstance(value, Mapping) else value:
        _check_shape(inner, left - 1)


def _close_if_coroutine(value: object) -> None:
    if inspect.iscoroutine(value):
        value.close()

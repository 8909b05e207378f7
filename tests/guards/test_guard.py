"""What `@guard` takes and refuses, and what becomes of a guard that goes wrong."""

import functools
import gc
from collections.abc import Callable
from typing import Any

import pytest

from interlock.guards.base import Guard, Proposal, guard
from interlock.guards.facts import Facts

FACTS, ASKED = Facts(), Proposal("any")


def sound(facts: Facts, proposal: Proposal) -> bool:
    """It is so."""
    return True


async def unsound(facts: Facts, proposal: Proposal) -> bool:
    """It is so, later."""
    return False


def wrapped_openly() -> Callable[..., Any]:
    @functools.wraps(unsound)
    def in_disguise(*args: Any) -> Any:
        return unsound(*args)

    return in_disguise


def wrapped_quietly(inner: Callable[..., Any]) -> Callable[..., Any]:
    def in_disguise(facts: Facts, proposal: Proposal) -> Any:
        """It is so."""
        return inner(facts, proposal)

    return in_disguise


def wrapped_twice() -> Callable[..., Any]:
    def retried(*args: Any) -> Any:
        return unsound_inside(*args)

    unsound_inside = unsound
    return wrapped_quietly(retried)


class AsyncCallable:
    """An object one can call."""

    async def __call__(self, facts: Facts, proposal: Proposal) -> bool:
        return True


class Callable_:
    """An object one can call."""

    def __call__(self, facts: Facts, proposal: Proposal) -> bool:
        return True

    def method(self, facts: Facts, proposal: Proposal) -> bool:
        """It is so."""
        return True


async def async_generator(facts: Facts, proposal: Proposal) -> Any:
    """It is so."""
    yield True


def generator(facts: Facts, proposal: Proposal) -> Any:
    """It is so."""
    yield True


def undocumented(facts: Facts, proposal: Proposal) -> bool:
    return True


def too_few(facts: Facts) -> bool:
    """It is so."""
    return True


def misnamed(facts: Facts, asked: Proposal) -> bool:
    """It is so."""
    return True


def swapped(proposal: Proposal, facts: Facts) -> bool:
    """It is so."""
    return True


def starred(*facts: Any, **proposal: Any) -> bool:
    """It is so."""
    return True


def keyword_only(facts: Facts, *, proposal: Proposal) -> bool:
    """It is so."""
    return True


REFUSED = {
    "coroutine function": (unsound, "unsound is a coroutine"),
    "async generator": (async_generator, "async_generator is a coroutine or generator"),
    "generator": (generator, "generator is a coroutine or generator"),
    "lambda": (lambda facts, proposal: True, r"<lambda> in .*test_guard is a lambda"),
    "functools.wraps": (wrapped_openly(), "unsound wraps <function unsound"),
    "closure": (wrapped_quietly(unsound), "in_disguise wraps the coroutine unsound"),
    "closure twice": (wrapped_twice(), "in_disguise wraps the coroutine unsound"),
    "closure over a partial": (wrapped_quietly(functools.partial(unsound, FACTS)), "wraps the coroutine partial"),
    "closure over an object": (wrapped_quietly(AsyncCallable()), "wraps the coroutine AsyncCallable"),
    "callable object": (Callable_(), "Callable_ object .* is a Callable_, expected a plain function"),
    "bound method": (Callable_().method, "Callable_.method is a method, expected a plain function"),
    "partial": (functools.partial(sound), "is a partial, expected a plain function"),
    "class": (Callable_, "Callable_ is a type, expected a plain function"),
    "too few arguments": (too_few, r"too_few takes \(facts: .*\), expected \(facts, proposal\)"),
    "other names": (misnamed, "misnamed takes"),
    "swapped names": (swapped, "swapped takes"),
    "any arguments": (starred, "starred takes"),
    "keyword only": (keyword_only, "keyword_only takes"),
    "no docstring": (undocumented, "undocumented has no docstring"),
}


@pytest.mark.parametrize(("predicate", "words"), REFUSED.values(), ids=REFUSED)
def test_anything_but_a_plain_function_is_refused_at_import(predicate: Callable[..., Any], words: str) -> None:
    """The error names the guard and what was expected."""
    with pytest.raises(TypeError, match=words):
        guard("Not now.")(predicate)


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_guard_without_a_reason_is_refused(reason: str) -> None:
    """A refusal that says nothing would leave the model guessing."""
    with pytest.raises(TypeError, match="guard sound has no reason"):
        guard(reason)(sound)


def test_a_bare_decorator_is_refused() -> None:
    """`@guard` without its reason names the function it stands on."""
    with pytest.raises(TypeError, match="guard sound has no reason: write @guard"):
        guard(sound)  # type: ignore[arg-type]


def test_a_guard_knows_its_name_its_sentence_and_its_reason() -> None:
    """Product reads the first line, the model the reason, the caller what is said."""
    made = guard("Not now.", say="Later?")(sound)
    assert (made.name, made.sentence, made.reason, made.say) == ("sound", "It is so.", "Not now.", "Later?")
    assert made(FACTS, ASKED) is True
    assert repr(made) == "<guard sound>"


def test_a_closure_that_is_not_filled_yet_is_no_error() -> None:
    """An empty cell says nothing about what it will hold."""

    @guard("Not now.")
    def looks_ahead(facts: Facts, proposal: Proposal) -> bool:
        """It is so."""
        return filled_later(facts, proposal)

    filled_later = sound
    assert looks_ahead.ask(FACTS, ASKED).held is True


def made(body: Callable[[], Any]) -> Guard:
    """A guard that returns what `body` returns."""

    @guard("Not now.")
    def odd(facts: Facts, proposal: Proposal) -> bool:
        """It is odd."""
        return body()  # type: ignore[no-any-return]

    return odd


def raising(error: Exception) -> Callable[[], Any]:
    def body() -> Any:
        raise error

    return body


@pytest.mark.parametrize(
    ("value", "kind"),
    [(1, "int"), (0, "int"), ("yes", "str"), (None, "NoneType"), ([], "list"), (object(), "object"), (1.0, "float")],
)
def test_fault_45_a_guard_that_returns_no_bool_does_not_hold(value: object, kind: str) -> None:
    """Truthy is not true."""
    result = made(lambda: value).ask(FACTS, ASKED)
    assert (bool(result), result.error) == (False, f"returned {kind}, expected bool")


@pytest.mark.parametrize("error", [ValueError("Ann Smith"), KeyError("Ann"), RecursionError(), AssertionError()])
def test_fault_44_a_guard_that_raises_does_not_hold_and_tells_the_type_only(error: Exception) -> None:
    """The message could hold personal data."""
    result = made(raising(error)).ask(FACTS, ASKED)
    assert (bool(result), result.error) == (False, f"raised {type(error).__name__}")
    assert "Ann" not in repr(result)


def test_fault_46_a_coroutine_in_disguise_does_not_hold_and_is_closed() -> None:
    """No "was never awaited" warning is left behind: warnings are errors here."""
    held_back: list[Any] = []

    def disguised() -> Any:
        held_back.append(globals()["unsound"](FACTS, ASKED))
        return held_back[0]

    result = made(disguised).ask(FACTS, ASKED)
    assert (bool(result), result.error) == (False, "returned coroutine, expected bool")
    assert held_back[0].cr_frame is None, "the coroutine was not closed"
    held_back.clear()
    gc.collect()

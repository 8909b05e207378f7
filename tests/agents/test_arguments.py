"""What a model writes for an argument is read as what it means, or refused; nothing is guessed."""

from typing import Annotated, Literal

import pytest
from pydantic import ValidationError

from interlock.agents.arguments import NO_VALUE, read_arguments
from interlock.agents.tools import Slot, proposes, tools_of

SLOT = Slot("what it is", ask="What is it?")


class Desk:
    @proposes("one", "two", "three")
    def ask(
        self,
        amount: Annotated[int | None, SLOT] = None,
        text: Annotated[str | None, SLOT] = None,
        phone: Annotated[str | None, Slot("a number", ask="Which?", kind="phone")] = None,
        smell: Annotated[bool | None, SLOT] = None,
        months: Annotated[Literal[3, 6] | None, SLOT] = None,
        size: Annotated[Literal["none", "large"] | None, Slot("size", ask="Which?", kind="choice")] = None,
        allergies: Annotated[str | None, Slot("allergies", ask="Which?", takes_none=True)] = None,
    ) -> None:
        """Ask for something."""

    @proposes("one", "two", "three")
    def need(self, name: Annotated[str, SLOT]) -> None:
        """Ask for somebody."""

    @proposes("one", "two", "three")
    def leave(self) -> None:
        """Ask for nothing."""


TOOLS = tools_of(Desk)


def read(tool="ask", /, **raw):
    args = read_arguments(TOOLS[tool], raw)
    return {name: value for name, value in args.items() if value is not None}


@pytest.mark.parametrize(
    ("name", "written", "meant"),
    [
        ("amount", 2000, 2000),
        ("amount", 2000.0, 2000),
        ("amount", "2000", 2000),
        ("amount", " -20.00 ", -20),
        ("text", "2000", "2000"),
        ("text", 4482107, "4482107"),
        ("smell", "False", False),
        ("months", "6", 6),
        ("months", 6.0, 6),
        ("size", "none", "none"),
        ("allergies", "None", "None"),
    ],
)
def test_another_writing_of_a_value_is_the_value(name, written, meant):
    """
    Whole numbers, text and truth, each where the type does not take the value as it stands.
    """
    found = read(**{name: written})
    assert found == {name: meant}
    assert type(found[name]) is type(meant)


@pytest.mark.parametrize("nothing", [None, *sorted(NO_VALUE), " NULL ", "Unknown"])
@pytest.mark.parametrize("name", ["amount", "text", "phone", "smell", "months"])
def test_what_stands_for_nothing_is_left_out(name, nothing):
    """
    The other arguments of the call are read all the same.
    """
    given = {"amount": 5, "text": "x", name: nothing}
    assert read(**given) == {key: value for key, value in given.items() if key != name}


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("amount", 20.5),
        ("amount", "20.50"),
        ("amount", "twenty"),
        ("amount", "1e3"),
        ("amount", True),
        ("amount", 2.0**60),
        ("text", 4.5),
        ("text", True),
        ("text", ["x"]),
        ("phone", 301234567),
        ("smell", "yes"),
        ("smell", 1),
        ("months", "4"),
        ("size", "huge"),
        ("else", "x"),
    ],
)
def test_what_would_take_a_guess_stays_wrong(name, written):
    """
    A telephone number as a number has lost its zeros; cents are not made of a fraction; a stranger is no argument.
    """
    with pytest.raises(ValidationError) as refused:
        read(**{name: written})
    assert {error["loc"][0] for error in refused.value.errors()} == {name}


@pytest.mark.parametrize("nothing", [None, "", "null", "unknown"])
def test_an_argument_that_is_needed_is_missing_where_nothing_stands_for_it(nothing):
    """
    So the model hears that it has none, and asks.
    """
    with pytest.raises(ValidationError) as refused:
        read("need", name=nothing)
    assert [error["type"] for error in refused.value.errors()] == ["missing"]


def test_a_tool_without_arguments_takes_whatever_is_sent_as_none():
    """
    Who asks for a person is not held up by a reason nobody asked for.
    """
    assert read_arguments(TOOLS["leave"], {"reason": "asked for a person", "args": [1]}) == {}

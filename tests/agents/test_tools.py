"""How tools are declared, and what their declarations accept."""

from typing import Annotated, Literal

import pytest
from pydantic import ValidationError

from agents.support import SUPPORT
from interlock.agents.desks import IsoTime
from interlock.agents.flow import Flow
from interlock.agents.tools import Answer, Heard, Slot, data_tool, proposes, tools_of

WAYS = ("one way", "another way", "a third way")
NUMBER = Slot("the number", ask="Which number?")


class Desk:
    """A desk with one tool of each kind."""

    @data_tool(*WAYS, leads_on=True)
    async def note(
        self,
        number: Annotated[int, NUMBER],
        kind: Annotated[Literal["a", "b"], Slot("the kind", ask="Which?", kind="choice")] = "a",
        when: Annotated[IsoTime | None, Slot("when", ask="When?", kind="datetime")] = None,
    ) -> str:
        """Note a number."""
        return str(number)

    @proposes(*WAYS)
    def leave(self) -> None:
        """Leave."""


class SubDesk(Desk):
    """Inherits, and says one thing differently."""

    @proposes("now", "at once", "this minute")
    def leave(self) -> None:
        """Leave now."""


def test_a_tool_without_docstring_is_refused_at_import():
    """
    The docstring is what the model reads.
    """
    with pytest.raises(TypeError, match="tool silent has no docstring"):

        @proposes(*WAYS)
        def silent(self) -> None:
            pass


@pytest.mark.parametrize("phrases", [(), ("one",), ("one", "two")])
def test_a_tool_with_too_few_phrases_is_refused_at_import(phrases):
    """
    The offline brain needs three.
    """
    with pytest.raises(TypeError, match=rf"tool terse has {len(phrases)} example phrases, expected at least 3"):

        @proposes(*phrases)
        def terse(self) -> None:
            """A tool."""


def test_a_data_tool_that_is_no_coroutine_is_refused_at_import():
    """
    It would block the call while it looks things up.
    """
    with pytest.raises(TypeError, match="tool blocking is no coroutine function"):

        @data_tool(*WAYS)
        def blocking(self) -> str:
            """A tool."""


def test_an_argument_without_a_slot_is_refused_at_import():
    """
    Nobody could ask the caller for it.
    """
    with pytest.raises(TypeError, match=r"tool vague: argument number has no Slot"):

        @proposes(*WAYS)
        def vague(self, number: int) -> None:
            """A tool."""

    with pytest.raises(TypeError, match=r"tool untyped: argument number has no Slot"):

        @proposes(*WAYS)
        def untyped(self, number) -> None:
            """A tool."""


@pytest.mark.parametrize(
    "args",
    [
        {},
        {"number": "7"},
        {"number": 7.0},
        {"number": True},
        {"number": None},
        {"number": [7]},
        {"number": 7, "kind": "c"},
        {"number": 7, "kind": "A"},
        {"number": 7, "kind": None},
        {"number": 7, "when": "tomorrow"},
        {"number": 7, "when": 1_700_000_000},
        {"number": 7, "verified": True},
        {"Number": 7},
    ],
)
def test_arguments_are_taken_as_they_are_or_not_at_all(args):
    """
    Nothing is converted, completed or ignored.
    """
    with pytest.raises(ValidationError):
        tools_of(Desk)["note"].args.model_validate(args)


def test_sound_arguments_are_completed_with_defaults():
    """
    Defaults come from the signature.
    """
    args = tools_of(Desk)["note"].args.model_validate({"number": 7, "when": "2026-03-02T10:00"})
    assert args.model_dump() == {"number": 7, "kind": "a", "when": "2026-03-02T10:00"}


def test_a_subclass_overrides_a_tool_by_name():
    """
    One tool a name, the nearest one.
    """
    tools = tools_of(SubDesk)
    assert set(tools) == {"note", "leave"}
    assert tools["leave"].phrases == ("now", "at once", "this minute")


def test_a_schema_says_what_the_tool_takes_and_nothing_more():
    """
    Descriptions come from the slots, phrases from the callers, and no additional arguments are allowed.
    """
    schema = tools_of(Desk)["note"].schema()
    assert schema["name"] == "note"
    assert "Note a number." in schema["description"]
    assert "“one way”" in schema["description"]
    parameters = schema["parameters"]
    assert parameters["required"] == ["number"]
    assert parameters["additionalProperties"] is False
    assert parameters["properties"]["number"] == {"type": "integer", "description": "the number"}
    parameters.clear()
    assert tools_of(Desk)["note"].schema()["parameters"], "changing one schema changes no other"


@pytest.mark.parametrize("desk", SUPPORT.cast.values(), ids=lambda desk: desk.__name__)
def test_proposing_tools_are_events_of_the_chart_and_the_others_are_not(desk):
    """
    A data tool named like an event could be mistaken for a proposal.
    """
    from interlock.machines.base import events_of

    flow: Flow = SUPPORT
    for name, tool in tools_of(desk).items():
        assert tool.proposes == (name in events_of(flow.machine))


class Asking:
    """A desk with a tool whose arguments are mostly the caller's."""

    @proposes(*WAYS)
    def order(
        self,
        number: Annotated[int, NUMBER],
        words: Annotated[str, Heard()],
        checked: Annotated[str, Answer("check")],
        ended: Annotated[str, Answer("more")],
    ) -> None:
        """Order it."""


def test_no_model_is_asked_for_what_the_caller_answered():
    """
    Nor for their words: neither stands in what it reads, nor may it give either.
    """
    tool = tools_of(Asking)["order"]
    assert (list(tool.schema()["parameters"]["properties"]), list(tool.slots)) == (["number"], ["number"])
    assert list(tool.heard) == ["words", "checked", "ended"]
    with pytest.raises(ValidationError):
        tool.args.model_validate({"number": 1, "checked": "yes"})


@pytest.mark.parametrize(
    ("words", "checked", "ended"),
    [
        ("Yes, that is right.", "yes", "yes"),
        ("That is fine", "yes", "no"),
        ("No, thanks.", "no", "no"),
        ("is that right", "question", "question"),
        ("No, tomorrow at ten", "correction", "correction"),
        ("Hmm, maybe", "unclear", "unclear"),
        ("", "unclear", "unclear"),
    ],
)
def test_an_answer_is_what_the_words_are_to_that_question(words, checked, ended):
    """
    The same words answer each kind of question in its own way, and what was not said answers none.
    """
    heard = tools_of(Asking)["order"].heard
    assert {name: its.of(words) for name, its in heard.items()} == {"words": words, "checked": checked, "ended": ended}

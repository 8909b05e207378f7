"""What a model may hand to a tool, call by call."""

import json

import pytest
from livekit.agents import llm

from interlock.agents.speech.tool_call_filter import (
    CALLS_LIMIT,
    REFUSED_CALL,
    Malformed,
    ToolCallFilter,
    read_arguments,
)


def made(name="note_name", arguments='{"name": "Anna"}', call_id="call_1"):
    return llm.FunctionToolCall(name=name, arguments=arguments, call_id=call_id)


def sifted(*calls, taken=None):
    taken = set() if taken is None else taken
    return ToolCallFilter(["note_name"], taken).admit(list(calls))


SOUND = [
    "{}",
    '{"name": "Anna"}',
    '{"a": [1, 2.5, true, null, {"b": "\\u00e4"}]}',
    '{"n": 123456789012345678901234567890}',
]
UNSOUND = {
    "[1]": "a list",
    '"text"': "a str",
    "false": "a bool",
    "7": "a int",
    "{": "not JSON",
    "{}{}": "not JSON",
    "{'a': 1}": "not JSON",
    '{"a": 1,}': "not JSON",
    '{"a": NaN}': "NaN",
    '{"a": Infinity}': "Infinity",
    '{"a": [1e999]}': "too large",
    '{"a": 1, "a": 1}': "given twice",
    '{"a": {"b": 1, "b": 2}}': "given twice",
    '{"a": ' + "9" * 5000 + "}": "too many digits",
    '{"a": ' + "[" * 9 + "]" * 9 + "}": "deeper than 8",
    '{"a": ' + "[" * 3000 + "]" * 3000 + "}": "deeper than 8",
    '{"a": "' + "x" * 9000 + '"}': "9009 bytes",
}


@pytest.mark.parametrize("text", ["", "null", "[]", " [ ] "])
def test_no_arguments_in_other_writings_are_none(text):
    """
    Some providers send null or an empty list where a tool takes none.
    """
    assert read_arguments(text) == "{}"


@pytest.mark.parametrize("text", SOUND)
def test_sound_arguments_mean_what_they_say(text):
    """
    What is passed on is plain JSON of the same value.
    """
    assert json.loads(read_arguments(text)) == json.loads(text)


@pytest.mark.parametrize("text", [None, ""])
def test_no_arguments_are_an_empty_object(text):
    """
    Providers send nothing for a tool without arguments.
    """
    assert read_arguments(text) == "{}"


@pytest.mark.parametrize(("text", "why"), UNSOUND.items(), ids=list(UNSOUND.values()))
def test_unsound_arguments_are_refused_and_not_repeated(text, why):
    """
    The reason names what is wrong, never a value.
    """
    with pytest.raises(Malformed, match=why) as refused:
        read_arguments(text)
    assert "xxx" not in str(refused.value)
    assert "999" not in str(refused.value)


def test_exactly_the_limit_of_levels_is_sound():
    """
    Eight levels are.
    """
    text = '{"a": ' + "[" * 7 + "]" * 7 + "}"
    assert read_arguments(text) == text


def test_an_unknown_name_becomes_a_call_of_the_tool_that_answers_it():
    """
    Its arguments are dropped: the proposal will be refused for its name.
    """
    (call,) = sifted(made(name="fly", arguments='{"to": "the moon"}'))
    assert call.name == REFUSED_CALL
    assert json.loads(call.arguments) == {"tool": "fly", "why": ""}


def test_the_tool_that_answers_cannot_be_called_by_a_model():
    """
    Its own name is unknown like any other that was not offered.
    """
    (call,) = sifted(made(name=REFUSED_CALL, arguments='{"tool": "note_name", "why": ""}'))
    assert json.loads(call.arguments) == {"tool": REFUSED_CALL, "why": ""}


def test_malformed_arguments_become_a_call_that_says_why():
    """
    The tool itself never sees them.
    """
    (call,) = sifted(made(arguments="{"))
    assert call.name == REFUSED_CALL
    assert json.loads(call.arguments)["why"].startswith("the arguments are not JSON")


def test_a_repeated_call_runs_once():
    """
    Same id, name and arguments in one answer: a retry of the stream, not a second wish.
    """
    assert len(sifted(made(), made(), made())) == 1


def test_equal_ids_with_other_content_are_told_apart():
    """
    Each keeps its own outcome, so each needs an id of its own.
    """
    ids = [call.call_id for call in sifted(made(), made(arguments='{"name": "Ben"}'), made(arguments='{"name": "Cy"}'))]
    assert len(set(ids)) == 3


def test_an_id_used_in_an_earlier_answer_is_a_new_call_each_time():
    """
    A provider that numbers from zero is not repeating itself.
    """
    taken: set[str] = set()
    ids = [sifted(made(call_id="call_0"), taken=taken)[0].call_id for _ in range(5)]
    assert len(set(ids)) == 5


def test_more_calls_than_the_limit_are_not_looked_at():
    """
    The first ones are, in their order, and the others counted.
    """
    tool_filter = ToolCallFilter(["note_name"], set())
    calls = tool_filter.admit([made(call_id=f"call_{n}") for n in range(CALLS_LIMIT + 10)])
    assert tool_filter.ignored == 10
    assert [call.call_id for call in calls] == [f"call_{n}" for n in range(CALLS_LIMIT)]

"""Arguments as models write them, read without loss: what a value means is kept, and nothing is guessed."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from interlock.agents.tools import Tool
from interlock.guards.cards import card_spans
from interlock.guards.characters import has_line_breaks, plain_text, without_unseen
from interlock.guards.words import NOTHING

NONE = "none"
NO_VALUE = NOTHING | {"", NONE, "-", "--", "???"}
"""What models write where they have nothing, in lower case. A choice of that name is a value all the
same, and so is "none" where the slot says so."""
_WHOLE = re.compile(r"[+-]?\d{1,15}(?:\.0+)?")
_TRUTH = {"true": True, "false": False}


class UnfitText(ValueError):
    """Text that is never kept; the message names the argument and what is wrong, and repeats nothing of it."""


def fit_text(tool: Tool, raw: Mapping[str, object]) -> dict[str, object]:
    """The arguments without characters nobody can see; text of several lines is one line.

    Raises `UnfitText` for a card number, and for line breaks in what has one line: a name, a number, a choice.
    """
    return {name: _fit(tool, name, value) for name, value in raw.items()}


def _fit(tool: Tool, name: str, value: object) -> object:
    if isinstance(value, list | tuple):
        return [_fit(tool, name, each) for each in value]
    if isinstance(value, Mapping):
        return {key: _fit(tool, name, each) for key, each in value.items()}
    written = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(written, str):
        return value
    slot = tool.slots.get(name)
    named = name if slot else "an argument"
    if slot is not None and slot.kind not in ("text", "address") and has_line_breaks(written):
        raise UnfitText(f"{named}: line breaks in it, expected one line")
    text = without_unseen(plain_text(written))
    if card_spans(text):
        raise UnfitText(f"{named}: a card number in it, which is never kept")
    return text if isinstance(value, str) else value


def read_arguments(tool: Tool, raw: Mapping[str, object]) -> dict[str, Any]:
    """The arguments of one call of `tool`, in plain JSON. Raises pydantic's `ValidationError` for what cannot be read.

    A tool without arguments takes whatever is sent as none. What stands for no value is left out, so that an argument
    that may be missing is. 2000.0 and "2000" are the whole number 2000, 4482107 is the text "4482107", "true" is true,
    each only where the declared type does not take the value as it stands; anything that would lose or add something
    (20.5 for a whole number, a telephone number as a number, whose zeros are gone) stays wrong.
    """
    given = (
        {name: value for name, value in raw.items() if not _stands_for_nothing(tool, name, value)} if tool.slots else {}
    )
    try:
        return _checked(tool, given)
    except ValidationError as error:
        wrong = {str(each["loc"][0]) for each in error.errors() if each["loc"]} & set(given) & set(tool.slots)
        mended = given | {name: _otherwise(tool, name, given[name]) for name in wrong}
        return _checked(tool, mended)


def _checked(tool: Tool, given: Mapping[str, object]) -> dict[str, Any]:
    return tool.args.model_validate(given).model_dump(mode="json")


def _stands_for_nothing(tool: Tool, name: str, value: object) -> bool:
    if value is None:
        return True
    text, slot = value.strip().casefold() if isinstance(value, str) else "?", tool.slots.get(name)
    if slot is not None and (slot.kind == "choice" or (slot.takes_none and text == NONE)):
        return False
    return text in NO_VALUE


def _otherwise(tool: Tool, name: str, value: object) -> object:
    """The first other writing of a value that its declared type takes; the value itself where none is."""
    for written in _writings(value, tool.slots[name].kind):
        if not _is_wrong(tool, name, written):
            return written
    return value


def _writings(value: object, kind: str) -> Iterator[object]:
    if isinstance(value, str):
        text = value.strip()
        if _WHOLE.fullmatch(text):
            yield int(text.partition(".")[0])
        if text.casefold() in _TRUTH:
            yield _TRUTH[text.casefold()]
    elif isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        yield int(value)
    elif isinstance(value, int) and not isinstance(value, bool) and kind != "phone":
        yield str(value)


def _is_wrong(tool: Tool, name: str, value: object) -> bool:
    try:
        tool.args.model_validate({name: value})
    except ValidationError as error:
        return any(each["loc"] and each["loc"][0] == name for each in error.errors())
    return False

"""Filling a tool's slots from what the caller said, now and in the turns in which the tool was asking."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from interlock.agents.tools import Slot, Tool
from interlock.app.offline.dialogue import Turn
from interlock.app.offline.meaning import Meaning
from interlock.app.offline.numbers import all_digits
from interlock.app.offline.parsers import read
from interlock.app.offline.words import asks

ASKED_CHOICE, UNASKED_CHOICE = 0.15, 0.2
"""How close an answer, or a passing remark, must be to one of a choice's phrases."""
QUESTIONED_CHOICE = 0.5
"""The same for a caller who answers with a question: as a rule it is about something else."""

_UNMISTAKABLE = ("date", "birth", "email", "address")
"""Kinds that are told from all else that is said, wherever they stand."""

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Gathered:
    """What is known for a tool: the values, the words they came from, and whether the last answer was understood."""

    values: Values
    words: tuple[str, ...]
    opener: str
    understood: bool = True


class Slots:
    """Reads slot values; `now` gives "tomorrow" its date."""

    def __init__(self, meaning: Meaning, now: Callable[[], datetime]) -> None:
        self._meaning = meaning
        self._now = now

    def fill(self, tool: Tool, words: str, asked: str | None = None) -> Values:
        """Values of the tool's slots in the words; `asked` is the slot the words answer."""
        values: Values = {}
        filled: list[str] = []
        order = sorted(tool.slots, key=lambda name: (name != asked, not self._required(tool, name)))
        for name in order:
            slot = tool.slots[name]
            part, named = _part_about(name, words, tool)
            if self._is_stray(tool, name, asked) and not named:
                continue
            if slot.kind in filled and slot.kind != "choice" and not named:
                value = _next_number(slot, part, filled.count("digits"))
            else:
                value = self._value(tool, slot, part, asked=name == asked)
            if value is None and slot.kind in _UNMISTAKABLE and not named:
                value = self._value(tool, slot, words, asked=False)
            if slot.kind == "digits" and value is not None and not _fits(tool, name, value):
                value = next((its for its in all_digits(part, asked=name == asked) if _fits(tool, name, its)), value)
            if value is not None:
                values[name] = value
                filled.append(slot.kind)
        return values

    def gather(self, turns: Sequence[Turn], tool: Tool) -> Gathered:
        """What the caller has said for the tool since it began to ask; a refused proposal's arguments stand."""
        asking, opener, values = _since_it_asks(turns, tool)
        values |= self.fill(tool, opener) if opener else {}
        for turn in asking:
            values |= self.fill(tool, turn.words, turn.asked_for(tool))
        wanted = turns[-1].asked_for(tool)
        understood = wanted is None or wanted in self.fill(tool, turns[-1].words, wanted)
        if wanted is not None and not understood:
            values.pop(wanted, None)
        words = [_with_name(turn, tool) for turn in reversed(asking)] + ([opener] if opener else [])
        return Gathered(values, tuple(words) or (turns[-1].words,), opener, understood)

    def missing(self, tool: Tool, values: Values) -> str | None:
        """The first slot that must still be asked for: required and unknown, or known but not acceptable."""
        for name in tool.slots:
            if name not in values and self._required(tool, name):
                return name
        try:
            tool.args.model_validate_json(json.dumps(values))
        except ValidationError as error:
            wrong = [str(e["loc"][0]) for e in error.errors() if e["loc"]]
            return next((name for name in tool.slots if name in wrong), None)
        return None

    def full(self, tool: Tool, words: str) -> Values | None:
        """The tool's values when the words alone give all it needs."""
        values = self.fill(tool, words) if words else {}
        return values if self.missing(tool, values) is None else None

    def _is_stray(self, tool: Tool, name: str, asked: str | None) -> bool:
        """A number nobody asked for, of a tool that needs none: it may be part of anything else that was said."""
        kinds = ("digits", "phone") if asked in tool.slots else ("digits",)
        return name != asked and tool.slots[name].kind in kinds and not self._required(tool, name)

    @staticmethod
    def _required(tool: Tool, name: str) -> bool:
        return tool.args.model_fields[name].is_required()

    def _value(self, tool: Tool, slot: Slot, words: str, *, asked: bool) -> Any:
        if slot.kind == "choice":
            return self._choice(slot, words, asked)
        if slot.kind == "text" and not asked:
            return read("text", words, self._now()) if _is_about_its_text(tool) else None
        return read(slot.kind, words, self._now(), asked=asked)

    def _choice(self, slot: Slot, words: str, asked: bool) -> str | None:
        said = _words(words)
        if not said:
            return None
        named = [value for value in slot.choices if f" {_words(value)} " in f" {said} "]
        if len(named) == 1:
            return named[0]
        choices = [(value, (_words(value), *phrases)) for value, phrases in slot.choices.items() if phrases or asked]
        score, value = next(iter(self._meaning.rank(words, choices)), (0.0, ""))
        least = ASKED_CHOICE if asked else UNASKED_CHOICE
        return value if score >= (QUESTIONED_CHOICE if asks(words) else least) else None


def _words(text: str) -> str:
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


def _next_number(slot: Slot, words: str, before: int) -> str | None:
    """Of several numbers in a row, the one after those already taken; other kinds are said once."""
    numbers = all_digits(words, asked=False) if slot.kind == "digits" else []
    return numbers[before] if len(numbers) > before else None


def _fits(tool: Tool, name: str, value: Any) -> bool:
    """Whether the slot can have that value, whatever the tool's others have."""
    try:
        tool.args.model_validate({name: value})
    except ValidationError as error:
        return all(wrong["loc"][:1] != (name,) for wrong in error.errors())
    return True


def _is_about_its_text(tool: Tool) -> bool:
    """Whether the words that mean a tool are the text it takes: so for "note what is wrong", not for a postcode."""
    return all(slot.kind in ("text", "choice") for slot in tool.slots.values())


def _part_about(name: str, words: str, tool: Tool) -> tuple[str, bool]:
    """The stretch of words about that slot, where several of the tool could be meant: "4471, postcode 10115"."""
    if len(tool.slots) == 1:
        return words, False
    marks: list[tuple[int, str]] = []
    for other in tool.slots:
        keyword = re.escape(other.split("_")[0])
        marks += [(m.start(), other) for m in re.finditer(rf"\b{keyword}\b", words, re.I)]
    marks.sort()
    if not marks:
        return words, False
    ends = [start for start, _ in marks[1:]] + [len(words)]
    for (start, whose), end in zip(marks, ends, strict=True):
        if whose == name:
            return words[start:end], True
    return words[: marks[0][0]], False


def _since_it_asks(turns: Sequence[Turn], tool: Tool) -> tuple[list[Turn], str, Values]:
    """The turns that answer the tool's questions, the words that made it ask, and what was proposed before them.

    Words on which something was tried made that happen, and not the questions that followed.
    """
    asking: list[Turn] = []
    for turn in reversed(turns):
        earlier = [attempt for attempt in turn.attempts if attempt.name == tool.name] if turn is not turns[-1] else []
        if earlier:
            return asking, "", dict(earlier[-1].args) if tool.proposes else {}
        if turn.asked_for(tool) is None:
            return asking, turn.words if turn is turns[-1] or not turn.attempts else "", {}
        asking.insert(0, turn)
    return asking, "", {}


def _with_name(turn: Turn, tool: Tool) -> str:
    asked = turn.asked_for(tool)
    return f"my {asked.replace('_', ' ')} is {turn.words}" if asked else turn.words

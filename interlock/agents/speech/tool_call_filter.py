"""What a model may hand to our tools: everything else is turned into a call of `refused_call`, which answers it.

LiveKit repairs broken JSON, keeps the last of two equal keys and answers unknown names itself; a repaired amount of
money is not what anybody asked for, and an unknown name deserves a verdict in the journal like any other proposal.
"""

import json
from collections.abc import Collection
from typing import Any

from livekit.agents import llm

from interlock.guards.base import ARGS_LIMIT_BYTES, ARGS_LIMIT_DEPTH

REFUSED_CALL = "refused_call"
CALLS_LIMIT = 128
"""Tool calls of one generation that are looked at; a model that makes more is not asking for anything."""
NAME_LIMIT = 64
TOO_DEEP = f"the arguments are nested deeper than {ARGS_LIMIT_DEPTH} levels"


class Malformed(ValueError):
    """Arguments that are not what JSON or our limits allow; the text holds none of them."""


class ToolCallFilter:
    """Looks at the tool calls of one generation: `offered` are the tools it was shown.

    A call repeated in it runs once. `taken_ids` are those of all generations so far: some providers number each answer
    from zero, so an id that was used before says nothing, and the call gets another. `ignored` counts the calls beyond
    `CALLS_LIMIT`, and those of an answer in which none are allowed.
    """

    def __init__(self, offered: Collection[str], taken_ids: set[str]) -> None:
        self._offered = frozenset(offered)
        self._taken_ids = taken_ids
        self._seen: set[int] = set()
        self._count = 0
        self.ignored = 0

    def admit(self, calls: list[llm.FunctionToolCall]) -> list[llm.FunctionToolCall]:
        """The calls to run: sound ones as they are, others as `refused_call`, repeated ones not at all."""
        return [sound for call in calls if (sound := self._one(call)) is not None]

    def ignore_all(self, calls: list[llm.FunctionToolCall]) -> list[llm.FunctionToolCall]:
        """None of the calls: this answer may not have any."""
        self.ignored += len(calls)
        return []

    def _one(self, call: llm.FunctionToolCall) -> llm.FunctionToolCall | None:
        self._count += 1
        if self._count > CALLS_LIMIT:
            self.ignored += 1
            return None
        content = hash((call.call_id, call.name, call.arguments))
        if call.call_id and content in self._seen:
            return None
        self._seen.add(content)
        if call.call_id in self._taken_ids:
            call = call.model_copy(update={"call_id": f"{call.call_id}~{len(self._taken_ids)}"})
        self._taken_ids.add(call.call_id)
        if call.name not in self._offered:
            return _refused(call, "")
        try:
            arguments = read_arguments(call.arguments)
        except Malformed as error:
            return _refused(call, str(error))
        return call.model_copy(update={"arguments": arguments})


def read_arguments(text: str | None) -> str:
    """One JSON object, read strictly and written plainly; null and an empty list are none. Raises `Malformed`."""
    text = text or "{}"
    size = len(text.encode(errors="replace"))
    if size > ARGS_LIMIT_BYTES:
        raise Malformed(f"the arguments have {size} bytes, expected at most {ARGS_LIMIT_BYTES}")
    try:
        value = json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_constant)
    except RecursionError:
        raise Malformed(TOO_DEEP) from None
    except json.JSONDecodeError as error:
        raise Malformed(f"the arguments are not JSON (character {error.pos})") from None
    except Malformed:
        raise
    except ValueError:  # Python reads no integer of more than 4300 digits
        raise Malformed("a number has too many digits") from None
    if value is None or value == []:
        value = {}
    if not isinstance(value, dict):
        raise Malformed(f"the arguments are a {type(value).__name__}, expected an object")
    return _written(value)


def _written(value: dict[str, Any]) -> str:
    _check_depth(value, ARGS_LIMIT_DEPTH)
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError:  # 1e999 is JSON, and infinite
        raise Malformed("a number is too large") from None


def _check_depth(value: Any, left: int) -> None:
    """LiveKit and pydantic recurse into what they read, and not in a way anybody would hear of."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    if inner is None:
        return
    if left == 0:
        raise Malformed(TOO_DEEP)
    for each in inner:
        _check_depth(each, left - 1)


def _refused(call: llm.FunctionToolCall, why: str) -> llm.FunctionToolCall:
    arguments = json.dumps({"tool": call.name[:NAME_LIMIT], "why": why})
    return call.model_copy(update={"name": REFUSED_CALL, "arguments": arguments})


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("an argument is given twice")
    return found


def _no_constant(name: str) -> Any:
    raise Malformed(f"{name} is not a number JSON has")

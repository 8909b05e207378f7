"""What a model may hand to our tools: everything else is turned into a call of `refused_call`, which answers it.

LiveKit repairs broken JSON, keeps the last of two equal keys and answers unknown names itself; a repaired amount of
money is not what anybody asked for, and an unknown name deserves a verdict in the journal like any other proposal.
"""

import json
from collections.abc import Collection
from typing import Any

from livekit.agents import llm

from agents.record import known_name
from guards.base import ARGS_LIMIT_BYTES, ARGS_LIMIT_DEPTH

REFUSED_CALL = "refused_call"
CALLS_LIMIT = 128
"""Tool calls of one generation that are looked at; a model that makes more is not asking for anything."""


class Malformed(ValueError):
    """Arguments that are not what JSON or our limits allow; the text holds none of them."""


class Sieve:
    """Looks at the tool calls of one generation: `offered` are the tools it was shown."""

    def __init__(self, offered: Collection[str], seen_ids: dict[str, tuple[str, str]]) -> None:
        self._offered = frozenset(offered)
        self._seen_ids = seen_ids
        self._count = 0

    def pass_on(self, calls: list[llm.FunctionToolCall]) -> list[llm.FunctionToolCall]:
        """The calls to run: sound ones as they are, others as `refused_call`, repeated ones not at all."""
        return [sound for call in calls if (sound := self._one(call)) is not None]

    def _one(self, call: llm.FunctionToolCall) -> llm.FunctionToolCall | None:
        self._count += 1
        if self._count > CALLS_LIMIT:
            return None
        content = (call.name, call.arguments)
        if self._seen_ids.get(call.call_id) == content:
            return None
        if call.call_id in self._seen_ids:
            call = call.model_copy(update={"call_id": f"{call.call_id}~{self._count}"})
        self._seen_ids[call.call_id] = content
        if call.name not in self._offered:
            return _refused(call, "")
        try:
            arguments = read_arguments(call.arguments)
        except Malformed as error:
            return _refused(call, str(error))
        return call.model_copy(update={"arguments": json.dumps(arguments)})


def read_arguments(text: str | None) -> dict[str, Any]:
    """One JSON object, read strictly. Raises `Malformed`."""
    text = text or "{}"
    size = len(text.encode(errors="replace"))
    if size > ARGS_LIMIT_BYTES:
        raise Malformed(f"the arguments have {size} bytes, expected at most {ARGS_LIMIT_BYTES}")
    try:
        value = json.loads(text, object_pairs_hook=_once_each, parse_constant=_no_constant)
    except RecursionError:
        raise Malformed(f"the arguments are nested deeper than {ARGS_LIMIT_DEPTH} levels") from None
    except json.JSONDecodeError as error:
        raise Malformed(f"the arguments are not JSON (character {error.pos})") from None
    if not isinstance(value, dict):
        raise Malformed(f"the arguments are a {type(value).__name__}, expected an object")
    return value


def _refused(call: llm.FunctionToolCall, why: str) -> llm.FunctionToolCall:
    arguments = json.dumps({"tool": call.name[:64], "why": why, "fit": known_name(call.name)})
    return call.model_copy(update={"name": REFUSED_CALL, "arguments": arguments})


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("an argument is given twice")
    return found


def _no_constant(name: str) -> Any:
    raise Malformed(f"{name} is not a number JSON has")

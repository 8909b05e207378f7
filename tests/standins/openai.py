"""A stand-in for OpenAI's chat completions, streamed: answers come from a script or from a function.

Own, because llmock 0.2.2 takes neither a function nor a fault on demand (its faults are rates), and needs FastAPI.
"""

import inspect
import itertools
import json
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from typing import Any, ClassVar

from aiohttp import web

from interlock.app.offline.scripted import Asks, Says
from tests.standins.server import StandIn

Message = Mapping[str, Any]
Tool = Mapping[str, Any]
Brain = Callable[[list[Message], list[Tool]], Says | str | Awaitable[Says | str]]
"""What answers a request: `(messages, tools)` as OpenAI words them, to words, tool calls or both."""

ARGUMENTS_AT_ONCE = 12
"""Characters of a tool call's arguments in one delta."""


class OpenAI(StandIn):
    """Takes `script` answer by answer, then asks `brain`; without one it answers "" once the script is through.

    `scripts` holds scripts of single calls, by the `user` of the request (`openai.LLM(user=...)`). An answer that is
    cut is used up; one that never begins (429, 5xx, silent) is not. `Says.error` is not spoken here: use `fail`.
    """

    NAME: ClassVar[str] = "openai"
    PATH: ClassVar[str] = "/v1"

    def __init__(
        self,
        script: Iterable[Says | str] = (),
        *,
        brain: Brain | None = None,
        scripts: Mapping[str, Iterable[Says | str]] | None = None,
        port: int = 0,
    ) -> None:
        super().__init__(port=port)
        self.script = deque(script)
        self.scripts = {user: deque(answers) for user, answers in (scripts or {}).items()}
        self.brain = brain
        self._ids = itertools.count(1)

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Chat completions, and the list of models."""
        return [web.post("/v1/chat/completions", self._chat), web.get("/v1/models", self._models)]

    async def _models(self, request: web.Request) -> web.StreamResponse:
        self.log.add("models", self.faults.now)
        model = {"id": "gpt-4.1-mini", "object": "model", "created": 0, "owned_by": "stand-in"}

        async def pieces() -> list[bytes]:
            return [json.dumps({"object": "list", "data": [model]}).encode()]

        return await self.stream(request, pieces, "application/json")

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            return self.refusal(401, "Authorization is missing, expected Bearer KEY")
        if (wrong := complaint_about(body)) is not None:
            return self.refusal(400, wrong)
        self.log.add("chat", self.faults.now, body=body)

        async def pieces() -> Iterator[bytes]:
            return self._events(body["model"], await self._answer(body))

        return await self.stream(request, pieces, "text/event-stream")

    async def _answer(self, body: Mapping[str, Any]) -> Says:
        script = self.scripts.get(body.get("user", ""), self.script)
        given: Says | str | Awaitable[Says | str] = ""
        if script:
            given = script.popleft()
        elif self.brain is not None:
            given = self.brain(body["messages"], body.get("tools", []))
        if inspect.isawaitable(given):
            given = await given
        answer = Says(given) if isinstance(given, str) else given
        if answer.gate is not None:
            await answer.gate.wait()
        return answer

    def _events(self, model: str, answer: Says) -> Iterator[bytes]:
        shared = {"id": f"chatcmpl-{next(self._ids)}", "created": 0, "model": model, "object": "chat.completion.chunk"}
        deltas = list(self._deltas(answer))
        for delta in deltas:
            yield event(shared | {"choices": [choice(delta)], "usage": None})
        finish = "tool_calls" if answer.calls else "stop"
        yield event(shared | {"choices": [choice({}, finish)], "usage": None})
        usage = {"prompt_tokens": 1, "completion_tokens": len(deltas), "total_tokens": len(deltas) + 1}
        yield event(shared | {"choices": [], "usage": usage})
        yield b"data: [DONE]\n\n"

    def _deltas(self, answer: Says) -> Iterator[dict[str, Any]]:
        yield {"role": "assistant", "content": ""}
        for words in answer.chunks or words_of(answer.text):
            yield {"content": words}
        for index, call in enumerate(answer.calls):
            yield from self._call(index, call)

    def _call(self, index: int, call: Asks) -> Iterator[dict[str, Any]]:
        arguments = call.raw if call.raw is not None else json.dumps(dict(call.args))
        named = {"id": call.id or f"call_{next(self._ids)}", "type": "function"}
        yield {"tool_calls": [named | {"index": index, "function": {"name": call.name, "arguments": ""}}]}
        for at in range(0, len(arguments), ARGUMENTS_AT_ONCE):
            piece = {"arguments": arguments[at : at + ARGUMENTS_AT_ONCE]}
            yield {"tool_calls": [{"index": index, "function": piece}]}


def event(body: Mapping[str, Any]) -> bytes:
    """One server-sent event."""
    return b"data: " + json.dumps(body).encode() + b"\n\n"


def choice(delta: Mapping[str, Any], finish: str | None = None) -> dict[str, Any]:
    """The only choice of a chunk."""
    return {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}


def words_of(text: str) -> list[str]:
    """The text in the pieces a model would stream, blanks kept."""
    first, *rest = text.split(" ")
    return [piece for piece in (first, *(f" {word}" for word in rest)) if piece]


def complaint_about(body: Mapping[str, Any]) -> str | None:
    """What OpenAI would refuse the request for."""
    if not body.get("stream"):
        return "stream is false, expected true: this stand-in only streams"
    if not body.get("messages"):
        return "messages is empty, expected at least one"
    return broken_calls(body["messages"])


def broken_calls(messages: Iterable[Message]) -> str | None:
    """The first tool result without its call, or call without its result: OpenAI refuses both with 400."""
    open_calls: set[str] = set()
    for at, message in enumerate(messages):
        if message["role"] == "tool":
            if message["tool_call_id"] not in open_calls:
                return f"messages[{at}] answers {message['tool_call_id']!r}, expected a call of the message before"
            open_calls.discard(message["tool_call_id"])
            continue
        if open_calls:
            return f"messages[{at}] comes before the results of {sorted(open_calls)}, expected those first"
        open_calls = {call["id"] for call in message.get("tool_calls") or ()}
    return f"no result of {sorted(open_calls)}, expected one for each call" if open_calls else None

"""A model that says what a script tells it to, and misbehaves on demand."""

import asyncio
import itertools
import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from livekit.agents import DEFAULT_API_CONNECT_OPTIONS, APIConnectOptions, llm


@dataclass(frozen=True, slots=True)
class Asks:
    """One tool call of the model; `raw` is sent instead of `args` and need not be JSON."""

    name: str
    args: Mapping[str, Any] = field(default_factory=dict)
    raw: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Says:
    """What the model answers to one request: words, tool calls, or an error after them.

    `gate` holds the answer back until it is set, `hold` its end; `chunks` sends the words in pieces.
    """

    text: str = ""
    calls: tuple[Asks, ...] = ()
    error: Exception | None = None
    gate: asyncio.Event | None = None
    hold: asyncio.Event | None = None
    chunks: tuple[str, ...] = ()


class ScriptedModel(llm.LLM[Any]):
    """Answers request after request with the next entry of its script, and with nothing once it is through.

    `asked` keeps what each request held. `then` replaces the empty answer after the script's end.
    """

    def __init__(self, script: Iterable[Says] = (), *, then: Callable[[], Says] = Says) -> None:
        super().__init__()
        self.script = deque(script)
        self.asked: list[llm.ChatContext] = []
        self.shown: list[list[str]] = []
        self._then = then
        self._ids = itertools.count(1)

    @property
    def model(self) -> str:
        """The name reported in metrics."""
        return "scripted"

    def add(self, *answers: Says) -> None:
        """Go on with these answers after the ones there are."""
        self.script.extend(answers)

    def chat(
        self,
        *,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool] | None = None,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
        **_: Any,
    ) -> llm.LLMStream:
        """The next answer of the script, whatever is asked; the request is kept for a test to look at."""
        self.asked.append(chat_ctx.copy())
        self.shown.append([tool.id for tool in tools or []])
        answer = self.script.popleft() if self.script else self._then()
        return _Stream(self, answer, chat_ctx=chat_ctx, tools=tools or [], conn_options=conn_options)

    def new_id(self) -> str:
        """A tool call id not used before."""
        return f"scripted_{next(self._ids)}"


class _Stream(llm.LLMStream):
    def __init__(self, model: ScriptedModel, answer: Says, **given: Any) -> None:
        self._model = model
        self._answer = answer
        super().__init__(model, **given)

    async def _run(self) -> None:
        answer = self._answer
        if answer.gate is not None:
            await answer.gate.wait()
        for words in answer.chunks or ((answer.text,) if answer.text else ()):
            self._send(llm.ChoiceDelta(role="assistant", content=words))
        for call in answer.calls:
            self._send(llm.ChoiceDelta(role="assistant", tool_calls=[self._tool_call(call)]))
        if answer.hold is not None:
            await answer.hold.wait()
        if answer.error is not None:
            raise answer.error

    def _send(self, delta: llm.ChoiceDelta) -> None:
        self._event_ch.send_nowait(llm.ChatChunk(id="scripted", delta=delta))

    def _tool_call(self, call: Asks) -> llm.FunctionToolCall:
        arguments = call.raw if call.raw is not None else json.dumps(dict(call.args))
        return llm.FunctionToolCall(name=call.name, arguments=arguments, call_id=call.id or self._model.new_id())

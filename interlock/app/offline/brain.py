"""The offline brain: a tool-choosing stand-in for a model behind LiveKit's LLM interface."""

import asyncio
import json
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from livekit.agents import DEFAULT_API_CONNECT_OPTIONS, NOT_GIVEN, APIConnectOptions, llm, utils
from livekit.agents.types import NotGivenOr

from interlock.agents.tools import Tool
from interlock.app.offline.choosing import Chooser, Do, Say
from interlock.app.offline.meaning import Meaning


class OfflineBrain(llm.LLM[Any]):
    """Chooses among tools that carry a `spec` (interlock.agents.tools.Tool) by sentence embeddings; other tools it
    leaves alone.

    It reads the conversation only, no instructions, and keeps nothing of a call. `now` gives "tomorrow" its date and
    its time zone; `model` is a folder with `model.onnx` and `tokenizer.json`. Loads when made, 0.2 s and 180 MB, or
    `when_needed`, off the event loop; raises `OfflineModelError` when the extra is missing.
    """

    def __init__(
        self, *, now: Callable[[], datetime] | None = None, model: Path | None = None, when_needed: bool = False
    ) -> None:
        super().__init__()
        self._chooser = cache(lambda: Chooser(Meaning(model), now or _local_time))
        if not when_needed:
            self._chooser()

    @property
    def model(self) -> str:
        """The model's name, as LiveKit's metrics have it."""
        return "all-MiniLM-L6-v2-int8"

    @property
    def provider(self) -> str:
        """Who serves it: this process."""
        return "offline"

    def chat(
        self,
        *,
        chat_ctx: llm.ChatContext,
        tools: list[llm.Tool] | None = None,
        conn_options: APIConnectOptions = DEFAULT_API_CONNECT_OPTIONS,
        parallel_tool_calls: NotGivenOr[bool] = NOT_GIVEN,
        tool_choice: NotGivenOr[llm.ToolChoice] = NOT_GIVEN,
        extra_kwargs: NotGivenOr[dict[str, Any]] = NOT_GIVEN,
    ) -> llm.LLMStream:
        """One answer: a sentence or one tool call; with `tool_choice="none"` a sentence."""
        return _Answer(
            self,
            self._chooser,
            may_call=tool_choice != "none",
            chat_ctx=chat_ctx,
            tools=tools or [],
            conn_options=conn_options,
        )


class _Answer(llm.LLMStream):
    def __init__(self, brain: OfflineBrain, chooser: Callable[[], Chooser], *, may_call: bool, **stream: Any) -> None:
        super().__init__(brain, **stream)
        self._chooser = chooser
        self._may_call = may_call

    async def _run(self) -> None:
        specs = [getattr(tool, "spec", None) for tool in self._tools]
        offered = [spec for spec in specs if isinstance(spec, Tool)]
        context = self._chat_ctx.copy()
        decision = await asyncio.to_thread(lambda: self._chooser().choose(context, offered, may_call=self._may_call))
        self._event_ch.send_nowait(llm.ChatChunk(id=utils.shortuuid("offline_"), delta=_delta(decision)))


def _delta(decision: Say | Do) -> llm.ChoiceDelta:
    if isinstance(decision, Say):
        return llm.ChoiceDelta(role="assistant", content=decision.text)
    call = llm.FunctionToolCall(
        name=decision.name, arguments=json.dumps(decision.args), call_id=utils.shortuuid("call_")
    )
    return llm.ChoiceDelta(role="assistant", tool_calls=[call])


def _local_time() -> datetime:
    return datetime.now().astimezone()

"""A turn's answer: the model's, or else the spare's, or else one honest line. Never silence (I7)."""

from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import structlog
from livekit.agents import FlushSentinel, ModelSettings, llm

from agents.clock import done_within, no_gap
from agents.record import RECORD_LIMIT_S, Line
from agents.sieve import Sieve

if TYPE_CHECKING:
    from agents.call import Call

log = structlog.get_logger("interlock.call")

LAST_RESORT = "I am sorry, I did not get that. Could you say it again, please?"

CHUNK_LIMIT_S = 8.0
"""How long a model may send nothing before it counts as failed."""

Chunk = llm.ChatChunk | str | FlushSentinel


def words_of(chunk: Chunk) -> str:
    """What of a chunk is spoken."""
    if isinstance(chunk, llm.ChatChunk):
        return (chunk.delta.content or "") if chunk.delta is not None else ""
    return chunk if isinstance(chunk, str) else ""


def calls_of(chunk: Chunk) -> list[llm.FunctionToolCall]:
    """The tool calls in a chunk."""
    return chunk.delta.tool_calls if isinstance(chunk, llm.ChatChunk) and chunk.delta is not None else []


def without_words(chunk: Chunk) -> Chunk:
    """The chunk, with nothing to be spoken."""
    if isinstance(chunk, llm.ChatChunk) and chunk.delta is not None:
        return chunk.model_copy(update={"delta": chunk.delta.model_copy(update={"content": None})})
    return "" if isinstance(chunk, str) else chunk


class Answer:
    """Streams one generation and notes what came of it."""

    def __init__(self, call: "Call", sieve: Sieve, *, tools_allowed: bool) -> None:
        self._call = call
        self._sieve = sieve
        self._tools_allowed = tools_allowed
        self.spoke = False
        self.called = False

    @property
    def empty(self) -> bool:
        """Whether the caller would hear nothing of this and no tool would run."""
        return not self.spoke and not self.called

    async def sifted(self, chunks: AsyncIterable[Any]) -> AsyncGenerator[Chunk, None]:
        """The chunks, unsound tool calls turned into refused ones. Raises `TimeoutError` where the model stops dead."""
        async with aclosing(no_gap(self._call.clock, CHUNK_LIMIT_S, chunks)) as stream:
            async for chunk in stream:
                if isinstance(chunk, llm.ChatChunk) and chunk.delta is not None:
                    self.spoke = self.spoke or bool(chunk.delta.content and chunk.delta.content.strip())
                    if chunk.delta.tool_calls:
                        chunk = self._sift(chunk, chunk.delta)
                elif isinstance(chunk, str):
                    self.spoke = self.spoke or bool(chunk.strip())
                yield chunk

    def _sift(self, chunk: llm.ChatChunk, delta: llm.ChoiceDelta) -> llm.ChatChunk:
        calls = (self._sieve.pass_on if self._tools_allowed else self._sieve.stop)(delta.tool_calls)
        self.called = self.called or bool(calls)
        return chunk.model_copy(update={"delta": delta.model_copy(update={"tool_calls": calls})})


async def reply(
    call: "Call", main: AsyncIterable[Any], sieve: Sieve, context: llm.ChatContext, tools: list[Any], settings: Any
) -> AsyncGenerator[Chunk, None]:
    """The model's answer; where it fails or says nothing, the spare model's; where that does too, `LAST_RESORT`.

    A failure after words were spoken is answered too, unless a tool call is already on its way: then that answers.
    """
    tools_allowed = not isinstance(settings, ModelSettings) or settings.tool_choice != "none"
    async with aclosing(_answered(call, main, sieve, context, tools, tools_allowed)) as chunks:
        async for chunk in chunks:
            yield chunk
    if sieve.ignored:
        call.spawn(call.note_if_possible(Line("calls.ignored", {"count": sieve.ignored, "state": call.state})))


async def _answered(
    call: "Call",
    main: AsyncIterable[Any],
    sieve: Sieve,
    context: llm.ChatContext,
    tools: list[Any],
    tools_allowed: bool,
) -> AsyncGenerator[Chunk, None]:
    answer = Answer(call, sieve, tools_allowed=tools_allowed)
    why = ""
    try:
        async with aclosing(answer.sifted(main)) as chunks:
            async for chunk in chunks:
                yield chunk
    except Exception as error:
        why = type(error).__name__
    if answer.spoke and not why:
        call.trouble.turn_answered()
    if not why and not answer.empty:
        return
    await done_within(call.clock, RECORD_LIMIT_S, call.spawn(call.turn_failed(why or "silent")))
    if answer.called or call.switching:
        return
    async with aclosing(_spare(call, sieve, context, tools, tools_allowed)) as chunks:
        async for chunk in chunks:
            yield chunk


async def _spare(
    call: "Call", sieve: Sieve, context: llm.ChatContext, tools: list[Any], tools_allowed: bool
) -> AsyncGenerator[Chunk, None]:
    answer = Answer(call, sieve, tools_allowed=tools_allowed)
    if call.spare is not None:
        try:
            choice: Any = "auto" if tools_allowed else "none"
            async with call.spare.chat(chat_ctx=context, tools=tools, tool_choice=choice) as stream:
                async for chunk in answer.sifted(stream):
                    yield chunk
        except Exception as error:
            log.error("spare.failed", **call.here, error=type(error).__name__)
    if answer.empty:
        yield LAST_RESORT

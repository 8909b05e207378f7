"""A turn's answer: the model's, or else the spare's, or else one honest line. Never silence (I7)."""

import re
from collections.abc import AsyncGenerator, AsyncIterable, Collection
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

import structlog
from livekit.agents import FlushSentinel, ModelSettings, llm

from interlock.agents.call.clock import done_within, no_gap
from interlock.agents.call.draft import DraftEntry
from interlock.agents.call.record import RECORD_LIMIT_S
from interlock.agents.speech.providers import provider_of
from interlock.agents.speech.sayable import NOT_CONFIRMED, Sayable
from interlock.agents.speech.start_timeout import begins_within
from interlock.agents.speech.tool_call_filter import ToolCallFilter
from interlock.machines.base import events_of

if TYPE_CHECKING:
    from interlock.agents.call.call import Call

log = structlog.get_logger("interlock.call")

LAST_RESORT = "I am sorry, I did not get that. Could you say it again, please?"

BEGIN_LIMIT_S = 2.5
"""How long a model, with its own spares, may take until there is something to hear or to do. With what goes before it
(noticing that the caller finished) and after it (the spare, its first sound) the caller waits less than 5 s."""
CHUNK_LIMIT_S = 4.0
"""How long a model that began may send nothing before it counts as failed."""
STARTED_CHARS = 40
"""Characters without the end of a sentence from which an answer is taken to be on its way."""
_A_SENTENCE = re.compile(r"\S\s*[.!?\u2026]")

Chunk = llm.ChatChunk | str | FlushSentinel
"""A piece of what a model answers, as `Desk.llm_node` yields it."""


def words_of(chunk: Chunk) -> str:
    """What of a chunk a voice is given to speak; "" for tool calls and flushes."""
    if isinstance(chunk, llm.ChatChunk):
        return (chunk.delta.content or "") if chunk.delta is not None else ""
    return chunk if isinstance(chunk, str) else ""


def calls_of(chunk: Chunk) -> list[llm.FunctionToolCall]:
    """The tool calls a chunk brings, as the model wrote them: nothing is checked yet."""
    return chunk.delta.tool_calls if isinstance(chunk, llm.ChatChunk) and chunk.delta is not None else []


def with_words(chunk: Chunk, words: str) -> Chunk:
    """The chunk, with these words to be spoken."""
    if isinstance(chunk, llm.ChatChunk) and chunk.delta is not None:
        return chunk.model_copy(update={"delta": chunk.delta.model_copy(update={"content": words or None})})
    return words if isinstance(chunk, str) else chunk


def without_words(chunk: Chunk) -> Chunk:
    """The chunk, with nothing to be spoken."""
    return with_words(chunk, "")


def can_be_spoken(words: str) -> bool:
    """Whether an answer that begins so gives a voice something to say: a whole sentence, or much of one."""
    return len(words) >= STARTED_CHARS or _A_SENTENCE.search(words) is not None


class Generation:
    """Streams one generation and notes what came of it."""

    def __init__(
        self, call: "Call", tool_filter: ToolCallFilter, names: Collection[str], *, tools_allowed: bool
    ) -> None:
        self._call = call
        self._sayable = Sayable(names, call.happened.supports)
        self._filter = tool_filter
        self._tools_allowed = tools_allowed
        self.spoke = False
        self.called = False

    @property
    def empty(self) -> bool:
        """Whether the caller would hear nothing of this and no tool would run."""
        return not self.spoke and not self.called

    def begun(self) -> bool:
        """Whether a voice has something to say by now, which begins with a whole sentence, or a tool to run."""
        return self.called or can_be_spoken(self._sayable.visible)

    async def filtered(self, chunks: AsyncIterable[Any]) -> AsyncGenerator[Chunk, None]:
        """The chunks, unsound tool calls turned into refused ones. Raises `TimeoutError` where the model is too slow to
        begin or stops dead."""
        try:
            async with aclosing(self._in_time(chunks)) as stream:
                async for chunk in stream:
                    if isinstance(chunk, llm.ChatChunk) and chunk.delta is not None and chunk.delta.tool_calls:
                        chunk = self._filter_calls(chunk, chunk.delta)
                    yield self._said(chunk)
        except Exception:
            yield self._rest(instead="")
            raise
        if rest := self._rest(instead="" if self.called else NOT_CONFIRMED):
            yield rest

    async def _in_time(self, chunks: AsyncIterable[Any]) -> AsyncGenerator[Any, None]:
        clock = self._call.clock
        async with (
            aclosing(begins_within(clock, BEGIN_LIMIT_S, chunks, self.begun)) as began,
            aclosing(no_gap(clock, CHUNK_LIMIT_S, began)) as stream,
        ):
            async for chunk in stream:
                yield chunk

    def _said(self, chunk: Chunk) -> Chunk:
        """The chunk with what can be said by now in place of its words."""
        if not (words := words_of(chunk)):
            return chunk
        words = self._sayable.feed(words)
        self.spoke = self.spoke or bool(words.strip())
        return with_words(chunk, words)

    def _rest(self, *, instead: str) -> str:
        """What was held back until now and can be said, and a sentence `instead` of what cannot."""
        rest = self._sayable.end()
        if self._sayable.held_back:
            self._note(self._sayable.held_back)
            rest = f"{rest} {instead}" if instead and (self.spoke or rest) else rest or instead
        self.spoke = self.spoke or bool(rest.strip())
        return rest

    def _note(self, claims: list[str]) -> None:
        held = {"claims": sorted(set(claims)), "state": self._call.state}
        self._call.spawn(self._call.record_if_possible(DraftEntry("words.held_back", held)))

    def _filter_calls(self, chunk: llm.ChatChunk, delta: llm.ChoiceDelta) -> llm.ChatChunk:
        calls = (self._filter.admit if self._tools_allowed else self._filter.ignore_all)(delta.tool_calls)
        self.called = self.called or bool(calls)
        return chunk.model_copy(update={"delta": delta.model_copy(update={"tool_calls": calls})})


def names_in(call: "Call", tools: Collection[Any]) -> frozenset[str]:
    """What a model may write as if it called it: its tools, and the events of the chart."""
    return frozenset((*(str(tool.id) for tool in tools), *events_of(call.flow.machine)))


async def reply(
    call: "Call",
    main: AsyncIterable[Any],
    tool_filter: ToolCallFilter,
    context: llm.ChatContext,
    tools: list[Any],
    settings: Any,
) -> AsyncGenerator[Chunk, None]:
    """The model's answer; where it fails or says nothing, the spare model's; where that does too, `LAST_RESORT`.

    A failure after words were spoken is answered too, unless a tool call is already on its way: then that answers.
    What follows in a turn that the spare took over, after its tools or a handoff, is the spare's as well.
    """
    tools_allowed = not isinstance(settings, ModelSettings) or settings.tool_choice != "none"
    async with aclosing(_answered(call, main, tool_filter, context, tools, tools_allowed)) as chunks:
        async for chunk in chunks:
            yield chunk
    if tool_filter.ignored:
        call.spawn(
            call.record_if_possible(DraftEntry("calls.ignored", {"count": tool_filter.ignored, "state": call.state}))
        )


async def _answered(
    call: "Call",
    main: AsyncIterable[Any],
    tool_filter: ToolCallFilter,
    context: llm.ChatContext,
    tools: list[Any],
    tools_allowed: bool,
) -> AsyncGenerator[Chunk, None]:
    if not call.providers.model_failed_in(context):
        answer = Generation(call, tool_filter, names_in(call, tools), tools_allowed=tools_allowed)
        why = ""
        try:
            async with aclosing(answer.filtered(main)) as chunks:
                async for chunk in chunks:
                    yield chunk
        except Exception as error:
            why = type(error).__name__
            if isinstance(error, TimeoutError):  # ours, of which LiveKit knows nothing
                call.providers.failed("llm", why)
        if not why and not answer.empty:
            _worked(call, answer)
            return
        await done_within(call.clock, RECORD_LIMIT_S, call.spawn(call.turn_failed(why or "silent")))
        if answer.called or call.switching:
            return
        call.providers.model_failed(context)
    async with aclosing(_spare(call, tool_filter, context, tools, tools_allowed)) as chunks:
        async for chunk in chunks:
            yield chunk


def _worked(call: "Call", answer: Generation) -> None:
    call.providers.worked("llm")
    if answer.spoke:
        call.voice.model_answered()


async def _spare(
    call: "Call", tool_filter: ToolCallFilter, context: llm.ChatContext, tools: list[Any], tools_allowed: bool
) -> AsyncGenerator[Chunk, None]:
    answer = Generation(call, tool_filter, names_in(call, tools), tools_allowed=tools_allowed)
    if call.spare is not None:
        call.providers.fell_back("llm", provider_of(call.spare.label))
        try:
            choice: Any = "auto" if tools_allowed else "none"
            async with call.spare.chat(chat_ctx=context, tools=tools, tool_choice=choice) as stream:
                async for chunk in answer.filtered(stream):
                    yield chunk
        except Exception as error:
            log.error("spare.failed", **call.here, error=type(error).__name__)
    if answer.empty:
        yield LAST_RESORT

"""What becomes of a model's tool calls: read, judged by our ears, and run or proposed, within a bounded time.

No call of a tool is a step by itself: one that proposes is answered by the verdict, any other by what was found.
"""

from collections.abc import Collection, Coroutine, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from livekit.agents import RunContext, ToolError, function_tool
from livekit.agents.llm import RawFunctionTool, ToolResult
from pydantic import ValidationError

from interlock.agents.agreement import Agreement
from interlock.agents.arguments import UnfitText, fit_text, read_arguments
from interlock.agents.call.clock import within
from interlock.agents.call.deciding import for_caller
from interlock.agents.call.interlocking import AFTER_THE_END
from interlock.agents.call.journal import JournalDown
from interlock.agents.evidence.ears import Claims, claim_within
from interlock.agents.last_words import LastWords
from interlock.agents.model_reads import refusal, wrong_arguments
from interlock.agents.speech.asking import Said
from interlock.agents.speech.reply import LAST_RESORT
from interlock.agents.speech.tool_call_filter import REFUSED_CALL
from interlock.agents.tools import Tool
from interlock.guards.base import ProposalError
from interlock.guards.facts import FactsError

if TYPE_CHECKING:
    from interlock.agents.call.call import Call

log = structlog.get_logger("interlock.call")
T = TypeVar("T")

TOOL_LIMIT_S = 4.0
"""How long a look-up, or the record of a proposal, may take."""
TURN_LIMIT_S = 8.0
"""How long one tool may take, with those it waits for: tools called together run one after the other."""
NOT_NOW = (
    "That cannot be done right now. Apologise and offer a colleague. | say: I am sorry, that does not work just now. "
    "Would you like to speak to a colleague?"
)
GOODBYE_FIRST = "The goodbye is being said; the line is let go after it."
NO_GOODBYE = "No goodbye was said: the caller says something else."


class ToolCalls:
    """Those of the model that speaks for one `desk` of a call, in the epoch and for the caller it was made for."""

    def __init__(self, desk: object, call: "Call", agreement: Agreement) -> None:
        self.call = call
        self._desk = desk
        self._agreement = agreement
        self._last_words = LastWords(call)
        self._epoch = call.epoch
        self._caller = call.callers
        self._asked: dict[str, frozenset[str]] = {}
        self._heard: dict[str, Said] = {}

    def came_of(self, calls: Collection[str], said: Said, asked: frozenset[str]) -> None:
        """The model made these calls (by their ids) of what the caller `said`, with these messages of theirs open."""
        self._asked.update((its, asked) for its in calls)
        self._heard.update((its, said) for its in calls)

    def for_livekit(self, tool: Tool) -> RawFunctionTool[Any, Any]:
        """The tool as LiveKit has a model call it."""

        async def run(raw_arguments: dict[str, object], context: RunContext[Any]) -> Any:
            return await self._in_time(TURN_LIMIT_S, self._in_turn(tool, raw_arguments, context))

        made = function_tool(run, raw_schema=tool.schema())
        made.spec = tool  # type: ignore[attr-defined]
        return made

    def refused_call(self) -> RawFunctionTool[Any, Any]:
        """Answers a call that never became one of a tool: see `ToolCallFilter`."""

        async def run(raw_arguments: dict[str, object], context: RunContext[Any]) -> Any:
            for_caller(self._caller)
            name, why = str(raw_arguments.get("tool", "")), str(raw_arguments.get("why", ""))
            work = self._misunderstood(name, why) if why else self._propose(name, {}, context)
            return await self._in_time(TURN_LIMIT_S, work)

        parameters: dict[str, Any] = {"type": "object", "properties": {}}
        return function_tool(run, raw_schema={"name": REFUSED_CALL, "parameters": parameters})

    async def _in_turn(self, tool: Tool, raw: dict[str, object], context: RunContext[Any]) -> Any:
        for_caller(self._caller)
        async with self.call.in_turn:
            return await self._run(tool, raw, context)

    async def _in_time(self, limit_s: float, work: Coroutine[Any, Any, T]) -> T:
        try:
            return await within(self.call.clock, limit_s, work)
        except TimeoutError as error:
            log.warning("tool.failed", **self.call.here, error=type(error).__name__)
            raise ToolError(NOT_NOW) from None

    async def _misunderstood(self, name: str, why: str) -> ToolResult:
        raise await self._malformed(name, why)

    async def _run(self, tool: Tool, raw: dict[str, object], context: RunContext[Any]) -> Any:
        try:
            args = read_arguments(tool, fit_text(tool, raw))
        except UnfitText as error:
            raise await self._malformed(tool.name, str(error)) from None
        except ValidationError as error:
            raise await self._malformed(tool.name, wrong_arguments(tool, error)) from None
        claims = self.call.ears.judge(tool, args)
        if claims.number and claims.number != self.call.facts.number_heard:
            with suppress(FactsError):  # somebody else has the caller's place by now
                await self.call.establish(number_heard=claims.number)
        said = self._heard.get(context.function_call.call_id, Said())
        heard = {name: argument.of(said.answer) for name, argument in tool.heard.items()}
        if tool.proposes:
            return await self._propose(tool.name, claims.with_evidence() | heard, context)
        found = await self._noted(tool, claims, heard)
        if isinstance(found, ToolResult) and not found.reply_required:  # it was an answer itself
            self.call.hearing.answered(self._asked.pop(context.function_call.call_id, ()))
        return found

    async def _noted(self, tool: Tool, claims: Claims, heard: Mapping[str, str]) -> Any:
        """What the tool answers to what can be meant; what cannot is left out, and the model told what is wrong."""
        missing = [name for name in claims.wrong if tool.args.model_fields[name].is_required()]
        if missing or (claims.wrong and len(claims.wrong) == len(claims.args)):
            await self.call.malformed(tool.name, "; ".join(f"{name}: impossible" for name in sorted(claims.wrong)))
            raise ToolError(claims.what_is_wrong(tool))
        possible = replace(claims, args={k: v for k, v in claims.args.items() if k not in claims.wrong})
        end = claim_within(possible)
        try:
            found = await self._look_up(tool, {**possible.args, **heard})
        finally:
            end()
        if not claims.wrong or not isinstance(found, str):
            return found
        return f"{found.partition(' | say: ')[0]} {claims.what_is_wrong(tool)}"

    async def _propose(self, event: str, args: dict[str, Any], context: RunContext[Any]) -> ToolResult:
        call_id = context.function_call.call_id
        said = self._heard.get(call_id, Said())
        args |= self._agreement.consent(event, args, said)
        seen = AFTER_THE_END if self.call.parting.under_way else self._epoch
        try:
            if words := self._last_words.before(event, args, seen):
                return await self._part(words, event, args, call_id)
            work = self.call.propose(event, args, seen_epoch=seen, tool_call_id=call_id)
            verdict = await self._in_time(TOOL_LIMIT_S, work)
        except JournalDown:
            raise ToolError(NOT_NOW) from None
        except ProposalError as error:
            raise await self._malformed(event, str(error)) from None
        if verdict.accepted:
            if "consent" in args:
                self.call.asking.use_up(said)
            self.call.hearing.answered(self._asked.pop(call_id, ()))
            return ToolResult("accepted", reply_required=False)
        if verdict.kind in ("stale", "terminated") or self.call.switching:
            return ToolResult(verdict.reason, reply_required=False)
        if asked := self._agreement.ask(event, args, verdict):
            self.call.hearing.answered(self._asked.pop(call_id, ()))
            return asked
        raise ToolError(refusal(verdict))

    async def _part(self, words: str, event: str, args: dict[str, Any], call_id: str) -> ToolResult:
        if not await self._last_words.say(words, event, args, call_id):
            return ToolResult(NO_GOODBYE, reply_required=False)
        self.call.hearing.answered(self._asked.pop(call_id, ()))
        return ToolResult(GOODBYE_FIRST, reply_required=False)

    async def _look_up(self, tool: Tool, args: dict[str, Any]) -> Any:
        try:
            found = await within(self.call.clock, TOOL_LIMIT_S, tool.body(self._desk, **args))
        except ToolError:
            raise
        except FactsError as error:
            await self.call.failures.tool_failed()
            raise ToolError(f"That could not be noted ({error}). Ask the caller to say it again.") from None
        except Exception as error:
            log.warning("tool.failed", **self.call.here, tool=tool.name, error=type(error).__name__)
            await self.call.failures.tool_failed()
            raise ToolError(NOT_NOW) from None
        self.call.failures.tool_worked()
        self.call.happened.tool_worked(tool.name)
        return found

    async def _malformed(self, name: str, why: str) -> ToolError:
        await self.call.malformed(name, why)
        return ToolError(f"The call was not understood: {why}. Call the tool again, properly. | say: {LAST_RESORT}")

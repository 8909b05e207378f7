"""The agent every desk is: its state's events as tools, the conversation carried over, a word on entry."""

from collections.abc import AsyncGenerator, AsyncIterable, Coroutine, Mapping
from contextlib import aclosing, suppress
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar
from zoneinfo import ZoneInfo

import structlog
from livekit import rtc
from livekit.agents import NOT_GIVEN, Agent, ModelSettings, RunContext, ToolError, function_tool, llm
from livekit.agents.llm import RawFunctionTool, ToolResult
from pydantic import ValidationError
from statemachine import HistoryState

from interlock.agents.agreement import Agreement
from interlock.agents.arguments import UnfitText, fit_text, read_arguments
from interlock.agents.call.clock import within
from interlock.agents.call.deciding import for_caller
from interlock.agents.call.farewell import APOLOGY
from interlock.agents.call.interlocking import AFTER_THE_END, CALLER_CHANGED
from interlock.agents.call.journal import JournalDown
from interlock.agents.call.recording import MAY_WE_RECORD, is_plain
from interlock.agents.caller.absence import CUT_OFF
from interlock.agents.caller.words_in import take_in
from interlock.agents.evidence.ears import Claims, claim_within
from interlock.agents.speech.asking import Said
from interlock.agents.speech.carryover import carried_context
from interlock.agents.speech.lines import LineKind, SpokenLine
from interlock.agents.speech.reply import LAST_RESORT, Chunk, calls_of, reply, without_words, words_of
from interlock.agents.speech.tool_call_filter import REFUSED_CALL, ToolCallFilter
from interlock.agents.tools import Tool, tools_of
from interlock.guards.base import ProposalError
from interlock.guards.characters import plain_text
from interlock.guards.facts import FactsError
from interlock.machines.base import Machine, is_over, may_end, proposers_of, transitions_of
from interlock.machines.decide import Verdict

if TYPE_CHECKING:
    from interlock.agents.call.call import Call
    from interlock.agents.call.resume import Resuming

log = structlog.get_logger("interlock.call")
T = TypeVar("T")

TOOL_LIMIT_S = 4.0
"""How long a look-up, or the record of a proposal, may take."""
TURN_LIMIT_S = 8.0
"""How long one tool may take, with those it waits for: tools called together run one after the other."""
HEARD_LIMIT = 1000
"""How many characters of what the caller said last a `Heard` or an `Answer` argument is made of: the last ones."""
NOT_NOW = (
    "That cannot be done right now. Apologise and offer a colleague. | say: I am sorry, that does not work just now. "
    "Would you like to speak to a colleague?"
)
WHO_IS_THERE = "Who am I speaking to, please, and what can I do for you?"
"""What is asked of somebody who takes the caller's place in a call: nothing is known of them."""
GOODBYE_FIRST = "The goodbye is being said; the line is let go after it."
NO_GOODBYE = "No goodbye was said: the caller says something else."
HOUSE_RULES = """
You are on the phone: answer in one or two short sentences, without lists or markup.
What you may do next is decided for you: ask for a step with a tool, and if it is refused, do what the refusal says.
Never say that something was done before a tool said so. Never promise a transfer: ask for it with a tool.
"""


class Desk(Agent):
    """One agent of a flow's cast; a fresh one for each entry.

    A subclass gives `INSTRUCTIONS`, `OPENING` (said on entry; empty lets the model go on from what was said),
    `OPENINGS` (for particular events), whether its opening is `UNBROKEN` (a safety line: nobody can talk over it and
    nothing is said before it), the name of its opening as a `LINE` that `told` can ask for (its state's, where none is
    given), the fact its opening `ASKS_FOR`, its tools, and a `VOICE` where it has one of its own: a role such as
    "billing", for which `Call.voices` has a voice or not, and `Call.models` a language model. One that `PARTS` has its
    opening said as the goodbye of the desk before it.
    """

    INSTRUCTIONS: ClassVar[str] = ""
    OPENING: ClassVar[str] = ""
    OPENINGS: ClassVar[Mapping[str, str]] = {}
    UNBROKEN: ClassVar[bool] = False
    LINE: ClassVar[str] = ""
    ASKS_FOR: ClassVar[str] = ""
    VOICE: ClassVar[str] = ""
    PARTS: ClassVar[bool] = False

    def __init__(self, call: "Call", event: str, **models: Any) -> None:
        self.call = call
        self.event = event
        self.first_words = ""
        self._opens_later: str | None = None
        self._epoch = call.epoch
        self._caller = call.callers
        self._asked: dict[str, frozenset[str]] = {}
        self._heard: dict[str, Said] = {}
        self._taken_ids: set[str] = set()
        self._offered = _tools_here(type(self), call.offered())
        self._agreement = Agreement(self, call, self._offered)
        super().__init__(
            instructions=f"{self.INSTRUCTIONS.strip()}\n{HOUSE_RULES}\n{known_facts(call, self.clock_zone())}",
            tools=[*(self._livekit_tool(tool) for tool in self._offered.values()), self._refused_call_tool()],
            tts=call.voices.get(self.VOICE, NOT_GIVEN),
            llm=call.models.get(self.VOICE, NOT_GIVEN),
            **models,
        )

    @property
    def facts(self) -> Any:
        """What is known now. A flow's desks annotate it with the flow's own facts."""
        return self.call.facts

    @property
    def systems(self) -> Any:
        """The call's business systems. A flow's desks annotate it with the flow's own."""
        return self.call.services

    def clock_zone(self) -> str:
        """The zone of the day and time its model is told: where the service is, if it goes by no other calendar."""
        return str(self.call.facts.timezone)

    def opening(self) -> str:
        """What is said on entry; nothing lets the model go on from what was said.

        Who comes back is no new caller: but for a safety line, they hear what `OPENINGS` has for that, else the model
        goes on; so it does where that line asks for a fact (`ASKS_FOR`) that is known by now.
        """
        if self.UNBROKEN or not self._comes_back():
            return self.OPENINGS.get(self.event, self.OPENING)
        known = self.ASKS_FOR and getattr(self.call.facts, self.ASKS_FOR, None)
        reported = self._reported() and self.event in self.OPENINGS
        return "" if known and not reported else self.OPENINGS.get(self.event, "")

    def _comes_back(self) -> bool:
        """Whether what brought the call here leads back to where it was."""
        return self.event in _returns(self.call.flow.machine)

    async def on_enter(self) -> None:
        """Take the conversation over, then answer what nobody answered, or say the opening, or go on."""
        if self.event == CALLER_CHANGED:  # the end of what was being said may have come meanwhile
            self.session.history.items.clear()
        context = await carried_context(self.call, self.session, self.event)
        await self.update_chat_ctx(context, exclude_invalid_function_calls=False)
        self.call.asking.moved_on(self._agreement.askable)
        words = await self.call.enter(self)
        if words is None:
            return
        try:
            self._speak_first(words)
        except Exception as error:  # as a rule the session closed, or the next agent was sent for meanwhile
            self.call.hearing.give_back(words)
            log.info("opening.unspoken", **self.call.here, error=type(error).__name__)
            self._speak_anyhow()

    def _speak_anyhow(self) -> None:
        """Whatever went wrong, the caller shall hear something: from this agent, unless there is a next one."""
        if self.call.switching:
            return
        with suppress(RuntimeError):
            last_word = self.session.say(APOLOGY if self.call.over else LAST_RESORT)
            if self.call.over:
                last_word.add_done_callback(lambda _: self.session.shutdown())

    def line(self, *, resuming: "Resuming | None" = None) -> SpokenLine:
        """The opening as a line: an outcome that our systems or an operator reported is owed, whichever desk it is."""
        if self._meets_newcomer():
            return SpokenLine("who_is_there", f"{CUT_OFF} {WHO_IS_THERE}")
        text = resuming.first_words(self.opening()) if resuming else self.opening()
        return SpokenLine(self.LINE or self.call.state, text, self._kind(resuming is not None))

    def _meets_newcomer(self) -> bool:
        """Whether somebody has to say who they are; not before a safety line was told, nor while our systems work."""
        safe = not self.UNBROKEN and self.call.state not in self.call.flow.effects
        return self.event == CALLER_CHANGED and safe

    def _kind(self, resuming: bool) -> LineKind:
        if self.UNBROKEN:
            return "unbroken"
        flow = self.call.flow
        works = self.call.state in flow.effects  # "one moment" is no outcome, the next line is
        named = bool(self.LINE) or self.event in self.OPENINGS
        return "owed" if resuming or named or (self._reported() and not works) else "plain"

    def _speak_first(self, words: str) -> None:
        resuming = self.call.resuming_once()
        line = self.line(resuming=resuming)
        answers = bool(words) or self.call.hearing.owes_an_answer
        begun = self._say_before_all(line)
        self.call.lines.say_what_is_left(answered=not self._reported(), but=begun)
        if self.call.recording.to_be_asked and line.kind == "plain":
            self._opens_later = line.text
            self.call.lines.say(MAY_WE_RECORD)
            return
        if line.kind == "owed" or (line.kind == "plain" and line.text and not answers):
            self._open_with(line)
        if answers or not line.text:
            self.session.generate_reply(user_input=words or NOT_GIVEN)

    def _say_before_all(self, line: SpokenLine) -> list[str]:
        """That a machine speaks, once a call, and what nobody may talk over; the names of what is said."""
        before = [self.call.disclosure] if self.call.lines.is_due(self.call.disclosure) else []
        if line.kind == "unbroken":
            before.append(line)
        for each in before:
            self._open_with(each)
        return [each.name for each in before]

    def _open_with(self, line: SpokenLine) -> None:
        if line.text:
            self.first_words = self.call.asking.opening = line.text
            self.call.lines.say(line)

    def _reported(self) -> bool:
        """Whether what brought the call here was reported by our systems or an operator, and not asked for."""
        if self.event == CALLER_CHANGED:
            return False
        return bool(self.event) and "agent" not in proposers_of(self.call.flow.machine, self.event)

    async def on_user_turn_completed(self, turn_ctx: llm.ChatContext, new_message: llm.ChatMessage) -> None:
        """Take what the caller said in, before it is remembered and before anybody answers it."""
        take_in(turn_ctx, self.session.history, newest=new_message)

    async def llm_node(
        self, chat_ctx: llm.ChatContext, tools: list[llm.Tool], model_settings: ModelSettings
    ) -> AsyncGenerator[Chunk, None]:
        """The model's answer, its tool calls filtered; silent when the call moved on before it began."""
        take_in(chat_ctx, self.session.history)
        said = (item.id for item in chat_ctx.items if item.type == "message" and item.role == "user")
        asked = self.call.hearing.still_open(said)
        self.call.ears.conversation(chat_ctx)
        heard = self._said(chat_ctx)
        if self._opens_later is not None and (opening := await self._may_record(self._opens_later, heard.answer)):
            self.call.hearing.answered(asked)
            yield opening
            return
        shown = [tool for tool in tools if tool.id != REFUSED_CALL]
        tool_filter = ToolCallFilter([tool.id for tool in shown], self._taken_ids)
        main = Agent.default.llm_node(self, chat_ctx, shown, model_settings)
        async with aclosing(reply(self.call, main, tool_filter, chat_ctx, shown, model_settings)) as chunks:
            late: bool | None = None
            async for chunk in chunks:
                words, calls = words_of(chunk), calls_of(chunk)
                self._asked.update((call.call_id, asked) for call in calls)
                self._heard.update((call.call_id, heard) for call in calls)
                if late is None and (words or calls):
                    late = self.call.epoch != self._epoch
                if words and not late:
                    self.call.hearing.answered(asked)
                yield without_words(chunk) if late else chunk

    async def _may_record(self, opening: str, heard: str) -> str:
        """The opening that waited for the answer, where the caller said nothing but that; else a model answers them."""
        self._opens_later = None
        with suppress(JournalDown, TimeoutError, FactsError):  # then it was not agreed to
            await within(self.call.clock, TOOL_LIMIT_S, self.call.recording.answered(heard, self._caller))
        self.first_words = opening
        return opening if is_plain(heard) else ""

    async def tts_node(
        self, text: AsyncIterable[str], model_settings: ModelSettings
    ) -> AsyncGenerator[rtc.AudioFrame, None]:
        """The sound of what is said, or a line kept as sound where the voice is dead."""
        async with aclosing(self.call.voice.speak(self, text, model_settings)) as sound:
            async for frame in sound:
                yield frame

    def _livekit_tool(self, tool: Tool) -> RawFunctionTool[Any, Any]:
        async def run(raw_arguments: dict[str, object], context: RunContext[Any]) -> Any:
            return await self._in_time(TURN_LIMIT_S, self._in_turn(tool, raw_arguments, context))

        made = function_tool(run, raw_schema=tool.schema())
        made.spec = tool  # type: ignore[attr-defined]
        return made

    def _refused_call_tool(self) -> RawFunctionTool[Any, Any]:
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
            if words := self._last_words(event, args, seen):
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

    def _last_words(self, event: str, args: dict[str, Any], seen: int) -> str:
        """What is said before the call ends by this, where it would and somebody has last words for that."""
        call = self.call
        if not may_end(call.flow.machine, event):
            return ""
        verdict = call.would(event, args, seen_epoch=seen)
        if verdict is None or not verdict.accepted or not is_over(call.flow.machine, verdict.after):
            return ""
        desk = call.flow.cast[verdict.after.state]
        return desk(call, event).opening() if desk.PARTS else ""

    async def _part(self, words: str, event: str, args: dict[str, Any], call_id: str) -> ToolResult:
        """Say goodbye, and ask for the end of the call once nobody came back."""
        call, epoch, caller = self.call, self._epoch, self._caller

        async def close() -> bool:
            for_caller(caller)
            return (await call.propose(event, args, seen_epoch=epoch, tool_call_id=call_id)).accepted

        if not await call.parting.begin(event, words, close):
            return ToolResult(NO_GOODBYE, reply_required=False)
        call.hearing.answered(self._asked.pop(call_id, ()))
        return ToolResult(GOODBYE_FIRST, reply_required=False)

    def _said(self, conversation: llm.ChatContext) -> Said:
        messages = last_messages(conversation)
        words = " ".join(item.text_content or "" for item in messages)[-HEARD_LIMIT:]
        *earlier, last = [item.id for item in messages] or [""]
        said = Said(words, self.call.lines.answer_in(words), last, tuple(earlier))
        self.call.asking.heard(said)
        return said

    async def _look_up(self, tool: Tool, args: dict[str, Any]) -> Any:
        try:
            found = await within(self.call.clock, TOOL_LIMIT_S, tool.body(self, **args))
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


def last_messages(conversation: llm.ChatContext) -> list[llm.ChatMessage]:
    """What the caller said last, in one turn or several that nobody answered in between."""
    said: list[llm.ChatMessage] = []
    for item in reversed(conversation.items):
        if item.type == "message" and item.role == "user":
            said.append(item)
        elif item.type == "message" and item.role == "assistant" and said:
            break
    return said[::-1]


def wrong_arguments(tool: Tool, error: ValidationError) -> str:
    """What is wrong with which declared argument; what a model made up is not repeated, as it goes on the record."""
    wrong = {(str(e["loc"][0]) if e["loc"] else "", e["type"]) for e in error.errors()}
    return "; ".join(sorted(f"{name if name in tool.slots else 'an argument'}: {kind}" for name, kind in wrong))


def refusal(verdict: Verdict) -> str:
    """What the model reads when a proposal is refused."""
    return f"{verdict.reason} | say: {verdict.say}" if verdict.say else verdict.reason


def known_facts(call: "Call", zone: str) -> str:
    """What is known, and which day and time it is in `zone`, for a model to read: never for a log."""
    facts = call.facts.model_dump(mode="json", include=set(type(call.facts).for_model()))
    known = {name: _in_one_line(value) for name, value in facts.items() if value not in (None, False, 0)}
    here = call.clock.now().astimezone(ZoneInfo(zone))
    facts_said = "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in known.items())
    return f"It is {here:%A, %Y-%m-%d, %H:%M} in {zone}. Known so far: {facts_said}"


def _in_one_line(value: Any) -> Any:
    """What a caller said is no line of its own among our instructions, also where it is on record from before."""
    return plain_text(value) if isinstance(value, str) else value


@cache
def _returns(machine: type[Machine]) -> frozenset[str]:
    """The events that lead back to where a call was."""
    back = [arrow for arrow in transitions_of(machine) if isinstance(arrow.target, HistoryState)]
    return frozenset(str(event) for arrow in back for event in arrow.events)


def _tools_here(desk: type[Desk], events: tuple[str, ...]) -> dict[str, Tool]:
    return {name: tool for name, tool in tools_of(desk).items() if not tool.proposes or name in events}

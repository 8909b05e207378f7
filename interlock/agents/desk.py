"""The agent every desk is: its state's events as tools, the conversation carried over, a word on entry."""

from collections.abc import AsyncGenerator, AsyncIterable, Mapping
from contextlib import aclosing, suppress
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

import structlog
from livekit import rtc
from livekit.agents import NOT_GIVEN, Agent, ModelSettings, llm
from statemachine import HistoryState

from interlock.agents.agreement import Agreement
from interlock.agents.call.clock import within
from interlock.agents.call.farewell import APOLOGY
from interlock.agents.call.journal import JournalDown
from interlock.agents.call.recording import MAY_WE_RECORD, is_plain
from interlock.agents.caller.absence import CUT_OFF
from interlock.agents.caller.words_in import take_in
from interlock.agents.model_reads import known_facts
from interlock.agents.speech.carryover import carried_context
from interlock.agents.speech.lines import LineKind, SpokenLine
from interlock.agents.speech.reply import LAST_RESORT, Chunk, calls_of, reply, without_words, words_of
from interlock.agents.speech.said import said_last
from interlock.agents.speech.tool_call_filter import REFUSED_CALL, ToolCallFilter
from interlock.agents.tool_calls import TOOL_LIMIT_S, ToolCalls
from interlock.agents.tools import Tool, tools_of
from interlock.guards.facts import FactsError
from interlock.machines.base import Machine, proposers_of, transitions_of
from interlock.machines.events import CALLER_CHANGED

if TYPE_CHECKING:
    from interlock.agents.call.call import Call
    from interlock.agents.call.resume import Resuming

log = structlog.get_logger("interlock.call")

WHO_IS_THERE = "Who am I speaking to, please, and what can I do for you?"
"""What is asked of somebody who takes the caller's place in a call: nothing is known of them."""
ONE_MOMENT = "One moment, please."
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
        self._taken_ids: set[str] = set()
        self._offered = _tools_here(type(self), call.offered())
        self._agreement = Agreement(self, call, self._offered)
        self._tool_calls = calls = ToolCalls(self, call, self._agreement)
        super().__init__(
            instructions=f"{self.INSTRUCTIONS.strip()}\n{HOUSE_RULES}\n{known_facts(call, self.clock_zone())}",
            tools=[*(calls.for_livekit(tool) for tool in self._offered.values()), calls.refused_call()],
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
            works = self.call.state in self.call.flow.effects  # for the caller before, and it is not said at what
            return SpokenLine("who_is_there", f"{CUT_OFF} {ONE_MOMENT if works else WHO_IS_THERE}")
        text = resuming.first_words(self.opening()) if resuming else self.opening()
        return SpokenLine(self.LINE or self.call.state, text, self._kind(resuming is not None))

    def _meets_newcomer(self) -> bool:
        """Whether somebody has to say who they are; not before a safety line was told."""
        return self.event == CALLER_CHANGED and not self.UNBROKEN

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
        heard = said_last(chat_ctx, self.call.lines.answer_in)
        self.call.asking.heard(heard)
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
                self._tool_calls.came_of([call.call_id for call in calls], heard, asked)
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


@cache
def _returns(machine: type[Machine]) -> frozenset[str]:
    """The events that lead back to where a call was."""
    back = [arrow for arrow in transitions_of(machine) if isinstance(arrow.target, HistoryState)]
    return frozenset(str(event) for arrow in back for event in arrow.events)


def _tools_here(desk: type[Desk], events: tuple[str, ...]) -> dict[str, Tool]:
    return {name: tool for name, tool in tools_of(desk).items() if not tool.proposes or name in events}

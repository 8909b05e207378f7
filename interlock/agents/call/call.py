"""One call: the only door to the machine, the journal and the agent that speaks."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

import structlog
from livekit.agents import Agent, AgentSession, llm, tts

from interlock.agents.call.clock import Clock, LoopClock
from interlock.agents.call.deciding import Deciding
from interlock.agents.call.effects import Effects
from interlock.agents.call.ending import REASONS, Ending
from interlock.agents.call.farewell import apologise, cut_off
from interlock.agents.call.journal import Entry, Journal, Memory
from interlock.agents.call.life import Life
from interlock.agents.call.record import Line, Record
from interlock.agents.call.remembering import Remembering
from interlock.agents.call.resume import ResumeState, Resuming, standing
from interlock.agents.call.switch import Switch
from interlock.agents.call.trouble import Trouble
from interlock.agents.caller.absence import Absence
from interlock.agents.caller.hearing import Hearing
from interlock.agents.caller.missing_transcript import MissingTranscript
from interlock.agents.caller.silence import Silence
from interlock.agents.flow import Flow
from interlock.agents.speech.kept_lines import KeptLines
from interlock.agents.speech.providers import Providers
from interlock.agents.speech.voice import Voice
from interlock.agents.telemetry.measures import Measures
from interlock.agents.telemetry.spans import HandoffSpan
from interlock.guards.base import Proposal, Proposer
from interlock.guards.facts import Facts
from interlock.machines.base import Snapshot, initial, offered
from interlock.machines.decide import Verdict

log = structlog.get_logger("interlock.call")
T = TypeVar("T")

ENTRY_NOTE_LIMIT_S = 0.25
"""How long an agent waits for its entry to be on record before it speaks: a slow journal must not cost a silence."""


class Call:
    """LiveKit's `userdata` for one conversation.

    `propose` asks the machine and returns its verdict, by then durable and, when accepted, acted on; `claim` and
    `establish` set facts. Everything else here is read-only. `services` holds the flow's business systems; `spare`
    is the model that answers when the real one fails; `voices` and `models` are those of single roles (`Desk.VOICE`),
    others speak and think with the session's; `kept_lines` holds fixed lines as sound; `slower` has a voice speak
    slower and says whether it can; `watch` sees each journal entry once it is durable.
    """

    def __init__(
        self,
        flow: Flow,
        *,
        call_id: str,
        journal: Journal,
        services: Any = None,
        clock: Clock | None = None,
        spare: llm.LLM[Any] | None = None,
        voices: Mapping[str, tts.TTS[Any]] | None = None,
        models: Mapping[str, llm.LLM[Any]] | None = None,
        kept_lines: KeptLines | None = None,
        slower: Callable[[tts.TTS[Any]], bool] = lambda voice: False,
        timezone: str = "UTC",
        watch: Callable[[Entry], None] | None = None,
        memory: Memory | None = None,
        resume_state: ResumeState | None = None,
    ) -> None:
        self.services = services
        self.spare = spare
        self.voices: Mapping[str, tts.TTS[Any]] = {} if voices is None else voices
        self.models: Mapping[str, llm.LLM[Any]] = models or {}
        self.in_turn = asyncio.Lock()
        clock = clock or LoopClock()
        snapshot, facts = initial(flow.machine), flow.facts(timezone=timezone, call_id=call_id)
        here = standing(flow, resume_state, facts) if resume_state is not None else None
        if here is not None:
            snapshot, facts = here.snapshot, here.facts
        fence, last_seq = (resume_state.fence, resume_state.last_seq) if resume_state else (1, 0)
        record = Record(journal, clock, call_id=call_id, flow=flow.name, fence=fence, last_seq=last_seq)
        self._life = life = Life(flow, record, clock, call_id=call_id, snapshot=snapshot, facts=facts)
        self._deciding = Deciding(life, self._act)
        self._effects = Effects(life, self._deciding, lambda effect, key, args: effect.run(self, key, args))
        self._resuming = (
            Resuming(life, self._deciding, self._effects, resume_state, here) if resume_state and here else None
        )
        self._first_words_due = resume_state is not None
        self._remembering = Remembering(life, memory, fence=fence, before=resume_state.turns if resume_state else ())
        if watch is not None:
            self.watch(watch)
        self.hearing = Hearing(life, self.heard_caller)
        self.trouble = Trouble(life, self._deciding, self.hearing.dealt_with)
        self._deciding.too_much, self._deciding.came_to_that = self.trouble.too_much, self.hearing.dealt_with
        self.providers = Providers(life, self.models, self.voices)
        self._missing_transcript = MissingTranscript(life, self.providers, self.trouble)
        self.voice = Voice(life, self.providers, self.trouble, self.voices, kept_lines, slower)
        self._ending = Ending(life, self._deciding)
        self.absence = Absence(life, self.end)
        self._switch = Switch(life, self._deciding, lambda state, event: flow.cast[state](self, event), self._give_up)
        self._silence = Silence(life, self._deciding, self.absence)
        self._measures = Measures(life)
        self._handoff = HandoffSpan(life)
        life.at_its_end += (self._silence.stop, self.absence.stop, self._switch.stop)

    @property
    def id(self) -> str:
        """The call's name in the record."""
        return self._life.id

    @property
    def flow(self) -> Flow:
        """The flow it runs."""
        return self._life.flow

    @property
    def clock(self) -> Clock:
        """What its timers run on."""
        return self._life.clock

    @property
    def session(self) -> "AgentSession[Call] | None":
        """LiveKit's session, once the call is open."""
        return self._life.session

    @property
    def lost(self) -> bool:
        """Whether another driver has the call, or is to have it."""
        return self._life.lost

    @property
    def on_lost(self) -> Callable[[], None]:
        """Leaves the room; whoever runs the call sets it."""
        return self._life.on_lost

    @on_lost.setter
    def on_lost(self, leave: Callable[[], None]) -> None:
        self._life.on_lost = leave

    @property
    def begun_before(self) -> set[str]:
        """The keys of work that another process began, and that is asked for again."""
        return self._effects.begun_before

    @property
    def facts(self) -> Facts:
        """What is known now."""
        return self._life.facts

    @property
    def configuration(self) -> tuple[str, ...]:
        """The active states, outermost first."""
        return self.snapshot.configuration

    @property
    def state(self) -> str:
        """The innermost active state."""
        return self.snapshot.state

    @property
    def epoch(self) -> int:
        """How many transitions the call has made."""
        return self.snapshot.epoch

    @property
    def snapshot(self) -> Snapshot:
        """Where the call stands, as data."""
        return self._life.snapshot

    @property
    def here(self) -> dict[str, Any]:
        """What every log line about this call carries."""
        return self._life.here

    @property
    def over(self) -> bool:
        """Whether the machine reached its end; the last words may still be spoken."""
        return self._life.over

    @property
    def ending(self) -> bool:
        """Whether the end of the call is on record, or about to be: nothing is begun any more."""
        return self._life.ending

    @property
    def ended(self) -> bool:
        """Whether the end of the call is on record."""
        return self._ending.recorded

    @property
    def resumed(self) -> bool:
        """Whether it was taken over from another driver."""
        return self._resuming is not None

    @property
    def at_rest(self) -> bool:
        """Whether no proposal, switch or effect is under way."""
        return not self._deciding.under_way and not self.switching and not self._life.tasks

    @property
    def switching(self) -> bool:
        """Whether the next agent was sent for and has not entered yet."""
        return self._life.switching

    def offered(self, by: Proposer = "agent") -> tuple[str, ...]:
        """The events the chart allows from here for this proposer."""
        return offered(self.flow.machine, self.snapshot, by)

    def watch(self, watcher: Callable[[Entry], None]) -> None:
        """Show each journal entry from now on to one more watcher, once the entry is durable."""
        self._life.record.watchers.append(watcher)

    async def open(self, session: AgentSession["Call"]) -> None:
        """Begin: record the call and listen to the session's events. Raises `JournalDown`."""
        self._life.session = session
        await self.note(self._resuming.line() if self._resuming else self._first_line())
        if self._resuming:
            self._resuming.recall(session)
        self._remembering.listen(session)
        self.hearing.listen(session)
        self._silence.listen(session)
        self.providers.listen(session)
        self._missing_transcript.listen(session)
        self.voice.listen(session)
        self._measures.listen(session)
        session.on("close", lambda ev: self.spawn(self.end(REASONS.get(ev.reason.value, ev.reason.value))))

    def _first_line(self) -> Line:
        audit = {"machine": self.snapshot.machine, "version": self.snapshot.version, "state": self.state}
        known = {"facts": self.facts.model_dump(mode="json")}
        return Line("call.opened", audit, known, self.snapshot)

    async def propose(
        self,
        event: str,
        args: Mapping[str, Any] | None = None,
        *,
        by: Proposer = "agent",
        seen_epoch: int | None = None,
        tool_call_id: str | None = None,
    ) -> Verdict:
        """Ask for `event` and return the verdict, once it is durable and acted on.

        Without `seen_epoch` an agent asks as of this moment; the system and operators, who say what is so whatever was
        decided meanwhile, as of the decision. Cancelling the caller of this does not cancel the proposal: it is
        judged, recorded and acted on all the same.
        Raises `ProposalError` for arguments out of bounds and `JournalDown` when no verdict could be recorded; then
        nothing changed.
        """
        return await self._deciding.propose(event, args, by=by, seen_epoch=seen_epoch, tool_call_id=tool_call_id)

    async def claim(self, **values: Any) -> None:
        """Note what the caller said. Raises `FactsError` (recorded) for anything not the caller's to say."""
        await self._deciding.learn_surely("claimed", lambda _: values)

    async def establish(self, **values: Any) -> None:
        """Note what our own systems found. Raises `FactsError` (recorded) for a claimed or unknown field."""
        await self._deciding.learn_surely("established", lambda _: values)

    async def note(self, *lines: Line, then: Callable[[], None] = lambda: None) -> None:
        """Record lines that change no state, and do `then` at once. Raises `JournalDown`; see `Record.write`."""
        await self._life.note(*lines, then=then)

    async def note_if_possible(self, *lines: Line) -> None:
        """Record lines about something that already happened: without the journal they are at least logged."""
        await self._life.note_if_possible(*lines)

    async def malformed(self, tool: str, why: str) -> None:
        """Record a call of a declared tool that never became a proposal; `why` holds none of its arguments."""
        await self.note_if_possible(Line("proposal.malformed", {"event": tool, "why": why}))
        await self.trouble.tool_failed()

    async def turn_failed(self, why: str) -> None:
        """Count a turn the model could not answer; too many in a row, and a person is asked for."""
        await self.trouble.turn_failed(why)

    def first_agent(self) -> Agent:
        """The agent a call begins with; hand it to `session.start`."""
        return self._switch.first(self.flow.cast[self.state](self, self._resuming.event if self._resuming else ""))

    def take_resuming(self) -> Resuming | None:
        """How a call that was taken over finds its words again; once, for the first agent to speak."""
        first, self._first_words_due = self._first_words_due, False
        return self._resuming if first else None

    def started(self) -> None:
        """The session runs: whether its first agent speaks is watched from now on."""
        self._switch.started()
        if self._resuming:
            self._resuming.go_on(lambda: self.flow.on_takeover(self))

    async def enter(self, desk: Agent) -> str | None:
        """An agent is there: the caller's words it should answer first, or None when another one is on its way."""
        if not self._switch.entered(desk):
            return None
        self._handoff.end("entered")
        said = {"turns": self._remembering.turns}
        line = Line("handoff.entered", {"state": self.state, "agent": type(desk).__name__, **said})
        await asyncio.wait([self.spawn(self.note_if_possible(line))], timeout=ENTRY_NOTE_LIMIT_S)
        return None if self.switching else self.hearing.take()

    async def heard_caller(self) -> None:
        """The caller spoke: silences before no longer count, also one that is just being noted."""
        self.trouble.heard_caller()
        zero = lambda facts: {"silences": 0} if facts.silences else {}  # noqa: E731
        await self._deciding.learn_surely("established", zero)

    async def end(self, reason: str) -> None:
        """Record that the call is over, once, and stop its timers; from then on nothing is begun any more.

        A caller who left is the machine's to know too.
        """
        self._life.stop()
        self._handoff.end("ended")
        await self._ending.end(reason)

    def superseded(self) -> None:
        """Another driver has the call: fall silent at once, begin nothing, record nothing, and let `on_lost` leave."""
        self._life.lose("call.superseded")

    def let_go(self) -> None:
        """This process cannot go on with the call, which has not ended: another driver is to have it. As above."""
        self._life.lose("call.let_go")

    async def cut_off(self) -> None:
        """End it because its process has to end: see `cut_off`."""
        await cut_off(self._life, self.end)

    async def _give_up(self) -> None:
        await apologise(self._life, self.end)

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run work that belongs to the call and not to whoever asked for it: it outlives their cancellation."""
        return self._life.spawn(work)

    async def wait_until_idle(self) -> None:
        """Wait until no switch and no work of the call's own is under way."""
        while self._life.tasks or self.switching:
            if self._life.tasks:
                await asyncio.wait(set(self._life.tasks))
            else:
                await self._switch.arrived()

    def _act(self, verdict: Verdict, proposal: Proposal, goes_on: bool) -> None:
        """Act on a durable acceptance. No await in here: nothing may come between."""
        self._switch.to(verdict.after.state, verdict.event)
        effect = self.flow.effects.get(verdict.after.state)
        if effect is not None and goes_on and not self.lost:
            self.spawn(self._effects.run(effect, dict(proposal.args), self.epoch))
        if self.switching:
            self._handoff.begin(verdict)

"""One call: the only door to the machine, the journal and the agent that speaks."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from livekit.agents import AgentSession, llm, tts

from interlock.agents.call.clock import Clock, LoopClock
from interlock.agents.call.deciding import Deciding
from interlock.agents.call.effects import run_effect
from interlock.agents.call.ending import REASONS, Ending
from interlock.agents.call.journal import Entry, Journal, JournalDown, Memory
from interlock.agents.call.record import Line, Record
from interlock.agents.call.remembering import Remembering
from interlock.agents.call.resume import Left, Resuming, standing
from interlock.agents.call.switch import Switch
from interlock.agents.call.trouble import Trouble
from interlock.agents.caller.absence import Absence
from interlock.agents.caller.hearing import Hearing
from interlock.agents.caller.missing_transcript import Deafness
from interlock.agents.caller.silence import Silence
from interlock.agents.flow import Flow
from interlock.agents.speech.kept_lines import Voiced
from interlock.agents.speech.providers import Providers
from interlock.agents.speech.voice import Voice
from interlock.agents.telemetry.measures import Measures
from interlock.agents.telemetry.spans import HandoffSpan, traced
from interlock.guards.base import Proposal, Proposer
from interlock.guards.facts import Facts
from interlock.machines.base import Snapshot, initial, is_over, offered
from interlock.machines.decide import Verdict

if TYPE_CHECKING:
    from interlock.agents.desk import Desk

log = structlog.get_logger("interlock.call")
T = TypeVar("T")

ENTRY_NOTE_LIMIT_S = 0.25
"""How long an agent waits for its entry to be on record before it speaks: a slow journal must not cost a silence."""


class Call:
    """LiveKit's `userdata` for one conversation.

    `propose` asks the machine and returns its verdict, by then durable and, when accepted, acted on; `claim` and
    `establish` set facts. Everything else here is read-only. `services` holds the flow's business systems; `spare`
    is the model that answers when the real one fails; `voices` and `models` are those of single roles (`Desk.VOICE`),
    others speak and think with the session's; `voiced` holds fixed lines as sound; `slower` has a voice speak slower
    and says whether it can; `watch` sees each journal entry once it is durable.
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
        voiced: Voiced | None = None,
        slower: Callable[[tts.TTS[Any]], bool] = lambda voice: False,
        timezone: str = "UTC",
        watch: Callable[[Entry], None] | None = None,
        memory: Memory | None = None,
        left: Left | None = None,
    ) -> None:
        self.id = call_id
        self.flow = flow
        self.services = services
        self.spare = spare
        self.voices: Mapping[str, tts.TTS[Any]] = voices or {}
        self.models: Mapping[str, llm.LLM[Any]] = models or {}
        self.clock: Clock = clock or LoopClock()
        self.hearing = Hearing(self)
        self.in_turn = asyncio.Lock()
        snapshot, facts = initial(flow.machine), flow.facts(timezone=timezone, call_id=call_id)
        self._resuming: Resuming | None = None
        if left is not None:
            here = standing(flow, left, facts)
            snapshot, facts = here.snapshot, here.facts
            self._resuming = Resuming(self, left, here)
        self._first_words_due = left is not None
        fence, last_seq = (left.fence, left.last_seq) if left else (1, 0)
        self._record = Record(journal, self.clock, call_id=call_id, flow=flow.name, fence=fence, last_seq=last_seq)
        self._deciding = Deciding(self, self._record, snapshot, facts, self._act)
        self._remembering = Remembering(self, memory, fence=fence, before=left.turns if left else ())
        if watch is not None:
            self.watch(watch)
        self.trouble = Trouble(self)
        self.providers = Providers(self)
        self._deafness = Deafness(self)
        self.voice = Voice(self, voiced, slower)
        self.absence = Absence(self)
        self._switch = Switch(self)
        self._silence = Silence(self)
        self._ending = Ending(self)
        self._measures = Measures(self)
        self._handoff = HandoffSpan(self)
        self._own_tasks: set[asyncio.Task[Any]] = set()
        self.session: AgentSession[Call] | None = None
        self.begun_before: set[str] = set()
        """The keys of work that another process began, and that is asked for again."""
        self.lost = False
        """Whether another driver has the call, or is to have it."""
        self.on_lost: Callable[[], None] = lambda: None
        """Leaves the room; whoever runs the call sets it."""

    @property
    def facts(self) -> Facts:
        """What is known now."""
        return self._deciding.facts

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
        return self._deciding.snapshot

    @property
    def here(self) -> dict[str, Any]:
        """What every log line about this call carries."""
        return {"call_id": self.id, "flow": self.flow.name, "epoch": self.epoch}

    @property
    def over(self) -> bool:
        """Whether the machine reached its end; the last words may still be spoken."""
        return is_over(self.flow.machine, self.snapshot)

    @property
    def ending(self) -> bool:
        """Whether the end of the call is on record, or about to be: nothing is begun any more."""
        return self._ending.begun

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
        return not self._deciding.under_way and not self.switching and not self._own_tasks

    @property
    def switching(self) -> bool:
        """Whether the next agent was sent for and has not entered yet."""
        return self._switch.under_way

    def offered(self, by: Proposer = "agent") -> tuple[str, ...]:
        """The events the chart allows from here for this proposer."""
        return offered(self.flow.machine, self.snapshot, by)

    def watch(self, watcher: Callable[[Entry], None]) -> None:
        """Show each journal entry from now on to one more watcher, once the entry is durable."""
        self._record.watchers.append(watcher)

    async def open(self, session: AgentSession["Call"]) -> None:
        """Begin: record the call and listen to the session's events. Raises `JournalDown`."""
        self.session = session
        await self.note(self._resuming.line() if self._resuming else self._first_line())
        if self._resuming:
            self._resuming.recall(session)
        self._remembering.listen(session)
        self.hearing.listen(session)
        self._silence.listen(session)
        self.providers.listen(session)
        self._deafness.listen(session)
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
        seen = self.epoch if seen_epoch is None else seen_epoch
        proposal = Proposal(event, args or {}, by, seen, tool_call_id)
        as_of_now = seen_epoch is None and by != "agent"
        return await asyncio.shield(self.spawn(traced(self, proposal, self._deciding.judge(proposal, as_of_now))))

    async def claim(self, **values: Any) -> None:
        """Note what the caller said. Raises `FactsError` (recorded) for anything not the caller's to say."""
        await asyncio.shield(self.spawn(self._deciding.learn("claimed", lambda _: values)))

    async def establish(self, **values: Any) -> None:
        """Note what our own systems found. Raises `FactsError` (recorded) for a claimed or unknown field."""
        await asyncio.shield(self.spawn(self._deciding.learn("established", lambda _: values)))

    async def note(self, *lines: Line, then: Callable[[], None] = lambda: None) -> None:
        """Record lines that change no state, and do `then` at once. Raises `JournalDown`; see `Record.write`."""
        # Whoever is cancelled half-way would not know whether the lines are there, nor which number is next.
        await asyncio.shield(self.spawn(self._deciding.write(self.epoch, *lines, then=then)))

    async def sure(self) -> None:
        """Find out what became of lines in doubt. Raises `JournalDown` while nobody can tell."""
        await asyncio.shield(self.spawn(self._record.settle()))

    async def note_if_possible(self, *lines: Line) -> None:
        """Record lines about something that already happened: without the journal they are at least logged."""
        try:
            await self.note(*lines)
        except JournalDown:
            for line in lines:
                log.error("journal.down", lost=line.kind, **self.here)

    async def malformed(self, tool: str, why: str) -> None:
        """Record a call of a declared tool that never became a proposal; `why` holds none of its arguments."""
        await self.note_if_possible(Line("proposal.malformed", {"event": tool, "why": why}))
        await self.trouble.came_to_nothing()

    async def turn_failed(self, why: str) -> None:
        """Count a turn the model could not answer; too many in a row, and a person is asked for."""
        await self.trouble.turn_failed(why)

    def first_agent(self) -> "Desk":
        """The agent a call begins with; hand it to `session.start`."""
        return self._switch.first(self.flow.cast[self.state](self, self._resuming.event if self._resuming else ""))

    def taken_up(self) -> Resuming | None:
        """How a call that was taken over finds its words again; once, for the first agent to speak."""
        first, self._first_words_due = self._first_words_due, False
        return self._resuming if first else None

    def started(self) -> None:
        """The session runs: whether its first agent speaks is watched from now on."""
        self._switch.started()
        if self._resuming:
            self._resuming.go_on()

    async def enter(self, desk: "Desk") -> str | None:
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
        reset = self._deciding.learn("established", lambda facts: {"silences": 0} if facts.silences else {})
        await asyncio.shield(self.spawn(reset))

    async def heard_nothing(self) -> None:
        """The caller said nothing for as long as the flow waits: one silence more."""
        count = self._deciding.learn("established", lambda facts: {"silences": facts.silences + 1})
        await asyncio.shield(self.spawn(count))

    async def end(self, reason: str) -> None:
        """Record that the call is over, once, and stop its timers; from then on nothing is begun any more.

        A caller who left is the machine's to know too.
        """
        self._silence.stop()
        self.absence.stop()
        self._switch.stop()
        self._handoff.end("ended")
        await self._ending.end(reason)

    def superseded(self) -> None:
        """Another driver has the call: fall silent at once, begin nothing, record nothing, and let `on_lost` leave."""
        self._lose("call.superseded")

    def let_go(self) -> None:
        """This process cannot go on with the call, which has not ended: another driver is to have it. As above."""
        self._lose("call.let_go")

    def _lose(self, event: str) -> None:
        if self.lost:
            return
        self.lost = True
        log.warning(event, **self.here)
        self._ending.begun = True
        self._silence.stop()
        self.absence.stop()
        self._switch.stop()
        if self.session is not None:
            with suppress(RuntimeError):
                self.session.interrupt(force=True)
        self.on_lost()

    def knowing(self, facts: Facts) -> AbstractContextManager[None]:
        """Have `facts` known for what is done at once in here, as they were when it was accepted; never wait in it."""
        return self._deciding.knowing(facts)

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run work that belongs to the call and not to whoever asked for it: it outlives their cancellation."""
        task = asyncio.get_running_loop().create_task(work)
        self._own_tasks.add(task)
        task.add_done_callback(self._own_done)
        return task

    async def settled(self) -> None:
        """Wait until no switch and no work of the call's own is under way."""
        while self._own_tasks or self.switching:
            if self._own_tasks:
                await asyncio.wait(set(self._own_tasks))
            else:
                await self._switch.arrived()

    def _own_done(self, task: asyncio.Task[Any]) -> None:
        self._own_tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("call.work_failed", **self.here, error=type(error).__name__)

    def _act(self, verdict: Verdict, proposal: Proposal, goes_on: bool) -> None:
        """Act on a durable acceptance. No await in here: nothing may come between."""
        self._switch.to(verdict.after.state, verdict.event)
        effect = self.flow.effects.get(verdict.after.state)
        if effect is not None and goes_on and not self.lost:
            self.spawn(run_effect(self, effect, dict(proposal.args), self.epoch))
        if self.switching:
            self._handoff.begin(verdict)

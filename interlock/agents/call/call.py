"""One call: the only door to the machine, the journal and the agent that speaks."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, TypeVar

import structlog
from livekit.agents import Agent, AgentSession, llm, tts

from interlock.agents.call.acts import Begin, CallerAnswered, Decide, ForgetCaller, SwitchTo
from interlock.agents.call.attempts import Attempt, Attempts
from interlock.agents.call.bounds import Bounds
from interlock.agents.call.clock import Clock, LoopClock
from interlock.agents.call.context import CallContext
from interlock.agents.call.deadlines import Deadlines
from interlock.agents.call.deciding import Deciding, caller_of_this
from interlock.agents.call.draft import DraftEntry
from interlock.agents.call.effects import Effects
from interlock.agents.call.ending import REASONS, Ending
from interlock.agents.call.failures import Failures
from interlock.agents.call.farewell import cut_off
from interlock.agents.call.interlocking import Interlocking
from interlock.agents.call.journal import Entry, Journal, Memory
from interlock.agents.call.ready import Ready, Written
from interlock.agents.call.record import CallRecord
from interlock.agents.call.recording import Recording
from interlock.agents.call.remembering import Remembering
from interlock.agents.call.resume import LastDriver, Resuming, starting_point
from interlock.agents.call.switch import Switch
from interlock.agents.call.terms import Terms
from interlock.agents.call.view import CallView
from interlock.agents.caller.absence import Absence
from interlock.agents.caller.hearing import Hearing
from interlock.agents.caller.keypad import Keypad
from interlock.agents.caller.missing_transcript import MissingTranscript
from interlock.agents.caller.silence import Silence
from interlock.agents.evidence.ears import Ears, claims_now
from interlock.agents.flow import Flow
from interlock.agents.speech.answering import Answering
from interlock.agents.speech.asking import Asking
from interlock.agents.speech.happened import Happened
from interlock.agents.speech.kept_lines import KeptLines
from interlock.agents.speech.lines import LinesOwed, SpokenLine
from interlock.agents.speech.parting import Parting
from interlock.agents.speech.providers import Providers
from interlock.agents.speech.voice import Voice
from interlock.agents.telemetry.measures import Measures
from interlock.guards.base import Proposal, Proposer
from interlock.guards.facts import Facts
from interlock.guards.quotas import Quota
from interlock.guards.told import DISCLOSURE
from interlock.machines.base import initial
from interlock.machines.decide import Verdict

log = structlog.get_logger("interlock.call")
T = TypeVar("T")

ENTRY_NOTE_LIMIT_S = 0.25
"""How long an agent waits for its entry to be on record before it speaks: a slow journal must not cost a silence."""


class Call(CallView):
    """LiveKit's `userdata` for one conversation.

    `propose` asks the machine and returns its verdict, by then durable and, when accepted, acted on; `claim` and
    `establish` set facts. Everything else here is read-only. `services` holds the flow's business systems; `spare`
    is the model that answers when the real one fails; `voices` and `models` are those of single roles (`Desk.VOICE`),
    others speak and think with the session's; `kept_lines` holds fixed lines as sound; `slower` has a voice speak
    slower and says whether it can; `watch` sees each journal entry once it is durable; `terms` are the same for every
    flow.
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
        last_driver: LastDriver | None = None,
        terms: Terms | None = None,
    ) -> None:
        self.terms = terms or Terms()
        self.services = services
        self.spare = spare
        self.voices: Mapping[str, tts.TTS[Any]] = {} if voices is None else voices
        self.models: Mapping[str, llm.LLM[Any]] = models or {}
        self.in_turn = asyncio.Lock()
        clock = clock or LoopClock()
        snapshot, facts = initial(flow.machine), flow.facts(timezone=timezone, call_id=call_id)
        here = starting_point(flow, last_driver, facts) if last_driver is not None else None
        if here is not None:
            snapshot, facts = here.snapshot, here.facts
        fence, last_seq = (last_driver.fence, last_driver.last_seq) if last_driver else (1, 0)
        record = CallRecord(journal, clock, call_id=call_id, flow=flow.name, fence=fence, last_seq=last_seq)
        limits, apart = self.terms.quotas, f"{call_id} " if self.terms.rehearsal else ""
        interlocking = Interlocking(
            flow.machine, flow.effects, snapshot=snapshot, facts=facts, limits=limits, apart=apart
        )
        context = CallContext(flow, interlocking, record, clock, call_id=call_id)
        super().__init__(context)
        self._deciding = Deciding(context)
        self._attempts = Attempts(context, self._deciding)
        self._ending = Ending(context, self._deciding)
        self._effects = Effects(context, self._deciding, lambda: self.services)
        self._deadlines = Deadlines(context, self._deciding, lambda: self.services)
        self._resuming = (
            Resuming(context, self._deciding, self._effects, last_driver, here) if last_driver and here else None
        )
        self._first_words_due = last_driver is not None
        self._opened: Written[Ready] | None = None
        self._remembering = Remembering(context, memory, fence=fence, before=last_driver.turns if last_driver else ())
        context.turns = lambda: self._remembering.turns
        self.happened = Happened(flow.effects, lambda: context.facts, resumed=last_driver is not None)
        self.watch(self.happened.note)
        if watch is not None:
            self.watch(watch)
        answering = Answering()
        self._answering = answering
        self.asking = Asking(context)
        self.hearing = Hearing(context, self._deciding, answering, self._caller_said)
        self.ears = Ears(clock.now, lambda: context.facts)
        self.failures = failures = Failures(context, self._deciding)
        self.lines = LinesOwed(
            context,
            self._deciding,
            answering,
            self.asking,
            failures.ask_for_a_person,
            self.hearing.answer_skipped,
        )
        self.keypad = Keypad(context, self.hearing, self.asking, self.lines)
        self.parting = Parting(context, self.lines)
        self.providers = Providers(context, self.models, self.voices)
        self.recording = Recording(context, self._deciding, self.terms)
        self._bounds = Bounds(context, self._deciding, failures, self.lines, self.terms)
        self._missing_transcript = MissingTranscript(context, self.providers, self.failures)
        self.voice = Voice(context, self.providers, self.failures, self.voices, kept_lines, slower)
        self.absence = Absence(context, self._ending)
        self._switch = Switch(context, self._deciding, self._ending, lambda state, event: flow.cast[state](self, event))
        self._silence = Silence(context, self._deciding, self.absence)
        self._measures = Measures(context)
        context.at_its_end += (
            self.lines.stop,
            self.parting.stop,
            self.keypad.stop,
            self._silence.stop,
            self.absence.stop,
            self._switch.stop,
        )
        context.performs(
            {
                SwitchTo: self._switch.to,
                Begin: self._effects.begin,
                Decide: self._deciding.decide_next,
                CallerAnswered: lambda _: self.hearing.all_answered(),
                ForgetCaller: lambda _: self._forget_caller(),
            }
        )

    @property
    def on_lost(self) -> Callable[[], None]:
        """Leaves the room; whoever runs the call sets it."""
        return self._context.on_lost

    @on_lost.setter
    def on_lost(self, leave: Callable[[], None]) -> None:
        self._context.on_lost = leave

    @property
    def resumed(self) -> bool:
        """Whether it was taken over from another driver."""
        return self._resuming is not None

    @property
    def at_rest(self) -> bool:
        """Whether no proposal, switch or effect is under way."""
        return not self._deciding.under_way and not self.switching and not self._context.tasks

    def watch(self, watcher: Callable[[Entry], None]) -> None:
        """Show each journal entry from now on to one more watcher, once the entry is durable."""
        self._context.watch(watcher)

    async def open(self, session: AgentSession["Call"]) -> None:
        """Begin: record the call and listen to the session's events. Raises `JournalDown`."""
        self._context.session = session
        self._context.interlocking.facts = self._with_a_mouth()
        first = self._resuming.line() if self._resuming else self._first_line()
        left_out = (DraftEntry("line.off", {"line": name}) for name in self.facts.switched_off)
        self._opened = await self._context.record(first, *left_out)
        if self._resuming:
            self._resuming.recall(session)
        self._remembering.listen(session)
        self.hearing.listen(session)
        self.ears.listen(session)
        self._silence.listen(session)
        self.providers.listen(session)
        self._missing_transcript.listen(session)
        self.voice.listen(session)
        self.lines.listen(session)
        self.asking.listen(session)
        self.parting.listen(session)
        self.keypad.listen(session)
        self._measures.listen(session)
        self._bounds.listen(session)
        session.on("close", lambda ev: self.spawn(self._ending.end(REASONS.get(ev.reason.value, ev.reason.value))))

    def _caller_said(self, words: str) -> None:
        self.keypad.caller_said(words)
        self.parting.caller_said(words)

    def _with_a_mouth(self) -> Facts:
        """What is known, from where somebody can be told something; who was told before they were lost was told."""
        left_out = (DISCLOSURE,) if self.terms.undisclosed else ()
        before = self.facts.told if self.facts.told is not None else ((DISCLOSURE, ""),) if self.resumed else ()
        opened = self.facts.opened_at or self.clock.now()
        return self.facts.model_copy(update={"opened_at": opened, "told": before, "switched_off": left_out})

    def _first_line(self) -> DraftEntry:
        audit = {"machine": self.snapshot.machine, "version": self.snapshot.version, "state": self.state}
        known = {"facts": self.facts.model_dump(mode="json")}
        return DraftEntry("call.opened", audit, known, self.snapshot)

    @property
    def disclosure(self) -> SpokenLine:
        """The line that says that a machine speaks, and whose."""
        return SpokenLine(DISCLOSURE, self.terms.disclosure or self.flow.disclosure, "unbroken")

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

    def would(self, event: str, args: Mapping[str, Any], *, seen_epoch: int) -> Verdict | None:
        """The verdict that an agent's proposal of `event` would have at this moment: nothing is recorded or done."""
        asked = Proposal(event, args, seen_epoch=seen_epoch)
        return self._context.interlocking.judge(asked, self.clock.now()).verdict

    async def claim(self, **values: Any) -> None:
        """Note what the caller said. Raises `FactsError` (recorded) for anything not the caller's to say.

        In a tool's body it goes on record, with the claim, which of it nobody said (`Facts.unheard`).
        """
        claims = claims_now()
        heard = (lambda facts: claims.found(values, facts)) if claims is not None else None
        await self._deciding.learn_surely("claimed", lambda _: values, heard=heard, of=caller_of_this())

    async def establish(self, **values: Any) -> None:
        """Note what our own systems found. Raises `FactsError` (recorded) for a claimed or unknown field."""
        await self._deciding.learn_surely("established", lambda _: values, of=caller_of_this())

    async def attempt(self, quota: Quota, **named: Any) -> Attempt:
        """Count one more try of what a quota limits, before it is tried; `named` says of whom, as its `account`.

        Where nothing is left, `Attempt.refused` is what the caller is told, and nothing may be tried. Raises
        `JournalDown`, and then nothing may be tried either.
        """
        return await self._attempts.begin(quota, named)

    def share(self, quota: Quota) -> int | None:
        """How many of something scarce callers without a number may have, all together; None for who shows one."""
        return quota.standing_share(self.facts, self._context.interlocking.limits)

    async def learn(self, learned: Callable[[Any], Mapping[str, Any]]) -> None:
        """As `establish`, of what is known at that very moment: `learned` makes the values of it."""
        of = caller_of_this()
        await self._deciding.learn_surely("established", lambda facts: dict(learned(facts)), of=of)

    async def record(self, *lines: DraftEntry) -> None:
        """CallRecord lines that change nothing. Raises `JournalDown`; see `CallRecord.write`."""
        await self._context.record(*lines)

    async def record_if_possible(self, *lines: DraftEntry) -> None:
        """CallRecord lines about something that already happened: without the journal they are at least logged."""
        await self._context.record_if_possible(*lines)

    async def malformed(self, tool: str, why: str) -> None:
        """CallRecord a call of a declared tool that never became a proposal; `why` holds none of its arguments."""
        await self.record_if_possible(DraftEntry("proposal.malformed", {"event": tool, "why": why}))
        await self.failures.tool_failed()

    async def turn_failed(self, why: str) -> None:
        """Count a turn the model could not answer; too many in a row, and a person is asked for."""
        await self.failures.turn_failed(why)

    def caller_changed(self, known: Mapping[str, Any]) -> None:
        """Somebody else has the caller's place in the room, of whom this is `known`: they are proven nothing.

        What stood for the caller before falls, and what was being said to them ends. The record says so
        (`caller.changed`), and an agent who knows nothing of the one before asks who is there.
        """
        if self.ending or self.session is None:
            return
        self.keypad.stop()
        self.parting.stop()
        with suppress(RuntimeError):
            self.session.interrupt(force=True)
        self._deciding.caller_changed(known)

    async def caller_changed_before(self, known: Mapping[str, Any]) -> None:
        """The same, of a call that was taken over: while nobody drove it. Raises `JournalDown`."""
        await self._deciding.caller_changed_before(known)
        if self._resuming is not None:
            self._resuming.forget()

    def _forget_caller(self) -> None:
        self._answering.forget()
        for part in (self.hearing, self.ears, self.asking, self.lines):
            part.forget()
        if self.session is not None:
            self.session.history.items.clear()
            with suppress(RuntimeError):
                self.session.clear_user_turn()

    def first_agent(self) -> Agent:
        """The agent a call begins with; hand it to `session.start`."""
        return self._switch.first(self.flow.cast[self.state](self, self._resuming.event if self._resuming else ""))

    def resuming_once(self) -> Resuming | None:
        """How a call that was taken over finds its words again; once, for the first agent to speak."""
        first, self._first_words_due = self._first_words_due, False
        return self._resuming if first else None

    def started(self) -> None:
        """The session runs: whether its first agent speaks is watched from now on."""
        self._switch.started()
        self._deciding.meet_whoever_came()
        if self._resuming and self._opened:
            if not self._resuming.lost:
                self._deadlines.watch()
            self._resuming.go_on(self._opened)

    async def enter(self, desk: Agent) -> str | None:
        """An agent is there: the caller's words it should answer first, or None when another one is on its way."""
        if not self._switch.entered(desk):
            return None
        said = {"turns": self._remembering.turns}
        line = DraftEntry("handoff.entered", {"state": self.state, "agent": type(desk).__name__, **said})
        await asyncio.wait([self.spawn(self.record_if_possible(line))], timeout=ENTRY_NOTE_LIMIT_S)
        return None if self.switching else self.hearing.take()

    async def heard_caller(self) -> None:
        """The caller spoke: silences before no longer count, also one that is just being noted."""
        await self._deciding.heard_caller()

    async def end(self, reason: str) -> None:
        """CallRecord that the call is over, once, and stop its timers; from then on nothing is begun any more.

        A caller who last_driver is the machine's to know too.
        """
        await self._ending.end(reason)

    def superseded(self) -> None:
        """Another driver has the call: fall silent at once, begin nothing, record nothing, and let `on_lost` leave."""
        self._context.lose("call.superseded")

    def let_go(self) -> None:
        """This process cannot go on with the call, which has not ended: another driver is to have it. As above."""
        self._context.lose("call.let_go")

    async def cut_off(self) -> None:
        """End it because its process has to end: see `cut_off`."""
        await cut_off(self._context, self._ending)

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run work that belongs to the call and not to whoever asked for it: it outlives their cancellation."""
        return self._context.spawn(work)

    async def wait_until_idle(self) -> None:
        """Wait until no switch and no work of the call's own is under way."""
        while self._context.tasks or self.switching:
            if self._context.tasks:
                await asyncio.wait(set(self._context.tasks))
            else:
                await self._switch.arrived()

"""The context of one call: where it stands, what it is doing, and its record. Every part of a call stands on this one.

Anybody may read where it stands; only what is on record moves it. `Ending` ends it, `Switch` says who is sent for.
`write` is the one place where what was judged is made durable, then done, with nothing awaited in between.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, TypeVar

import structlog
from livekit.agents import AgentSession

from interlock.agents.call.acts import Act
from interlock.agents.call.clock import Clock, pause
from interlock.agents.call.draft import DraftEntry
from interlock.agents.call.interlocking import Interlocking
from interlock.agents.call.journal import Entry, InDoubt, JournalDown, QuotaSpent, Superseded
from interlock.agents.call.ready import Ready, Written
from interlock.agents.call.record import RECORD_AGAIN_S, RECORD_TRIES, CallRecord
from interlock.agents.flow import Flow
from interlock.guards.facts import Facts
from interlock.machines.base import Snapshot

log = structlog.get_logger("interlock.call")
T = TypeVar("T")

Perform = Callable[[Any], None]
"""Performs the acts of one kind. Never waits and never raises, so that it can follow a commit at once."""


class CallContext:
    """What all parts of one call share."""

    def __init__(
        self, flow: Flow, interlocking: Interlocking, record: CallRecord, clock: Clock, *, call_id: str
    ) -> None:
        self.id = call_id
        self.flow = flow
        self.clock = clock
        self.interlocking = interlocking
        self._record = record
        self._in_order = asyncio.Lock()
        self._performs: dict[type[Act], Perform] = {}
        self.session: AgentSession[Any] | None = None
        self.lost = False
        """Whether another driver has the call, or is to have it."""
        self.turns: Callable[[], int] = lambda: 0
        """How much was said by now."""
        self.parts_from: tuple[int, int] | None = None
        """In which epoch, and from which caller, an agent parts: see `parting`."""
        self.awaited: object | None = None
        """The agent that was sent for and has not entered."""
        self.at_its_end: list[Callable[[], None]] = []
        """What stops when nothing is begun any more."""
        self.on_lost: Callable[[], None] = lambda: None
        self.tasks: set[asyncio.Task[Any]] = set()

    @property
    def snapshot(self) -> Snapshot:
        """Where the call stands, as data."""
        return self.interlocking.snapshot

    @property
    def facts(self) -> Facts:
        """What is known now."""
        return self.interlocking.facts

    @property
    def state(self) -> str:
        """The innermost active state."""
        return self.snapshot.state

    @property
    def epoch(self) -> int:
        """How many transitions the call has made."""
        return self.snapshot.epoch

    @property
    def callers(self) -> int:
        """How many callers there were: whoever takes another one's place is one more."""
        return self.facts.caller_number

    @property
    def last_seq(self) -> int:
        """The number of the last line that is on record or on its way there."""
        return self._record.last_seq

    @property
    def over(self) -> bool:
        """Whether the machine reached its end; the last words may still be spoken."""
        return self.interlocking.over

    @property
    def ending(self) -> bool:
        """Whether the end of the call is on record, or about to be: nothing is begun any more."""
        return self.interlocking.ending

    @property
    def parting(self) -> bool:
        """Whether goodbye was said, or is being said, to the caller who is there, where the call is still: it is not to
        end yet."""
        return self.parts_from == (self.epoch, self.callers)

    @property
    def switching(self) -> bool:
        """Whether the next agent was sent for and has not entered yet."""
        return self.awaited is not None

    @property
    def here(self) -> dict[str, Any]:
        """What every log line about this call carries."""
        return {"call_id": self.id, "flow": self.flow.name, "epoch": self.epoch}

    def watch(self, watcher: Callable[[Entry], None]) -> None:
        """Show each journal entry from now on to one more watcher, once the entry is durable."""
        self._record.watchers.append(watcher)

    def performs(self, table: Mapping[type[Act], Perform]) -> None:
        """Say who performs which kind of act."""
        self._performs.update(table)

    async def record(self, *lines: DraftEntry) -> Written[Ready]:
        """CallRecord lines that change nothing. Raises `JournalDown`; see `CallRecord.write`."""
        return await self.persist(Ready(lines, self.epoch))

    async def record_if_possible(self, *lines: DraftEntry) -> None:
        """CallRecord lines about something that already happened: without the journal they are at least logged."""
        try:
            await self.record(*lines)
        except JournalDown:
            for line in lines:
                log.error("journal.down", lost=line.kind, **self.here)

    async def persist(self, ready: Ready) -> Written[Ready]:
        """As `write`, whether or not whoever asks is cancelled meanwhile."""
        # Whoever is cancelled half-way would not know whether the lines are there, nor which number is next.
        return await asyncio.shield(self.spawn(self.write(ready)))

    async def write(self, ready: Ready) -> Written[Ready]:
        """Write what was judged, and do at once what follows. Raises `JournalDown`; see `CallRecord.write`.

        What is in doubt is asked about until the journal can tell: it is done late, by whoever finds it on record, or
        never.
        """
        try:
            async with self._in_order:
                await self._settle()
                written = await self._record.write(ready)
                self._act_on(written)
                return written
        except InDoubt:
            self.spawn(self._settle_doubt())
            raise
        except Superseded:
            self.lose("call.superseded")
            raise

    async def settle(self) -> None:
        """Find out what became of what is in doubt, and act on it if it is there.

        Raises `JournalDown` while nobody can tell.
        """
        if self._record.doubtful is not None:
            async with self._in_order:
                await self._settle()

    async def settle_surely(self) -> None:
        """As `settle`, whether or not whoever asks is cancelled meanwhile."""
        await asyncio.shield(self.spawn(self.settle()))

    def stop(self) -> None:
        """Begin nothing any more."""
        for stop in self.at_its_end:
            stop()

    def lose(self, event: str) -> None:
        """Fall silent at once, begin nothing, record nothing, and let `on_lost` leave."""
        if self.lost:
            return
        self.lost = True
        log.warning(event, **self.here)
        self.interlocking.ending = True
        self.stop()
        if self.session is not None:
            with suppress(RuntimeError):
                self.session.interrupt(force=True)
        self.on_lost()

    def spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run work that belongs to the call and not to whoever asked for it: it outlives their cancellation."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self.tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, QuotaSpent):  # that is an answer
            log.warning("call.work_failed", **self.here, error=type(error).__name__)

    async def _settle(self) -> None:
        if self._record.doubtful is not None and (found := await self._record.settle()) is not None:
            self._act_on(found)

    def _act_on(self, written: Written[Ready]) -> None:
        for act in self.interlocking.commit(written):
            self._performs[type(act)](act)

    async def until_recorded(self, work: Callable[[], Awaitable[object]]) -> None:
        """Do what goes on record, again every second for a minute while the journal is down."""
        for _ in range(RECORD_TRIES):
            try:
                await work()
                return
            except JournalDown:
                await pause(self.clock, RECORD_AGAIN_S)

    async def _settle_doubt(self) -> None:
        """Ask for the answer that was lost until the journal can tell, whether or not anybody speaks meanwhile."""
        for _ in range(RECORD_TRIES):
            await pause(self.clock, RECORD_AGAIN_S)
            with suppress(JournalDown):
                await self.settle()
                return
        log.error("journal.doubtful", **self.here)

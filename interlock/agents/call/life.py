"""The life of one call: where it stands, what it is doing, and its record. Every part of a call stands on this one.

Anybody may read where it stands; `Deciding` alone moves it, `Ending` ends it, `Switch` says who is sent for.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import structlog
from livekit.agents import AgentSession

from interlock.agents.call.clock import Clock, pause
from interlock.agents.call.journal import InDoubt, JournalDown, Superseded
from interlock.agents.call.record import RECORD_AGAIN_S, RECORD_TRIES, Line, Record
from interlock.agents.flow import Flow
from interlock.guards.facts import Facts
from interlock.machines.base import Snapshot, is_over

log = structlog.get_logger("interlock.call")
T = TypeVar("T")


class Life:
    """What all parts of one call share."""

    def __init__(
        self, flow: Flow, record: Record, clock: Clock, *, call_id: str, snapshot: Snapshot, facts: Facts
    ) -> None:
        self.id = call_id
        self.flow = flow
        self.clock = clock
        self.record = record
        self.snapshot = snapshot
        self.facts = facts
        self.session: AgentSession[Any] | None = None
        self.ending = False
        """Whether the end of the call is on record, or about to be: nothing is begun any more."""
        self.lost = False
        """Whether another driver has the call, or is to have it."""
        self.awaited: object | None = None
        """The agent that was sent for and has not entered."""
        self.at_its_end: list[Callable[[], None]] = []
        """What stops when nothing is begun any more."""
        self.on_lost: Callable[[], None] = lambda: None
        self.tasks: set[asyncio.Task[Any]] = set()

    @property
    def state(self) -> str:
        """The innermost active state."""
        return self.snapshot.state

    @property
    def epoch(self) -> int:
        """How many transitions the call has made."""
        return self.snapshot.epoch

    @property
    def over(self) -> bool:
        """Whether the machine reached its end; the last words may still be spoken."""
        return is_over(self.flow.machine, self.snapshot)

    @property
    def switching(self) -> bool:
        """Whether the next agent was sent for and has not entered yet."""
        return self.awaited is not None

    @property
    def here(self) -> dict[str, Any]:
        """What every log line about this call carries."""
        return {"call_id": self.id, "flow": self.flow.name, "epoch": self.epoch}

    async def note(self, *lines: Line, then: Callable[[], None] = lambda: None) -> None:
        """Record lines that change no state, and do `then` at once. Raises `JournalDown`; see `Record.write`."""
        # Whoever is cancelled half-way would not know whether the lines are there, nor which number is next.
        await asyncio.shield(self.spawn(self.write(self.epoch, *lines, then=then)))

    async def note_if_possible(self, *lines: Line) -> None:
        """Record lines about something that already happened: without the journal they are at least logged."""
        try:
            await self.note(*lines)
        except JournalDown:
            for line in lines:
                log.error("journal.down", lost=line.kind, **self.here)

    async def write(self, epoch: int, *lines: Line, then: Callable[[], None] = lambda: None) -> None:
        """As `Record.write`; what is in doubt is asked about until the journal can tell."""
        try:
            await self.record.write(epoch, *lines, then=then)
        except InDoubt:
            self.spawn(self._settle_doubt())
            raise
        except Superseded:
            self.lose("call.superseded")
            raise

    async def sure(self) -> None:
        """Find out what became of lines in doubt. Raises `JournalDown` while nobody can tell."""
        await asyncio.shield(self.spawn(self.record.settle()))

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
        self.ending = True
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
        if not task.cancelled() and (error := task.exception()) is not None:
            log.warning("call.work_failed", **self.here, error=type(error).__name__)

    async def _settle_doubt(self) -> None:
        """Ask for the answer that was lost until the journal can tell, whether or not anybody speaks meanwhile."""
        for _ in range(RECORD_TRIES):
            await pause(self.clock, RECORD_AGAIN_S)
            with suppress(JournalDown):
                await self.record.settle()
                return
        log.error("journal.doubtful", **self.here)

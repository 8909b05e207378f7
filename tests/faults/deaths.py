"""A process that dies: from a chosen moment nothing of it becomes durable any more, and another takes its call over."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from agents.support import SUPPORT
from interlock.agents.call.call import Call
from interlock.agents.call.journal import Entry, Journal, Turn
from interlock.agents.flow import Flow
from interlock.app.calls.session import open_call
from interlock.app.calls.typed import TypedCall
from interlock.app.offline.clock import ManualClock
from interlock.app.offline.scripted import ScriptedModel
from interlock.app.store import StoreJournal
from interlock.app.store.lease import acquire
from interlock.app.worker.last_driver import last_driver_of


class MortalJournal:
    """The journal of a process that can die: at its `last` append, before or after that is durable, or when told."""

    def __init__(self, real: StoreJournal) -> None:
        self._real = real
        self._last = -1
        self._after = False
        self.appends = 0
        self.dead = asyncio.Event()

    def dies_at(self, append: int, *, after: bool) -> None:
        """Die at this append, counted from 1: what comes after is lost, and so is it itself unless `after`."""
        self._last, self._after = append, after

    async def append(self, entries: Sequence[Entry]) -> None:
        """Write as the real one does, while alive."""
        self.appends += 1
        if self.appends == self._last and not self._after:
            self.dead.set()
        await self.alive()
        await self._real.append(entries)
        if self.appends == self._last:
            self.dead.set()
        await self.alive()

    async def wrote(self, entries: Sequence[Entry]) -> bool:
        """Read as the real one does."""
        return await self._real.wrote(entries)

    async def remember(self, call_id: str, turn: Turn, fence: int) -> None:
        """Keep as the real one does, while alive."""
        await self.alive()
        await self._real.remember(call_id, turn, fence)

    async def alive(self) -> None:
        """Never return once dead."""
        if self.dead.is_set():
            await asyncio.Event().wait()


async def expire(journal: StoreJournal, call_id: str) -> None:
    """Let the lease of a dead driver run out, as the database's clock would in three seconds."""
    await journal.transact(
        lambda connection: connection.exec_driver_sql(
            f"UPDATE calls SET lease_until = lease_until - 10 WHERE call_id = '{call_id}'"
        )
    )


async def taken_over(
    journal: StoreJournal, call_id: str, services: Any, model: ScriptedModel, clock: ManualClock, flow: Flow = SUPPORT
) -> TypedCall:
    """The call as another process goes on with it, not yet started."""
    await expire(journal, call_id)
    taken = await journal.transact(lambda connection: acquire(connection, call_id, "another"))
    assert taken is not None, "nobody could take the call over"
    left = await last_driver_of(journal, taken)
    session, call = open_call(
        flow,
        llm=model,
        journal=journal,
        services=services,
        clock=clock,
        call_id=call_id,
        memory=journal,
        last_driver=left,
        spare=None,
    )
    return TypedCall(session, call)


@asynccontextmanager
async def first_life(
    journal: Journal | MortalJournal, services: Any, model: ScriptedModel, clock: ManualClock, flow: Flow = SUPPORT
) -> AsyncIterator[TypedCall]:
    """A call that somebody else will go on with; at the end nothing of it moves any more."""
    session, call = open_call(
        flow, llm=model, journal=journal, services=services, clock=clock, call_id="call-1", memory=journal
    )
    its = TypedCall(session, call)
    try:
        yield its
    finally:
        await bury(its)


async def bury(its: TypedCall) -> None:
    """What is left of a dead process in this one: stop it without a word on record."""
    call: Call = its.call
    call.superseded()
    for task in list(call._context.tasks):
        task.cancel()
    await its.session.aclose()

"""The watcher: finds calls whose driver is gone while the caller is still there, and sends for another worker.

A LiveKit server of one's own does not dispatch a dead worker's call again. Several watchers may run: for each call one
of them sends, at most once in `AGAIN_S`, and a worker that comes in vain finds the call driven and leaves.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Protocol

import structlog
from livekit.agents.job import DEFAULT_PARTICIPANT_KINDS
from livekit.api import (
    CreateAgentDispatchRequest,
    DeleteRoomRequest,
    ListParticipantsRequest,
    ListRoomsRequest,
    LiveKitAPI,
)

from interlock.agents.call.clock import Clock, pause
from interlock.agents.call.journal import Entry
from interlock.app.store import StoreJournal
from interlock.app.store.lease import acquire
from interlock.app.store.orphans import Orphan, may_dispatch, orphans
from interlock.app.store.rooms import Room, forget_room, move_room, take_room

log = structlog.get_logger("interlock.watcher")

CALLERS = frozenset(int(kind) for kind in DEFAULT_PARTICIPANT_KINDS)
WORKER_LOST = "worker_lost"
"""The reason on record for a call that nobody could go on with."""
LOOK_S = 0.5
"""How long between two looks; a lease lasts 3 s, so a caller waits for both and for the new worker."""
AGAIN_S = 10.0
"""How long a worker that was sent for may take to begin, before another one is."""
GONE_S = 30.0
"""How long a call waits for its room: a server that began anew has none until the caller is back."""
AT_ONCE = 5
"""How many workers are sent for in one look: after a machine has died the others are not to be swamped."""
TRIES = 6
"""How often a worker is sent for before the caller is let go: a minute of silence is long enough."""


class Rooms(Protocol):
    """What the watcher asks of LiveKit about rooms; each may raise whatever LiveKit's client does."""

    async def callers(self, room: str) -> tuple[str, int] | None:
        """The life of a room and how many people and phones are in it; None when there is no such room."""
        ...

    async def dispatch(self, room: str, flow: str) -> None:
        """Send for a worker."""
        ...

    async def close(self, room: str) -> None:
        """Put everybody out."""
        ...


class LiveKitRooms:
    """The rooms of a LiveKit server, whose workers answer to `agent_name`."""

    def __init__(self, api: LiveKitAPI, agent_name: str) -> None:
        self._api = api
        self._agent_name = agent_name

    async def callers(self, room: str) -> tuple[str, int] | None:
        """The life of a room and how many people and phones are in it; None when there is no such room."""
        found = (await self._api.room.list_rooms(ListRoomsRequest(names=[room]))).rooms
        if not found:
            return None
        there = (await self._api.room.list_participants(ListParticipantsRequest(room=room))).participants
        return found[0].sid, sum(who.kind in CALLERS for who in there)

    async def dispatch(self, room: str, flow: str) -> None:
        """Send for a worker."""
        request = CreateAgentDispatchRequest(agent_name=self._agent_name, room=room, metadata=flow)
        await self._api.agent_dispatch.create_dispatch(request)

    async def close(self, room: str) -> None:
        """Put everybody out."""
        await self._api.room.delete_room(DeleteRoomRequest(room=room))


class Watcher:
    """Looks after the calls of one store; `on_done` sees each thing it did, as event and call."""

    def __init__(
        self,
        journal: StoreJournal,
        rooms: Rooms,
        clock: Clock,
        on_done: Callable[[str, str], None] = lambda event, call_id: None,
    ) -> None:
        self._journal = journal
        self._rooms = rooms
        self._clock = clock
        self._on_done = on_done

    async def watch(self) -> None:
        """Look, again and again, until cancelled; what fails is looked at again."""
        log.info("watcher.watching", every_s=LOOK_S)
        while True:
            await self.look()
            await pause(self._clock, LOOK_S)

    async def look(self) -> None:
        """Look once; never raises."""
        sent = 0
        with self._looked_at_again():
            async for orphan in self._orphans():
                with self._looked_at_again(orphan.call_id):
                    sent += sent < AT_ONCE and await self._look_after(orphan)

    async def _orphans(self) -> AsyncIterator[Orphan]:
        after = ""
        while found := await self._journal.read(partial(orphans, after=after)):
            for orphan in found:
                yield orphan
            after = found[-1].sid

    @contextmanager
    def _looked_at_again(self, call_id: str = "") -> Iterator[None]:
        """What fails for one call is not another's problem."""
        try:
            yield
        except Exception as error:  # of LiveKit's client, the store or the network: only its type is told
            log.warning("watcher.blind", call_id=call_id, error=type(error).__name__)

    async def _look_after(self, orphan: Orphan) -> bool:
        """Do what is due for one call; whether a worker was sent for."""
        name = orphan.room(self._journal.seal)
        there = await self._rooms.callers(name)
        if there is None or not await self._held(orphan, Room(there[0], name, orphan.flow)):
            if there is not None or orphan.alone_s > GONE_S:
                await self._end(orphan)
        elif there[1] and await self._journal.transact(lambda c: may_dispatch(c, there[0], AGAIN_S)):
            if orphan.dispatches >= TRIES:
                await self._end(orphan, close=name)
                return False
            await self._rooms.dispatch(name, orphan.flow)
            self._say("call.dispatched_again", orphan, tries=orphan.dispatches + 1)
            return True
        return False  # nobody is there: a caller whose connection broke may be back, until LiveKit closes the room

    async def _held(self, orphan: Orphan, room: Room) -> bool:
        """Whether the call is held in this life of its room, since just now if LiveKit began anew meanwhile."""
        if room.sid == orphan.sid:
            return True
        return await self._journal.transact(lambda c: move_room(c, self._journal.seal, room, orphan.call_id))

    async def _end(self, orphan: Orphan, *, close: str = "") -> None:
        """Give a call up, by one watcher, with the caller put out of the room `close`: never under a driver."""
        end = await (self._ended(orphan) if orphan.opened else self._forgotten(orphan))
        if end is not None:
            if close:
                await self._rooms.close(close)
            await end()
            self._say("call.given_up", orphan)

    async def _ended(self, orphan: Orphan) -> Callable[[], Awaitable[None]] | None:
        """The end of a call on record, once it is to be written; None when it is another's."""
        grant = await self._journal.transact(lambda c: acquire(c, orphan.call_id, self._journal.owner))
        call = await asyncio.to_thread(self._journal.call, orphan.call_id)
        if grant is None or call is None:
            return None
        audit = {"reason": WORKER_LOST, "state": call.snapshot.state if call.snapshot else ""}
        at, seq = self._clock.now(), call.last_seq + 1
        ended = Entry(call.call_id, call.flow, seq, "call.ended", at, call.epoch, audit, fence=grant.fence)
        return lambda: self._journal.append([ended])

    async def _forgotten(self, orphan: Orphan) -> Callable[[], Awaitable[None]] | None:
        """The same of a call that is not on record: nothing is to be written, its room is forgotten."""
        if not await self._journal.transact(lambda c: take_room(c, orphan.call_id)):
            return None
        return lambda: self._journal.transact(lambda c: forget_room(c, orphan.call_id))

    def _say(self, event: str, orphan: Orphan, **more: int) -> None:
        log.warning(event, call_id=orphan.call_id, flow=orphan.flow, **more)
        self._on_done(event, orphan.call_id)

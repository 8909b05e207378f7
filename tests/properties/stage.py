"""A stage for random calls: a strict journal that can be down, a session that can fail, services that can hang."""

import asyncio
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from livekit import rtc
from livekit.agents import CloseEvent, CloseReason, llm

from agents.support.systems import Account, Order, Refund, SupportSystems
from interlock.agents.call.journal import Entry, Journal, JournalDown
from interlock.agents.desk import Desk
from interlock.agents.systems import Refused
from interlock.app.store import AuditRecord
from interlock.machines.base import Snapshot


class StrictJournal:
    """A journal in memory, as strict as the one in SQLite: one opening, no gaps, plain JSON, epochs that rise."""

    def __init__(self) -> None:
        self._records: dict[str, list[AuditRecord]] = {}
        self._private: dict[str, dict[int, dict[str, Any]]] = {}
        self._snapshots: dict[str, Snapshot] = {}

    async def append(self, entries: Sequence[Entry]) -> None:
        """Write all or none."""
        for offset, entry in enumerate(entries):
            self._check(entry, offset)
        for entry in entries:
            call_id, audit = entry.call_id, _through_json(entry.audit)
            record = AuditRecord(call_id, entry.seq, entry.kind, entry.at, entry.epoch, audit)
            self._records.setdefault(call_id, []).append(record)
            if entry.private:
                self._private.setdefault(call_id, {})[entry.seq] = _through_json(entry.private)
            if entry.snapshot is not None:
                self._snapshots[call_id] = Snapshot.from_json(_through_json(entry.snapshot.to_json()))

    def records(self, call_id: str) -> Sequence[AuditRecord]:
        return self._records[call_id]

    def private(self, call_id: str) -> dict[int, dict[str, Any]]:
        return self._private.get(call_id, {})

    def snapshot(self, call_id: str) -> Snapshot | None:
        return self._snapshots.get(call_id)

    def _check(self, entry: Entry, offset: int) -> None:
        there = self._records.get(entry.call_id, [])
        last = self._snapshots.get(entry.call_id)
        if entry.seq != len(there) + offset + 1:
            raise JournalDown(f"entry {entry.seq} follows {len(there) + offset}")
        if (entry.kind == "call.opened") != (entry.seq == 1):
            raise JournalDown("a call is opened once, first")
        if entry.snapshot is not None and last is not None and entry.snapshot.epoch < last.epoch:
            raise JournalDown("this writer is stale")
        if entry.at.tzinfo is None:
            raise JournalDown("a time without a zone")


class FaultyJournal:
    """The journal inside, but slow, and down for the next `down` appends; `durable` is what it really holds.

    Like the real one it goes on writing when whoever waits for it is cancelled.
    """

    def __init__(self, inside: Journal, delays: Iterator[int]) -> None:
        self.inside = inside
        self.down = 0
        self.was_down = 0
        self.durable: list[Entry] = []
        self.places: list[Snapshot] = []
        self.on_disk: set[asyncio.Future[None]] = set()
        self._delays = delays

    async def append(self, entries: Sequence[Entry]) -> None:
        """Write all or none, some rounds of the event loop later."""
        await asyncio.shield(asyncio.ensure_future(self._append(entries)))

    async def _append(self, entries: Sequence[Entry]) -> None:
        await _rounds(next(self._delays))
        if self.down:
            self.down -= 1
            self.was_down += 1
            raise JournalDown("down on purpose")
        await self._inside(entries)
        self.durable += entries
        self.places += [e.snapshot for e in entries if e.snapshot is not None]
        await _rounds(next(self._delays))

    async def _inside(self, entries: Sequence[Entry]) -> None:
        written = asyncio.ensure_future(self.inside.append(entries))
        self.on_disk.add(written)
        try:
            await written
        finally:
            self.on_disk.discard(written)


class Said:
    """A speech that is over at once."""

    def __await__(self) -> Any:
        return asyncio.sleep(0).__await__()


class StageSession(rtc.EventEmitter[str]):
    """What a call uses of an AgentSession: events, and a switch that takes a while and can raise, fail or hang.

    As in LiveKit, a switch first waits for the one before it and raises its error again; `speaks` is who entered last.
    """

    llm = stt = tts = None

    def __init__(self, troubles: Iterator[str], delays: Iterator[int]) -> None:
        super().__init__()
        self.troubles = troubles
        self.speaks: Any = None
        self.closed = False
        self.said: list[str] = []
        self.history = llm.ChatContext.empty()
        self.sent_for: Callable[[Desk], None] = lambda desk: None
        self._delays = delays
        self._update_activity_atask: asyncio.Task[None] | None = None

    def update_agent(self, desk: Any) -> None:
        if self.closed:
            raise RuntimeError("the session is closed")
        if isinstance(desk, Desk):
            self.sent_for(desk)
        trouble = next(self.troubles)
        if trouble == "raises":
            raise RuntimeError("on purpose")
        before = self._update_activity_atask
        task = asyncio.get_running_loop().create_task(self._switch(before, desk, trouble))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        self._update_activity_atask = task

    async def _switch(self, before: "asyncio.Task[None] | None", desk: Any, trouble: str) -> None:
        if before is not None:
            await before
        await _rounds(next(self._delays))
        if trouble == "fails":
            raise RuntimeError("on purpose")
        if trouble == "hangs":
            await asyncio.Event().wait()
        await self.enters(desk)

    async def enters(self, desk: Any) -> None:
        self.speaks = desk
        if not isinstance(desk, Desk):
            await desk.on_enter()
            return
        await desk.call.enter(desk)
        if type(desk).__name__ == "Farewell":
            self.shutdown()

    def say(self, words: str, **_: Any) -> Said:
        if self.closed:
            raise RuntimeError("the session is closed")
        self.said.append(words)
        return Said()

    def generate_reply(self, **_: Any) -> Said:
        return Said()

    def interrupt(self, **_: Any) -> None:
        if self.closed:
            raise RuntimeError("the session is closed")

    def shutdown(self, **_: Any) -> None:
        if not self.closed:
            self.closed = True
            self.emit("close", CloseEvent(reason=CloseReason.USER_INITIATED))


@dataclass
class StageSystems:
    """Business systems that work, refuse, raise or hang until they are let go; `did` counts each key's work."""

    mode: str = "works"
    did: dict[str, int] = field(default_factory=dict)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    begun: Callable[[str], None] = lambda key: None

    def support(self) -> SupportSystems:
        return SupportSystems(accounts=self, orders=self, callbacks=self)

    async def verify(self, account_number: str, postcode: str) -> Account | None:
        return Account(account_number, "Ann")

    async def find(self, account_id: str, order_number: str) -> Order | None:
        return Order(order_number, "sent", "a lamp", 5000)

    async def status(self, order_number: str) -> str | None:
        return "sent"

    async def refund(self, key: str, account_id: str, order_number: str, amount_cents: int) -> Refund:
        return Refund(await self._work(key), 5000 - amount_cents)

    async def book(self, key: str, phone: str, when: datetime) -> str:
        return await self._work(key)

    async def _work(self, key: str) -> str:
        self.begun(key)
        self.did[key] = self.did.get(key, 0) + 1
        if self.mode == "refuses":
            raise Refused("no")
        if self.mode == "raises":
            raise OSError("on purpose")
        if self.mode == "hangs":
            await self.let_go.wait()
        return f"ref-{key}"


async def _rounds(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def _through_json(data: dict[str, Any]) -> dict[str, Any]:
    return json.loads(json.dumps(data, allow_nan=False))  # type: ignore[no-any-return]

"""What happens now, told to everybody who looks: one follower for all viewers, and for each a short queue."""

import asyncio
import json
import secrets
from collections import Counter, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from interlock.app.audit.words import VERDICTS, clean
from interlock.app.board.flows_shown import FlowsShown
from interlock.app.board.names import states_in
from interlock.app.store import ACCEPTED
from interlock.app.store.followed import FollowedCall, Line, Look

MOST_VIEWERS = 200
QUEUED = 64
"""So many messages wait for a slow viewer; then they are forgotten, and it gets a fresh snapshot."""
KEPT = 512
"""So many messages are kept for viewers whose connection was cut: they go on after the last one they had."""
SHOWN = 60
"""So many verdicts a snapshot begins with."""
MINUTE = timedelta(minutes=1)
RESUMED = "call.resumed"
TOLD = {*VERDICTS, RESUMED}

Message = tuple[str, bytes]
"""An id and what is sent."""


Newest = Callable[[], Awaitable[dict[str, Any] | None]]
"""Finds the call that began last, as `call_json` has it; None where there is none, or nobody can tell."""


class Looks(Protocol):
    """Who follows the record, as `interlock.app.store.following.Follower`; `rest_s` is how long it rests in between."""

    rest_s: float

    def looks(self) -> AsyncIterator[Look]:
        """A look each time something was written, and one a second at least."""
        ...


class Live:
    """Follows one record for all viewers, from `run` on."""

    def __init__(
        self, follower: Looks, flows: FlowsShown, newest: Newest, heard: Callable[[Look], None] = lambda look: None
    ) -> None:
        """`heard` is shown each look, too."""
        self._follower = follower
        self._newest = newest
        self._heard = heard
        self._lines = Lines(flows)
        self._of = secrets.token_hex(4)  # a message of another start is none that is known here
        self._count = 0
        self._kept: deque[Message] = deque(maxlen=KEPT)
        self._viewers: set[Viewer] = set()
        self._calls: Mapping[str, FollowedCall] = {}
        self._last: dict[str, Any] | None = None
        self._verdicts: deque[dict[str, Any]] = deque(maxlen=SHOWN)
        self._minute: deque[tuple[datetime, str, bool]] = deque()
        self._away = ""
        self._looked = asyncio.Event()

    async def run(self) -> None:
        """Follow until cancelled."""
        async for look in self._follower.looks():
            self._take(look)
            self._heard(look)

    def join(self, last_id: str = "") -> "Viewer | None":
        """A viewer from now on, or after the message of that id; None when there are too many."""
        if len(self._viewers) >= MOST_VIEWERS:
            return None
        viewer = Viewer(self, self._since(last_id))
        self._viewers.add(viewer)
        return viewer

    def leave(self, viewer: "Viewer") -> None:
        """Tell this one nothing more."""
        self._viewers.discard(viewer)

    async def snapshot(self) -> Message:
        """Everything that a page needs to begin; waits for the first look."""
        await self._looked.wait()
        if self._last is None and not self._calls:
            newest = await self._newest()
            self._last = self._last or newest
        data = {
            "calls": [call_json(call) for call in self._calls.values()],
            "verdicts": list(self._verdicts),
            "minute": self._in_the_last_minute(),
            "last": self._last,
            **self._standing(),
        }
        return self._id(), _event("snapshot", self._id(), data)

    def _take(self, look: Look) -> None:
        told = [self._lines.lean(line) for line in look.lines if line.kind in TOLD]
        changed = [call_json(call) for call in look.calls.values() if _differs(call, self._calls.get(call.call_id))]
        ended = [call for call in look.moved.values() if call.ended is not None]
        self._away = look.away
        if not look.away:
            self._calls = look.calls
            self._last = call_json(ended[-1]) if ended else self._last
        self._verdicts.extend(told)
        self._note_minute(look)
        self._looked.set()
        data: dict[str, Any] = {"lines": told, "calls": changed, **self._standing()}
        gone = [call.call_id for call in ended] + sorted(look.gone)
        data |= {"over": gone, "last": self._last} if gone else {}
        if told or changed or gone:
            data["minute"] = self._in_the_last_minute()
        self._count += 1
        message = (self._id(), _event("look", self._id(), data))
        self._kept.append(message)
        for viewer in list(self._viewers):
            viewer.tell(message)

    def _standing(self) -> dict[str, Any]:
        behind = {"behind": round(max(self._follower.rest_s, 0.05), 2)}
        return {"away": self._away} if self._away else behind

    def _note_minute(self, look: Look) -> None:
        for line in look.lines:
            if line.kind in VERDICTS:
                self._minute.append((look.at, line.flow, line.kind != ACCEPTED))
        while self._minute and self._minute[0][0] <= look.at - MINUTE:
            self._minute.popleft()

    def _in_the_last_minute(self) -> dict[str, list[int]]:
        """Of each flow how many verdicts fell, and how many of these refused."""
        every = Counter(flow for _, flow, _ in self._minute)
        refused = Counter(flow for _, flow, no in self._minute if no)
        return {flow: [count, refused[flow]] for flow, count in every.items()}

    def _since(self, last_id: str) -> list[Message] | None:
        """What came after a message; None where it is not known any more."""
        if last_id == self._id():
            return []
        kept = list(self._kept)
        at = next((number for number, (its, _) in enumerate(kept) if its == last_id), None)
        after = kept[at + 1 :] if at is not None else None
        return after if after is not None and len(after) <= QUEUED else None

    def _id(self) -> str:
        return f"{self._of}-{self._count}"


class Viewer:
    """One who looks. What it is told is sent in order; when it is too slow, it begins anew."""

    def __init__(self, live: Live, since: list[Message] | None) -> None:
        self._live = live
        self._queue = deque(since or ())
        self._anew = since is None
        self._there = asyncio.Event()
        self._there.set()

    def tell(self, message: Message) -> None:
        """Send this, after what waits already."""
        if len(self._queue) >= QUEUED:
            self._queue.clear()
            self._anew = True
        self._queue.append(message)
        self._there.set()

    async def next(self) -> bytes:
        """What is to be sent next."""
        while True:
            await self._there.wait()
            if self._anew:
                _, data = await self._live.snapshot()
                self._queue.clear()  # all of it is in the snapshot
                self._anew = False
                return data
            if self._queue:
                return self._queue.popleft()[1]
            self._there.clear()


class Lines:
    """What a page is told of one line: names only, and nothing that it can say by itself."""

    def __init__(self, flows: FlowsShown) -> None:
        self._flows = flows

    def lean(self, line: Line) -> dict[str, Any]:
        """Short keys, and those left out that are empty: one for each viewer and verdict."""
        its: dict[str, Any] = {"c": line.call_id, "q": line.seq, "t": ms(line.at), "f": clean(line.flow)}
        if line.kind == RESUMED:
            return its | {"y": 2, "p": clean(line.audit.get("state") or "")}
        return its | {name: value for name, value in self._verdict(line) if value != ""}

    def _verdict(self, line: Line) -> Iterator[tuple[str, Any]]:
        audit, accepted = line.audit, line.kind == ACCEPTED
        before, after = states_in(audit.get("before")), states_in(audit.get("after"))
        guards = [guard for guard in audit.get("guards") or () if isinstance(guard, dict)]
        held = [clean(guard.get("name", "")) for guard in guards if guard.get("held") is True]
        event, refused_by = clean(audit.get("event", "")), clean(audit.get("refused_by") or "")
        names = self._flows.names(line.flow)
        yield "y", int(accepted)
        yield "e", event
        yield "b", "" if audit.get("by") == "agent" else clean(audit.get("by") or "")
        yield "p", before[-1] if before else ""
        yield "a", after[-1] if accepted and after else ""
        yield "w", names.ways.taken(before, event, after, held) if accepted and names.ways else ""
        yield "g", refused_by
        yield "k", "" if accepted or audit.get("kind") == "guard_false" else clean(audit.get("kind") or "")
        yield "n", [len(held), len(guards)] if guards and accepted else ""
        reason = "" if accepted else clean(audit.get("reason") or "")
        yield "r", "" if reason == clean(names.reason(refused_by)) else reason


def _differs(call: FollowedCall, known: FollowedCall | None) -> bool:
    """Whether a page cannot know it from the verdicts it was told."""
    return known is None or call.driven != known.driven or (call.state != known.state and call.epoch == known.epoch)


def call_json(call: FollowedCall) -> dict[str, Any]:
    """A call by its row, in short keys."""
    its = {"c": call.call_id, "f": clean(call.flow), "v": call.version, "s": clean(call.state), "t": ms(call.began)}
    return its | ({"x": ms(call.ended)} if call.ended else {"d": int(call.driven)})


def ms(at: datetime) -> int:
    """Milliseconds since 1970, as a browser counts them."""
    return round(at.timestamp() * 1000)


def _event(name: str, its_id: str, data: Any) -> bytes:
    said = json.dumps(data, separators=(",", ":"))
    return f"id:{its_id}\nevent:{name}\ndata:{said}\n\n".encode()

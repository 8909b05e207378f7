"""A call's own lines in the journal: numbered, timed, personal data kept apart, and logged once durable."""

import asyncio
from collections.abc import Callable

import structlog

from interlock.agents.call.clock import Clock
from interlock.agents.call.draft import DraftEntry as DraftEntry
from interlock.agents.call.draft import unknown_name as unknown_name
from interlock.agents.call.draft import verdict_entry as verdict_entry
from interlock.agents.call.journal import Entry, InDoubt, Journal
from interlock.agents.call.ready import Ready, Written, durable

log = structlog.get_logger("interlock.call")

RECORD_LIMIT_S = 2.0
"""How long the caller's next word waits for the record; what is being written then is written all the same."""
RECORD_TRIES, RECORD_AGAIN_S = 60, 1.0
"""How often what must be on record is tried while the journal is down, and how long is waited in between."""
LOGGED_AFTER_S = 0.005
"""How long the log waits for a handoff to get under way: writing a line is a moment that the caller waits."""


class CallRecord:
    """Writes one call's entries, one `Ready` at a time; each of `watchers` sees each entry after it is durable."""

    def __init__(
        self, journal: Journal, clock: Clock, *, call_id: str, flow: str, fence: int = 1, last_seq: int = 0
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._call_id = call_id
        self._flow = flow
        self._fence = fence
        self.watchers: list[Callable[[Entry], None]] = []
        self._last_seq = last_seq
        self._unlogged: list[Entry] = []
        self.doubtful: tuple[list[Entry], Ready] | None = None
        """What may be on record or not: the answer was lost."""

    @property
    def last_seq(self) -> int:
        """The number of the last line that is on record or on its way there."""
        return self._last_seq

    async def write(self, ready: Ready) -> Written[Ready]:
        """Make its entries durable, all or none; nothing of it may be acted on but what is returned.

        Raises `JournalDown`; then no number is used up. `InDoubt` when the answer was lost: `settle` finds out, and
        nothing else is written before.
        """
        assert self.doubtful is None, "what is in doubt is settled before anything else is written"
        entries = self._numbered(ready)
        self._last_seq += len(entries)  # first: cancelled half-way, as its process ends, it is written all the same
        try:
            await self._journal.append(entries)
        except InDoubt:
            self.doubtful = entries, ready
            raise
        except Exception:
            self._last_seq -= len(entries)
            raise
        return self._written(entries, ready)

    async def settle(self) -> Written[Ready] | None:
        """What was in doubt and is on record, once; None where nothing was, or it is not there and never will be.

        Raises `JournalDown` while nobody can tell.
        """
        if self.doubtful is None:
            return None
        entries, ready = self.doubtful
        there = await self._journal.wrote(entries)
        self.doubtful = None
        if there:
            return self._written(entries, ready)
        self._last_seq -= len(entries)
        return None

    def _numbered(self, ready: Ready) -> list[Entry]:
        of, at = (self._call_id, self._flow), self._clock.now()
        return [
            Entry(*of, seq, its.kind, at, ready.epoch, its.audit, its.private, its.snapshot, self._fence, its.counts)
            for seq, its in enumerate(ready.entries, self._last_seq + 1)
        ]

    def _written(self, entries: list[Entry], ready: Ready) -> Written[Ready]:
        loop = asyncio.get_running_loop()
        for entry in entries:  # later: what is durable is acted on first, however long telling takes and if it raises
            for watcher in self.watchers:
                loop.call_soon(watcher, entry)
        self._unlogged += entries
        if ready.snapshot is None:
            self._log_all()
        else:
            loop.call_later(LOGGED_AFTER_S, self._log_all)
        return durable(ready)

    def _log_all(self) -> None:
        """In order, so nothing is logged before what was durable before it."""
        unlogged, self._unlogged = self._unlogged, []
        for entry in unlogged:
            asyncio.get_running_loop().call_soon(self._log, entry)

    def _log(self, entry: Entry) -> None:
        names = _LOG_KEYS | {"kind": "provider_kind"} if entry.kind.startswith("provider.") else _LOG_KEYS
        said = {names[key]: value for key, value in entry.audit.items() if key in names}
        said |= {key: value for key, value in entry.audit.items() if key.endswith("_ms")}
        log.info(entry.kind, call_id=self._call_id, flow=self._flow, epoch=entry.epoch, **said)


_LOG_KEYS = {
    "event": "proposed",
    "by": "by",
    "kind": "verdict",
    "refused_by": "refused_by",
    "state": "state",
    "agent": "agent",
    "fields": "fields",
    "why": "why",
    "reason": "reason",
    "error": "error",
    "status": "status",
    "provider": "provider",
    "from": "from",
    "to": "to",
}

"""A call's own lines in the journal: numbered, timed, personal data kept apart, and logged once durable."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import structlog

from interlock.agents.call.clock import Clock
from interlock.agents.call.journal import Entry, InDoubt, Journal
from interlock.guards.base import Proposal
from interlock.guards.facts import Facts
from interlock.machines.base import Snapshot
from interlock.machines.decide import Verdict

log = structlog.get_logger("interlock.call")

EXACT = 2**53 - 1
"""The largest integer that JSON keeps as it is (RFC 8785, 3.2.2.3); an epoch beyond it is stale like any other."""
RECORD_LIMIT_S = 2.0
"""How long the caller's next word waits for the record; what is being written then is written all the same."""
RECORD_TRIES, RECORD_AGAIN_S = 60, 1.0
"""How often what must be on record is tried while the journal is down, and how long is waited in between."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one entry says, before it has a number and a time."""

    kind: str
    audit: dict[str, Any] = field(default_factory=dict)
    private: dict[str, Any] = field(default_factory=dict)
    snapshot: Snapshot | None = None


class Record:
    """Writes one call's lines in order; each of `watchers` sees each entry after it is durable."""

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
        self._in_order = asyncio.Lock()
        self._doubtful: tuple[list[Entry], Callable[[], None]] | None = None

    @property
    def in_doubt(self) -> bool:
        """Whether nobody knows if the last lines were recorded."""
        return self._doubtful is not None

    async def write(self, epoch: int, *lines: Line, then: Callable[[], None] = lambda: None) -> None:
        """Make the lines durable, all or none, and do at once what depends on them: `then` never waits.

        Raises `JournalDown`; then no number is used up and nothing is done. `InDoubt` when the answer was lost: the
        next write, or `settle`, finds out, and `then` is done late or never.
        """
        async with self._in_order:
            await self._settle()
            at = self._clock.now()
            entries = [
                Entry(
                    self._call_id, self._flow, seq, ln.kind, at, epoch, ln.audit, ln.private, ln.snapshot, self._fence
                )
                for seq, ln in enumerate(lines, self._last_seq + 1)
            ]
            self._last_seq += len(entries)  # first: cancelled half-way, as its process ends, it is written all the same
            try:
                await self._journal.append(entries)
            except InDoubt:
                self._doubtful = entries, then
                raise
            except Exception:
                self._last_seq -= len(entries)
                raise
            self._written(entries, then)

    async def settle(self) -> None:
        """Find out what became of lines in doubt. Raises `JournalDown` while nobody can tell."""
        async with self._in_order:
            await self._settle()

    async def _settle(self) -> None:
        if self._doubtful is None:
            return
        entries, then = self._doubtful
        there = await self._journal.wrote(entries)
        self._doubtful = None
        if there:
            self._written(entries, then)
        else:
            self._last_seq -= len(entries)

    def _written(self, entries: list[Entry], then: Callable[[], None]) -> None:
        then()
        loop = asyncio.get_running_loop()
        for entry in entries:  # later: what is durable is acted on first, however long telling takes and if it raises
            loop.call_soon(self._tell, entry)
            for watcher in self.watchers:
                loop.call_soon(watcher, entry)

    def _tell(self, entry: Entry) -> None:
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


def verdict_line(verdict: Verdict, proposal: Proposal, facts: Facts) -> Line:
    """What the journal says of a verdict: everything `decide` saw, personal data apart."""
    audit: dict[str, Any] = {
        "event": unknown_name(verdict.event) if verdict.kind == "unknown_event" else verdict.event,
        "by": proposal.by,
        "kind": verdict.kind,
        "reason": verdict.reason,
        "refused_by": verdict.refused_by,
        "seen_epoch": max(-EXACT, min(proposal.seen_epoch, EXACT)),
        "before": list(verdict.before.configuration),
        "after": list(verdict.after.configuration),
        "offered": list(verdict.offered),
        "guards": [{"name": g.name, "held": g.held, "reason": g.reason, "error": g.error} for g in verdict.guards],
    }
    private = {
        "event": verdict.event,
        "tool_call_id": proposal.tool_call_id,
        "args": dict(proposal.args),
        "facts": facts.model_dump(mode="json"),
        "before": verdict.before.to_json(),
    }
    kind = "transition.accepted" if verdict.accepted else "transition.refused"
    return Line(kind, audit, private, verdict.after if verdict.accepted else None)


def unknown_name(name: str) -> str:
    """What a record says for a name that nobody declared: a model made it up, and may have put a caller's words in."""
    return f"(unknown name, {len(name)} characters)"

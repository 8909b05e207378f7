"""One call's numbers, read off its journal and its session's events."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from livekit.agents import SessionUsageUpdatedEvent, ToolExecutionUpdatedEvent
from prometheus_client import Histogram

from interlock.agents.call.call import Call
from interlock.agents.call.journal import Entry
from interlock.app.telemetry.metrics.collectors import Collectors
from interlock.app.telemetry.metrics.labels import Labels, plain
from interlock.app.telemetry.metrics.usage import Usage

if TYPE_CHECKING:
    from livekit.agents import AgentSession


class Follower:
    """Watches one call; an entry counts once it is durable."""

    def __init__(self, collectors: Collectors, call: Call) -> None:
        self._collectors = collectors
        self._call = call
        self._flow = call.flow.name
        self._labels = Labels(call.flow)
        self._usage = Usage(collectors)
        self._tools: dict[str, tuple[str, datetime]] = {}
        self._handoff: tuple[str, str, datetime] | None = None
        self._active = False
        self._reads: dict[str, Callable[[Entry], None]] = {
            "call.opened": self._opened,
            "call.ended": self._ended,
            "call.first_word": self._first_word,
            "turn.measured": self._turn,
            "turn.failed": lambda _: collectors.turn_failures.labels(self._flow).inc(),
            "transition.accepted": self._verdict,
            "transition.refused": self._verdict,
            "handoff.started": self._started,
            "handoff.entered": self._entered,
            "handoff.heard": self._heard,
            "handoff.stalled": lambda e: collectors.stalls.labels(self._flow, plain(e.audit.get("to"))).inc(),
            "provider.failed": self._failed,
            "provider.fell_back": self._fell_back,
        }

    def listen(self, session: "AgentSession[Call]") -> None:
        """Begin to watch."""
        self._call.watch(self._told)
        session.on("tool_execution_updated", self._tool_moved)
        session.on("session_usage_updated", self._used)

    def _told(self, entry: Entry) -> None:
        read = self._reads.get(entry.kind)
        if read is not None:
            read(entry)

    def _opened(self, _: Entry) -> None:
        self._active = True
        self._collectors.opened.labels(self._flow).inc()
        self._collectors.active.labels(self._flow).inc()

    def _ended(self, entry: Entry) -> None:
        self._collectors.ended.labels(self._flow, plain(entry.audit.get("reason"))).inc()
        if self._active:
            self._active = False
            self._collectors.active.labels(self._flow).dec()

    def _first_word(self, entry: Entry) -> None:
        self._observe(self._collectors.first_word, entry, "joined_ms")
        self._observe(self._collectors.dispatched, entry, "dispatched_ms")

    def _turn(self, entry: Entry) -> None:
        collectors = self._collectors
        self._observe(collectors.answer, entry, "answer_ms")
        self._observe(collectors.llm_ttft, entry, "llm_ttft_ms")
        self._observe(collectors.tts_ttfb, entry, "tts_ttfb_ms")
        self._observe(collectors.transcription, entry, "transcription_ms")
        self._observe(collectors.end_of_turn, entry, "end_of_turn_ms")

    def _verdict(self, entry: Entry) -> None:
        event, kind = self._labels.event(entry.audit.get("event")), plain(entry.audit.get("kind"))
        self._collectors.verdicts.labels(self._flow, event, kind).inc()

    def _started(self, entry: Entry) -> None:
        self._handoff = (plain(entry.audit.get("from")), plain(entry.audit.get("to")), entry.at)

    def _entered(self, entry: Entry) -> None:
        if self._handoff is None:
            return  # the first agent: nobody handed over to it
        (before, to, began), self._handoff = self._handoff, None
        took = (entry.at - began).total_seconds()
        self._collectors.entered.labels(self._flow, before, to).observe(max(0.0, took))

    def _heard(self, entry: Entry) -> None:
        before, to = plain(entry.audit.get("from")), plain(entry.audit.get("to"))
        self._observe(self._collectors.heard, entry, "heard_ms", before, to)

    def _failed(self, entry: Entry) -> None:
        kind, provider = plain(entry.audit.get("kind")), plain(entry.audit.get("provider"))
        self._collectors.provider_errors.labels(kind, provider).inc()

    def _fell_back(self, entry: Entry) -> None:
        self._collectors.fallbacks.labels(plain(entry.audit.get("kind")), plain(entry.audit.get("to"))).inc()

    def _observe(self, histogram: Histogram, entry: Entry, name: str, *labels: str) -> None:
        value = entry.audit.get(name)
        if isinstance(value, int | float) and value >= 0:
            histogram.labels(self._flow, *labels).observe(value / 1000)

    def _tool_moved(self, event: ToolExecutionUpdatedEvent) -> None:
        update, now = event.update, self._call.clock.now()
        if update.type == "tool_call_started":
            self._tools[update.function_call.call_id] = (self._labels.tool(update.function_call.name), now)
        elif update.type == "tool_call_ended" and update.call_id in self._tools:
            tool, began = self._tools.pop(update.call_id)
            self._collectors.tools.labels(self._flow, tool).observe(max(0.0, (now - began).total_seconds()))

    def _used(self, event: SessionUsageUpdatedEvent) -> None:
        self._usage.now(event.usage)

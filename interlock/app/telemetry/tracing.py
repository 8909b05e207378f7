"""Traces of calls, LiveKit's and ours, to an OTLP endpoint: where time went, and nothing of what was said.

LiveKit's spans hold the conversation, tool arguments, names of rooms and who is in them. What leaves the process is
decided here by what is let through, not by what is held back: a new attribute of LiveKit's stays in until it is named
below. `INTERLOCK_OTEL_CONTENT=true` lets everything out.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from multiprocessing.util import Finalize
from typing import Any

import structlog
from livekit.agents.telemetry import set_tracer_provider
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Link, Status

from interlock.app.settings import Settings

log = structlog.get_logger("interlock.tracing")

TRACES_PATH = "/v1/traces"
LAST_WORDS_S = 5.0
"""How long a call's process waits at its end for its last spans to be taken."""
OURS = "interlock."
SAFE_TEXT = frozenset(
    {
        "error.type",
        "exception.type",
        "gen_ai.operation.name",
        "gen_ai.output.type",
        "gen_ai.provider.name",
        "gen_ai.request.model",
        "gen_ai.response.model",
        "gen_ai.tool.name",  # the tool-call filter lets no name through that we did not declare
        "lk.agent_label",
        "lk.agent_name",
        "lk.close_reason",
        "lk.connection_state",
        "lk.fallback.label",
        "lk.generation_id",
        "lk.interruption.source",
        "lk.job_id",
        "lk.new_state",
        "lk.old_state",
        "lk.parent_generation_id",
        "lk.participant_kind",
        "lk.previous_agent_label",
        "lk.room_sid",
        "lk.speech_id",
    }
)
"""LiveKit's attributes that are text and never a caller's or a model's."""


class ContentGate:
    """From when on the content of a process's call may leave it, in nanoseconds; never, where its caller is asked and
    has not agreed."""

    def __init__(self, since_ns: int | None = None) -> None:
        self._since_ns = since_ns

    def open(self) -> None:
        """The caller agreed: what begins from now on may be seen."""
        self._since_ns = time.time_ns()

    def close(self) -> None:
        """Somebody else is there, who did not agree."""
        self._since_ns = None

    def lets_out(self, span: ReadableSpan) -> bool:
        """Whether this span may leave with its content."""
        return self._since_ns is not None and (span.start_time or 0) >= self._since_ns


def open_traces(settings: Settings) -> ContentGate:
    """In each process that takes calls: export its spans, when an OTLP endpoint is set (HTTP, protobuf).

    What is returned is open at once, unless callers are asked; without `INTERLOCK_OTEL_CONTENT` nothing comes through.
    """
    gate = ContentGate(0 if settings.otel_content and not settings.ask_to_record else None)
    if settings.otel_endpoint is None:
        return gate
    exporter = OTLPSpanExporter(endpoint=settings.otel_endpoint.rstrip("/") + TRACES_PATH)
    provider = TracerProvider(resource=_resource(), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(ContentFreeExporter(exporter, gate=gate)))
    trace_to(provider, content=settings.otel_content)
    Finalize(None, _end, args=(provider,), exitpriority=10)  # LiveKit's processes end without atexit
    return gate


def trace_to(provider: TracerProvider, *, content: bool = False) -> None:
    """Let LiveKit's tracer, and ours with it, write to this provider."""
    set_tracer_provider(provider, allow_pii=content)


class ContentFreeExporter(SpanExporter):
    """Exports spans without content: numbers, our own names, and text that is named in `SAFE_TEXT`."""

    def __init__(self, exporter: SpanExporter, *, content: bool = False, gate: ContentGate | None = None) -> None:
        self._exporter = exporter
        self._gate = gate or ContentGate(0 if content else None)

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Pass on what may be seen of each."""
        return self._exporter.export([each if self._gate.lets_out(each) else without_content(each) for each in spans])

    def shutdown(self) -> None:
        """Let go of the connection."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Pass on what is held back."""
        return self._exporter.force_flush(timeout_millis)


def without_content(span: ReadableSpan) -> ReadableSpan:
    """The span, with nothing in it that a caller or a model could have written."""
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_safe(span.attributes),
        events=[Event(event.name, _safe(event.attributes), event.timestamp) for event in span.events],
        links=[Link(link.context) for link in span.links],
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def _safe(attributes: Mapping[str, Any] | None) -> dict[str, Any]:
    return {
        key: value
        for key, value in (attributes or {}).items()
        if isinstance(value, bool | int | float) or key in SAFE_TEXT or key.startswith(OURS)
    }


def _resource() -> Resource:
    return Resource({SERVICE_NAME: "interlock"}).merge(OTELResourceDetector().detect())


def _end(provider: TracerProvider) -> None:
    """Hand over the last spans, but do not wait for an endpoint that does not answer."""
    last = threading.Thread(target=provider.shutdown, daemon=True)
    last.start()
    last.join(LAST_WORDS_S)

"""Spans of a proposal, its verdict and the handoff it leads to, in the trace that LiveKit draws of the call.

Where they go, and that nothing the caller said goes with them, is for `interlock.app.telemetry.tracing`; without a
place to go they cost
next to nothing. None of them is ever the current span: LiveKit's own, begun meanwhile, stay where they belong.
"""

from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from livekit.agents.telemetry import tracer
from opentelemetry.context import Context
from opentelemetry.trace import Span, set_span_in_context

from interlock.agents.call.life import Life
from interlock.guards.base import Proposal
from interlock.machines.base import events_of
from interlock.machines.decide import Verdict

UNKNOWN = "(unknown)"
"""For the name of an event that no chart has: a model made it up, and may have put a caller's words in."""

_within: ContextVar[Context | None] = ContextVar("the proposal that is judged", default=None)


async def traced(life: Life, proposal: Proposal, judged: Coroutine[Any, Any, Verdict]) -> Verdict:
    """The verdict, under a span that lasts from the asking to the acting."""
    span = tracer.start_span("interlock.proposal", attributes=_asked(life, proposal))
    token = _within.set(set_span_in_context(span))
    try:
        verdict = await judged
        span.set_attributes({"interlock.kind": verdict.kind, "interlock.after": verdict.after.state})
        return verdict
    finally:
        _within.reset(token)
        span.end()


@contextmanager
def verdict_span(life: Life, proposal: Proposal) -> Iterator[Span]:
    """A span for deciding and making the verdict durable; one that was not made durable has no kind."""
    span = tracer.start_span("interlock.verdict", context=_within.get(), attributes=_asked(life, proposal))
    try:
        yield span
    finally:
        span.end()


def mark(span: Span, verdict: Verdict) -> None:
    """Say on its span what the verdict is; the guard that refused is one of the chart's own names."""
    span.set_attributes(
        {
            "interlock.kind": verdict.kind,
            "interlock.refused_by": verdict.refused_by or "",
            "interlock.before": verdict.before.state,
            "interlock.after": verdict.after.state,
            "interlock.epoch": verdict.after.epoch,
        }
    )


class HandoffSpan:
    """The handoff under way, if any: from the verdict until the next agent entered, or until it never will."""

    def __init__(self, life: Life) -> None:
        self._life = life
        self._span: Span | None = None

    def begin(self, verdict: Verdict) -> None:
        """The next agent is sent for."""
        self.end("overtaken")
        attributes = _here(self._life) | {
            "interlock.event": verdict.event,
            "interlock.before": verdict.before.state,
            "interlock.after": verdict.after.state,
        }
        self._span = tracer.start_span("interlock.handoff", context=_within.get(), attributes=attributes)

    def end(self, how: str) -> None:
        """`entered`, `overtaken` by the next one, or `ended` with the call."""
        if self._span is not None:
            self._span.set_attribute("interlock.handoff", how)
            self._span.end()
            self._span = None


def _here(life: Life) -> dict[str, Any]:
    return {f"interlock.{name}": value for name, value in life.here.items()}


def _asked(life: Life, proposal: Proposal) -> dict[str, Any]:
    event = proposal.event if proposal.event in events_of(life.flow.machine) else UNKNOWN
    return _here(life) | {"interlock.event": event, "interlock.by": proposal.by, "interlock.before": life.state}

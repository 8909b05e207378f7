"""Spans of a proposal, its verdict and the handoff it leads to, in the trace that LiveKit draws of the call.

Where they go, and that nothing the caller said goes with them, is for `interlock.app.telemetry.tracing`; without a
place to go they cost
next to nothing. None of them is ever the current span: LiveKit's own, begun meanwhile, stay where they belong.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from livekit.agents.telemetry import tracer
from opentelemetry.context import Context
from opentelemetry.trace import Span, set_span_in_context

from interlock.agents.call.acts import SwitchTo
from interlock.agents.call.context import CallContext
from interlock.guards.base import Proposal
from interlock.machines.base import Snapshot, events_of
from interlock.machines.decide import Verdict

UNKNOWN = "(unknown)"
"""For the name of an event that no chart has: a model made it up, and may have put a caller's words in."""

_within: ContextVar[Context | None] = ContextVar("the proposal that is judged", default=None)


@contextmanager
def proposal_span(context: CallContext, proposal: Proposal) -> Iterator[Span]:
    """A span from the asking to the acting; what is begun meanwhile by this task lies within it."""
    span = tracer.start_span("interlock.proposal", attributes=_asked(context, proposal))
    token = _within.set(set_span_in_context(span))
    try:
        yield span
    finally:
        _within.reset(token)
        span.end()


@contextmanager
def verdict_span(context: CallContext, proposal: Proposal) -> Iterator[Span]:
    """A span for deciding and making the verdict durable; one that was not made durable has no kind."""
    span = tracer.start_span("interlock.verdict", context=_within.get(), attributes=_asked(context, proposal))
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

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self._span: Span | None = None

    def begin(self, act: SwitchTo) -> None:
        """The next agent is sent for."""
        self.end("overtaken")
        attributes = {
            **_here(self._context, self._context.snapshot),
            "interlock.event": act.event,
            "interlock.before": act.before,
            "interlock.after": act.state,
        }
        self._span = tracer.start_span("interlock.handoff", context=_within.get(), attributes=attributes)

    def end(self, how: str) -> None:
        """`entered`, `overtaken` by the next one, or `ended` with the call."""
        if self._span is not None:
            self._span.set_attribute("interlock.handoff", how)
            self._span.end()
            self._span = None


def _asked(context: CallContext, proposal: Proposal) -> dict[str, Any]:
    event = proposal.event if proposal.event in events_of(context.flow.machine) else UNKNOWN
    here = context.interlocking.snapshot
    said = {"interlock.event": event, "interlock.by": proposal.by, "interlock.before": here.state}
    return {**_here(context, here), **said}


def _here(context: CallContext, snapshot: Snapshot) -> dict[str, Any]:
    return {
        "interlock.call_id": context.id,
        "interlock.flow": context.flow.name,
        "interlock.epoch": snapshot.epoch,
    }

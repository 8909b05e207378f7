"""What leaves the process as a trace: our spans inside LiveKit's, and nothing that anybody said."""

from collections.abc import Iterator

import pytest
from livekit.agents.telemetry import tracer
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Status, StatusCode

from interlock.agents.call.journal import JournalDown
from interlock.app.offline.scripted import Asks, Says
from interlock.app.settings import Settings
from interlock.app.telemetry.tracing import ContentFreeExporter, ContentGate, open_traces, trace_to
from tests.faults.stage import on_stage

MADE_UP = Says(calls=(Asks("canary_tool", {"canary": "canary"}),))


def exported(*, content: bool) -> Iterator[InMemorySpanExporter]:
    before = tracer._tracer_provider
    its, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(ContentFreeExporter(its, content=content)))
    trace_to(provider, content=content)
    yield its
    tracer.set_provider(before)
    provider.shutdown()


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """
    What an endpoint would be sent.
    """
    yield from exported(content=False)


@pytest.fixture
def all_of_it() -> Iterator[InMemorySpanExporter]:
    """
    What an endpoint would be sent that may know what was said.
    """
    yield from exported(content=True)


def named(spans: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in spans.get_finished_spans() if span.name == name]


async def test_a_handoff_is_under_its_proposal_under_livekits_tool(journal, systems, spans) -> None:
    """
    One trace, with the flow, the event, the states, the kind of verdict and the epoch.
    """
    async with on_stage(journal, systems) as stage:
        await stage.call.claim(caller_name="Ann")
        await stage.asks("begin_triage")
    tool = next(span for span in named(spans, "function_tool"))
    (proposal,) = [s for s in named(spans, "interlock.proposal") if s.attributes["interlock.event"] == "begin_triage"]
    (verdict,) = [s for s in named(spans, "interlock.verdict") if s.attributes["interlock.event"] == "begin_triage"]
    (handoff,) = [s for s in named(spans, "interlock.handoff") if s.attributes["interlock.after"] == "triage"]
    assert proposal.parent.span_id == tool.context.span_id
    assert verdict.parent.span_id == handoff.parent.span_id == proposal.context.span_id
    assert dict(verdict.attributes) == {
        "interlock.call_id": "call-1",
        "interlock.flow": "support",
        "interlock.event": "begin_triage",
        "interlock.by": "agent",
        "interlock.kind": "accepted",
        "interlock.refused_by": "",
        "interlock.before": "greeting",
        "interlock.after": "triage",
        "interlock.epoch": 1,
    }
    assert dict(handoff.attributes) == {
        "interlock.call_id": "call-1",
        "interlock.flow": "support",
        "interlock.event": "begin_triage",
        "interlock.before": "greeting",
        "interlock.after": "triage",
        "interlock.epoch": 1,
        "interlock.handoff": "entered",
    }
    assert verdict.start_time <= handoff.start_time <= handoff.end_time


async def test_livekits_spans_hang_where_they_hung(journal, systems, spans) -> None:
    """
    What LiveKit begins while a proposal is judged is LiveKit's, not the proposal's.
    """
    async with on_stage(journal, systems) as stage:
        await stage.to("triage")
    ours = {s.context.span_id for s in spans.get_finished_spans() if s.name.startswith("interlock.")}
    theirs = [s for s in spans.get_finished_spans() if not s.name.startswith("interlock.")]
    assert theirs
    assert not [span.name for span in theirs if span.parent is not None and span.parent.span_id in ours]


async def test_nothing_that_was_said_leaves_the_process(journal, systems, spans) -> None:
    """
    No words, no arguments, no names a model made up, in no span of LiveKit's or ours.
    """
    async with on_stage(journal, systems) as stage:
        await stage.caller("My name is Canary.", MADE_UP, Says("Hello canary."))
        await stage.caller("Canary.", Says(calls=(Asks("note_name", {"name": "canary"}),)), Says("Thank you canary."))
    assert {"llm_node", "function_tool", "interlock.verdict"} <= {span.name for span in spans.get_finished_spans()}
    assert "canary" not in "".join(span.to_json() for span in spans.get_finished_spans()).lower()
    (refused,) = [s for s in named(spans, "interlock.verdict") if s.attributes["interlock.kind"] == "unknown_event"]
    assert refused.attributes["interlock.event"] == "(unknown)"


async def test_content_goes_out_from_when_the_caller_agreed(journal, systems) -> None:
    """
    What was said before that stays in, whenever it is exported.
    """
    its, gate, before = InMemorySpanExporter(), ContentGate(), tracer._tracer_provider
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(ContentFreeExporter(its, gate=gate)))
    trace_to(provider, content=True)
    async with on_stage(journal, systems) as stage:
        await stage.caller("One.", Says("Hello canary."))
        gate.open()
        await stage.caller("Two.", Says("Hello robin."))
    tracer.set_provider(before)
    text = "".join(span.to_json() for span in its.get_finished_spans() if span.name != "llm_request")
    assert "Hello robin." in text
    early = [span.to_json() for span in its.get_finished_spans() if not gate.lets_out(span)]
    assert early
    assert "canary" not in "".join(early)


async def test_content_goes_out_when_it_is_asked_for(journal, systems, all_of_it) -> None:
    """
    LiveKit's attributes, as a tool for reading conversations needs them; ours have none to give.
    """
    async with on_stage(journal, systems) as stage:
        await stage.caller("My name is Canary.", Says("Hello canary."))
    text = "".join(span.to_json() for span in all_of_it.get_finished_spans())
    assert "Hello canary." in text
    ours = "".join(span.to_json() for span in all_of_it.get_finished_spans() if span.name.startswith("interlock."))
    assert "canary" not in ours.lower()


class _Down:
    """A journal that loses the first verdict."""

    def __init__(self, journal) -> None:
        self._journal = journal
        self._lost = False

    async def append(self, entries) -> None:
        if not self._lost and any(entry.kind.startswith("transition.") for entry in entries):
            self._lost = True
            raise JournalDown("the disk of canary is full")
        await self._journal.append(entries)


async def test_a_verdict_that_was_not_made_durable_has_no_kind(journal, systems, spans) -> None:
    """
    Its spans end all the same, and repeat no error text.
    """
    async with on_stage(journal, systems, writes_to=_Down(journal)) as stage:
        with pytest.raises(JournalDown):
            await stage.call.propose("escalate")
        (verdict,) = named(spans, "interlock.verdict")
        assert "interlock.kind" not in verdict.attributes
        assert named(spans, "interlock.handoff") == []
    assert "canary" not in "".join(span.to_json() for span in spans.get_finished_spans())


def test_only_named_text_and_numbers_leave(spans) -> None:
    """
    Whatever LiveKit adds stays in until somebody names it: texts, lists, error texts, whole events.
    """
    with tracer.start_as_current_span("test") as span:
        span.set_attribute("lk.agent_label", "app.Desk")
        span.set_attribute("lk.new_one", "canary")
        span.set_attribute("lk.function_tools", ["canary"])
        span.set_attribute("lk.retry_count", 2)
        span.add_event("said", {"text": "canary", "count": 1})
        span.set_status(Status(StatusCode.ERROR, "canary"))
        span.record_exception(ValueError("canary"))
    (sent,) = spans.get_finished_spans()
    assert dict(sent.attributes) == {"lk.agent_label": "app.Desk", "lk.retry_count": 2}
    assert [(event.name, dict(event.attributes)) for event in sent.events] == [
        ("said", {"count": 1}),
        ("exception", {"exception.type": "ValueError"}),
    ]
    assert (sent.status.status_code, sent.status.description) == (StatusCode.ERROR, None)


async def test_without_an_endpoint_nothing_records() -> None:
    """
    Spans are begun all the same, and are nothing.
    """
    before = tracer._tracer_provider
    open_traces(Settings(OTEL_EXPORTER_OTLP_ENDPOINT=None))
    assert tracer._tracer_provider is before
    assert not tracer.start_span("interlock.proposal").is_recording()

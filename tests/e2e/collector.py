"""A stand-in for an OpenTelemetry collector: takes spans over HTTP on the loopback and keeps them."""

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


@dataclass
class Collector:
    """What came: `spans` as they are, `raw` as bytes to look for words in."""

    url: str
    spans: list[Span] = field(default_factory=list)
    raw: bytes = b""

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.raw += body
        sent = ExportTraceServiceRequest.FromString(body)
        self.spans += [span for res in sent.resource_spans for scope in res.scope_spans for span in scope.spans]
        return web.Response()

    def named(self, name: str) -> list[Span]:
        return [span for span in self.spans if span.name == name]


def attributes_of(span: Span) -> dict[str, str | int]:
    """The text and whole numbers a span carries."""
    return {a.key: a.value.string_value or a.value.int_value for a in span.attributes}


@asynccontextmanager
async def collector() -> AsyncIterator[Collector]:
    """Listens as long as this lasts."""
    its = Collector("")
    app = web.Application(client_max_size=64 << 20)
    app.router.add_post("/v1/traces", its.take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    its.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield its
    finally:
        await runner.cleanup()


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""One stream of log lines, ours and the libraries', that never holds what a caller or a model said: see
`interlock.app.telemetry.scrub`."""

import logging
import sys
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, TextIO

import structlog
from structlog.types import Processor

from interlock.app.telemetry.scrub import WITHHELD, scrub, scrub_exception, scrub_foreign

__all__ = ["NOISY", "WITHHELD", "configure_logs", "say_where"]

NOISY = (
    "aiohttp.access",
    "asyncio",
    "httpcore",
    "httpx",
    "livekit",
    "openai",
    "statemachine",
    "urllib3",
    "watchfiles",
    "websockets",
)

_where: ContextVar[Callable[[], Mapping[str, Any]] | None] = ContextVar("where a call stands", default=None)


def say_where(here: Callable[[], Mapping[str, Any]]) -> None:
    """From now on every line from this task and those it starts, LiveKit's too, carries what `here` gives by then."""
    _where.set(here)


def configure_logs(level: str = "INFO", json: bool | None = None, stream: TextIO | None = None) -> None:
    """Send every log line of this process to `stream` (stderr), as JSON unless that is a terminal.

    Replaces the root logger's handlers; calling it again is fine. A LiveKit job process needs its own call.
    """
    to = stream or sys.stderr
    terminal = to.isatty()
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_common(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    render: Processor = structlog.dev.ConsoleRenderer(colors=terminal)
    if json or (json is None and not terminal):
        render = structlog.processors.JSONRenderer()
    out = _Out(to)
    out.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[scrub_foreign, *_common()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
            use_get_message=False,
        )
    )
    logging.getLogger().handlers[:] = [out]
    _set_levels(level)


class _Out(logging.StreamHandler[TextIO]):
    """Where lines go. The standard library prints one that fails raw, arguments and all; here it is reported lost."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Say which line was lost, and why by type."""
        lost = type(sys.exc_info()[1]).__name__
        with suppress(Exception):
            self.stream.write(f"log line lost ({lost}): {record.name}, line {record.lineno}\n")


def _with_where(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    here = _where.get()
    return line if here is None else {**here(), **line}


def _common() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        _with_where,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        scrub_exception,
        scrub,
    ]


def _set_levels(level: str) -> None:
    logging.getLogger().setLevel(level)
    for name in NOISY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
    for name in ("livekit.agents", "livekit.plugins"):
        logging.getLogger(name).setLevel(level)

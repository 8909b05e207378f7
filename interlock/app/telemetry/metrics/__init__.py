"""Numbers for operators: what calls do, counted and timed for Prometheus, with nothing of what was said in them."""

from typing import TYPE_CHECKING

import structlog
from prometheus_client import CollectorRegistry

from interlock.agents.call.call import Call
from interlock.agents.call.journal import Journal
from interlock.app.settings import Settings
from interlock.app.telemetry.metrics.collectors import Collectors
from interlock.app.telemetry.metrics.follow import Follower
from interlock.app.telemetry.metrics.serving import serve_metrics
from interlock.app.telemetry.metrics.writing import MeasuredJournal

if TYPE_CHECKING:
    from livekit.agents import AgentSession

log = structlog.get_logger("interlock.metrics")

__all__ = ["Collectors", "Metrics", "open_metrics", "serve_metrics"]


class Metrics:
    """What a process counts of its calls; without `collectors` it counts nothing and costs nothing."""

    def __init__(self, collectors: Collectors | None) -> None:
        self._collectors = collectors

    def journal(self, journal: Journal) -> Journal:
        """The journal, its writes timed."""
        return MeasuredJournal(journal, self._collectors) if self._collectors is not None else journal

    def follow(self, session: "AgentSession[Call]", call: Call) -> None:
        """Count what this call does, from its first entry on; to be asked for before the call is opened."""
        if self._collectors is not None:
            Follower(self._collectors, call).listen(session)


def open_metrics(settings: Settings) -> Metrics:
    """One for each process that takes calls; off unless a port is set.

    Its values live in files that outlast the process, where `serve_metrics` of the worker's process put a folder.
    """
    if settings.metrics_port is None:
        return Metrics(None)
    try:
        return Metrics(Collectors(CollectorRegistry()))
    except OSError as error:  # the folder is gone or full: calls go on, uncounted
        log.error("metrics.lost", error=type(error).__name__, errno=error.errno)
        return Metrics(None)

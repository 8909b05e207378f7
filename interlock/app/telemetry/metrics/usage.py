"""What providers will charge for: LiveKit tells the sum of a session so far, Prometheus counts what is new in it."""

from livekit.agents import metrics
from prometheus_client import Counter

from interlock.app.telemetry.metrics.collectors import Collectors
from interlock.app.telemetry.metrics.labels import plain


class Usage:
    """One session's usage: tokens, characters and seconds, counted as they come on top."""

    def __init__(self, collectors: Collectors) -> None:
        self._collectors = collectors
        self._before: dict[tuple[int, tuple[str, ...]], float] = {}

    def now(self, usage: metrics.AgentSessionUsage) -> None:
        """Count what was used since the last time."""
        collectors = self._collectors
        for its in usage.model_usage:
            of = (plain(its.provider), plain(its.model))
            if isinstance(its, metrics.LLMModelUsage):
                self._up_to(collectors.tokens, its.input_tokens, *of, "input")
                self._up_to(collectors.tokens, its.output_tokens, *of, "output")
            elif isinstance(its, metrics.TTSModelUsage):
                self._up_to(collectors.characters, its.characters_count, *of)
            elif isinstance(its, metrics.STTModelUsage):
                self._up_to(collectors.listened, its.audio_duration, *of)

    def _up_to(self, counter: Counter, total: float, *labels: str) -> None:
        key = (id(counter), labels)
        more = total - self._before.get(key, 0.0)
        if more > 0:
            self._before[key] = total
            counter.labels(*labels).inc(more)

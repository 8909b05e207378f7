"""What providers will charge for: LiveKit tells the sum of a session so far, Prometheus counts what is new in it."""

from livekit.agents import metrics
from prometheus_client import Counter

from interlock.app.telemetry.metrics.names import plain
from interlock.app.telemetry.metrics.numbers import Numbers


class Usage:
    """One session's usage."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._before: dict[tuple[int, tuple[str, ...]], float] = {}

    def now(self, usage: metrics.AgentSessionUsage) -> None:
        """Count what was used since the last time."""
        numbers = self._numbers
        for its in usage.model_usage:
            of = (plain(its.provider), plain(its.model))
            if isinstance(its, metrics.LLMModelUsage):
                self._up_to(numbers.tokens, its.input_tokens, *of, "input")
                self._up_to(numbers.tokens, its.output_tokens, *of, "output")
            elif isinstance(its, metrics.TTSModelUsage):
                self._up_to(numbers.characters, its.characters_count, *of)
            elif isinstance(its, metrics.STTModelUsage):
                self._up_to(numbers.listened, its.audio_duration, *of)

    def _up_to(self, counter: Counter, total: float, *labels: str) -> None:
        key = (id(counter), labels)
        more = total - self._before.get(key, 0.0)
        if more > 0:
            self._before[key] = total
            counter.labels(*labels).inc(more)

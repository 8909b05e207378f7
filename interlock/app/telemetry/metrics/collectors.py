"""All numbers there are: base units, `interlock_` names, and labels of which each has a few known values."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

WAITS_S = (0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 15.0)
"""Buckets for what a caller waits for."""
STEPS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Buckets for what our own parts take."""
WRITES_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0)


class Collectors:
    """One set of them in `registry`; a process has no more than one, as two would overwrite each other's files."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def count(name: str, what: str, *labels: str) -> Counter:
            return Counter(f"interlock_{name}", what, labels, registry=registry)

        def time(name: str, what: str, *labels: str, buckets: tuple[float, ...] = WAITS_S) -> Histogram:
            return Histogram(f"interlock_{name}_seconds", what, labels, registry=registry, buckets=buckets)

        def level(name: str, what: str, *labels: str) -> Gauge:
            return Gauge(f"interlock_{name}", what, labels, registry=registry, multiprocess_mode="livesum")

        self.active = level("active_calls", "Calls under way.", "flow")
        self.opened = count("calls_opened", "Calls begun.", "flow")
        self.ended = count("calls_ended", "Calls ended, and why.", "flow", "reason")

        self.first_word = time("first_word", "From the agent joining to its first sound.", "flow")
        self.dispatched = time("first_word_after_dispatch", "From the dispatch to the agent's first sound.", "flow")
        self.answer = time("turn_latency", "From the caller's last sound to the agent's first.", "flow")
        self.llm_ttft = time("llm_first_token", "From asking the model to its first word.", "flow")
        self.tts_ttfb = time("tts_first_audio", "From a text to its first sound.", "flow")
        self.transcription = time("transcription_delay", "From the caller's last sound to its words.", "flow")
        self.end_of_turn = time("end_of_turn_delay", "From the caller's last sound to the turn's end.", "flow")
        self.turn_failures = count("turn_failures", "Turns the model could not answer.", "flow")

        edge = ("flow", "from", "to")
        self.verdicts = count("verdicts", "What the machine decided.", "flow", "event", "kind")
        self.entered = time(
            "handoff_entered", "From a handoff's verdict to its agent entering.", *edge, buckets=STEPS_S
        )
        self.heard = time("handoff_heard", "From a handoff's verdict to its agent's first sound.", *edge)
        self.stalls = count("handoff_stalls", "Handoffs that had to be tried again.", "flow", "to")

        self.tools = time("tool", "What a tool of an agent took.", "flow", "tool", buckets=STEPS_S)
        self.provider_errors = count("provider_errors", "Failures of a provider.", "kind", "provider")
        self.fallbacks = count("provider_fallbacks", "Changes to another provider.", "kind", "provider")

        self.tokens = count("llm_tokens", "Tokens used.", "provider", "model", "direction")
        self.characters = count("tts_characters", "Characters spoken.", "provider", "model")
        self.listened = count("stt_audio_seconds", "Seconds of sound recognised.", "provider", "model")

        self.writes = time("journal_write", "What one durable write of the journal took.", buckets=WRITES_S)
        self.write_failures = count("journal_write_failures", "Writes that could not be made durable.")
        self.pending = level("journal_writes_pending", "Writes asked for and not yet durable.")

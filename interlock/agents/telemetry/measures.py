"""What a spoken call takes, on record: how long a caller waited for each answer, and for each next agent's voice.

Whole milliseconds, and only what was measured: without sound there is nothing to hear, and no line.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from livekit.agents import AgentSession, AgentStateChangedEvent, ConversationItemAddedEvent, llm

from interlock.agents.call.context import CallContext
from interlock.agents.call.draft import DraftEntry
from interlock.agents.call.journal import Entry

ANSWER = "e2e_latency"
"""LiveKit's name for the time between the caller's last sound and the agent's first."""
HEARD = {"transcription_delay": "transcription_ms", "end_of_turn_delay": "end_of_turn_ms"}
"""Of the caller's turn: from the last sound to its words, and to the decision that the turn is over."""
SAID = {ANSWER: "answer_ms", "llm_node_ttft": "llm_ttft_ms", "tts_node_ttfb": "tts_ttfb_ms"}
"""Of the answer: all of it, the model's first word, the voice's first sound."""


@dataclass(slots=True)
class _Handoff:
    """One handoff under way: when it began and its agent entered, and whether LiveKit switched meanwhile."""

    of: Mapping[str, Any]
    began: datetime
    switched: bool = False
    entered: datetime | None = None
    heard: datetime | None = None


class Measures:
    """Listens to one call and its session, and writes `turn.measured` and `handoff.heard`, never waited for."""

    def __init__(self, context: CallContext) -> None:
        self._context = context
        self._heard: dict[str, int] = {}
        self._handoff: _Handoff | None = None

    def listen(self, session: AgentSession[Any]) -> None:
        """Begin to listen."""
        self._context.watch(self._recorded)
        session.on("conversation_item_added", self._added)
        session.on("agent_state_changed", self._state_changed)

    def _added(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if isinstance(item, llm.AgentHandoff):
            if self._handoff is not None:
                self._handoff.switched = True
        elif isinstance(item, llm.ChatMessage) and item.role == "user":
            self._heard = _ms(item.metrics, HEARD)
        elif isinstance(item, llm.ChatMessage) and item.role == "assistant" and ANSWER in item.metrics:
            took, self._heard = _ms(item.metrics, SAID) | self._heard, {}
            self._write("turn.measured", {"state": self._context.state, **took})

    def _state_changed(self, event: AgentStateChangedEvent) -> None:
        """The first sound after LiveKit switched is the new agent's."""
        output, handoff = event.new_state == "speaking" and self._sounds(), self._handoff
        if output and handoff is not None and handoff.switched and handoff.heard is None:
            handoff.heard = self._context.clock.now()
            self._handed_over()

    def _recorded(self, entry: Entry) -> None:
        if entry.kind == "handoff.started":
            self._handoff = _Handoff(entry.audit, entry.at)
        elif entry.kind == "handoff.entered" and self._handoff is not None:
            self._handoff.entered = entry.at
            self._handed_over()

    def _handed_over(self) -> None:
        handoff = self._handoff
        if handoff is None or handoff.entered is None or handoff.heard is None:
            return
        self._handoff = None
        entered, heard = (round((at - handoff.began).total_seconds() * 1000) for at in (handoff.entered, handoff.heard))
        ends = {"from": handoff.of["from"], "to": handoff.of["to"]}
        self._write("handoff.heard", {**ends, "entered_ms": entered, "heard_ms": heard})

    def _sounds(self) -> bool:
        session = self._context.session
        return session is not None and session.output.audio is not None and session.output.audio_enabled

    def _write(self, kind: str, audit: dict[str, Any]) -> None:
        if not self._context.ending:
            self._context.spawn(self._context.record_if_possible(DraftEntry(kind, audit)))


def _ms(metrics: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, int]:
    """The values LiveKit has, in milliseconds; a clock set back between two readings makes no value."""
    found = {ours: metrics.get(its) for its, ours in names.items()}
    return {name: round(seconds * 1000) for name, seconds in found.items() if seconds is not None and seconds >= 0}

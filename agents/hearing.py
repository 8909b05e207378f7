"""What the caller said and nobody answered yet.

LiveKit drops a user turn that ends while agents switch. Final transcripts are kept here until they turn up in the
conversation; what is left when the next agent enters is the first thing it answers.
"""

from typing import TYPE_CHECKING

from livekit.agents import (
    AgentSession,
    ConversationItemAddedEvent,
    FunctionToolsExecutedEvent,
    UserInputTranscribedEvent,
    llm,
)

if TYPE_CHECKING:
    from agents.call import Call


class Hearing:
    """Listens to one session's events."""

    def __init__(self, call: "Call") -> None:
        self._call = call
        self._unanswered: list[str] = []

    def listen(self, session: "AgentSession[Call]") -> None:
        """Begin to listen."""
        session.on("user_input_transcribed", self._transcribed)
        session.on("conversation_item_added", self._added)
        session.on("function_tools_executed", self._tools_executed)

    def hear(self, words: str) -> None:
        """Typed words of the caller: answered now, or by the next agent when one is on its way."""
        session = self._call.session
        assert session is not None, "a call hears nothing before it is open"
        self._call.spawn(self._call.heard_caller())
        if self._call.switching:
            self._unanswered.append(words)
            return
        session.generate_reply(user_input=words)

    def take(self) -> str:
        """The words nobody answered, once."""
        words, self._unanswered = " ".join(self._unanswered), []
        return words

    def _transcribed(self, event: UserInputTranscribedEvent) -> None:
        if event.is_final and event.transcript.strip():
            self._unanswered.append(event.transcript.strip())
            self._call.spawn(self._call.heard_caller())

    def _added(self, event: ConversationItemAddedEvent) -> None:
        if isinstance(event.item, llm.ChatMessage) and event.item.role == "user":
            self._unanswered.clear()

    def _tools_executed(self, event: FunctionToolsExecutedEvent) -> None:
        """The agent that called these tools has handed over: the next one speaks."""
        if self._call.switching:
            event.cancel_tool_reply()

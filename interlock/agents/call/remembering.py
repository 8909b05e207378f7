"""Keeps what is said while it is said, for whoever might have to take the call over; but no card number."""

from collections.abc import Sequence
from typing import Any

import structlog
from livekit.agents import AgentSession, ConversationItemAddedEvent, llm

from interlock.agents.call.context import CallContext
from interlock.agents.call.journal import JournalDown, Memory, Turn
from interlock.guards.cards import without_card_numbers

log = structlog.get_logger("interlock.call")


class Remembering:
    """Listens to one session's conversation; without a memory nothing is kept."""

    def __init__(
        self, context: CallContext, memory: Memory | None, *, fence: int = 1, before: Sequence[Turn] = ()
    ) -> None:
        self._context = context
        self._fence = fence
        self._memory = memory
        self._count = before[-1].n if before else 0

    @property
    def turns(self) -> int:
        """How much was said by now."""
        return self._count

    def listen(self, session: AgentSession[Any]) -> None:
        """Begin to listen."""
        if self._memory is not None:
            session.on("conversation_item_added", self._added)

    def _added(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if self._context.lost or not isinstance(item, llm.ChatMessage) or item.role not in ("user", "assistant"):
            return
        if text := item.text_content:
            self._count += 1
            said = without_card_numbers(text)
            self._context.spawn(self._keep(Turn(self._count, item.role, said, item.interrupted)))

    async def _keep(self, turn: Turn) -> None:
        assert self._memory is not None
        try:
            await self._memory.remember(self._context.id, turn, self._fence)
        except JournalDown as error:  # the call itself does not depend on it
            log.warning("turn.unremembered", **self._context.here, error=type(error).__name__)

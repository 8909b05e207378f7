"""Keeps what is said while it is said, for whoever might have to take the call over; but no card number."""

from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import structlog
from livekit.agents import AgentSession, ConversationItemAddedEvent, llm

from interlock.agents.call.context import CallContext
from interlock.agents.call.journal import JournalDown, Memory, Turn
from interlock.agents.caller.words_in import TURNS_ACROSS, all_taken_in
from interlock.guards.cards import without_card_numbers
from interlock.guards.characters import plain_text

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
        said = ((turn, None) for turn in before if turn.role == "user")
        self._said: deque[tuple[Turn, llm.ChatMessage | None]] = deque(said, maxlen=TURNS_ACROSS)

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
            said = without_card_numbers(plain_text(text))
            place = (self._context.clock.now(), self._context.last_seq)
            turn = Turn(self._count, item.role, said, item.interrupted, *place, *self._sound_of(item))
            for kept in self._across(turn, item) if turn.role == "user" else [turn]:
                self._context.spawn(self._keep(kept))

    def _sound_of(self, message: llm.ChatMessage) -> tuple[datetime | None, datetime | None]:
        """When its first and its last sound was; LiveKit says when a turn began also where nothing sounds."""
        session = self._context.session
        into = session and (session.output.audio if message.role == "assistant" else session.input.audio)
        if not into:
            return None, None
        ends = (message.metrics.get("started_speaking_at"), message.metrics.get("stopped_speaking_at"))
        began, ended = (datetime.fromtimestamp(its, UTC) if its else None for its in ends)
        return began, ended

    def _across(self, turn: Turn, message: llm.ChatMessage) -> list[Turn]:
        """The turn, and turns before it that had a part of a card number, without it."""
        before = [*self._said, (turn, message)][-TURNS_ACROSS:]
        now = [its.text_content or "" if its is not None else was.text for was, its in before]
        after = [(replace(was, text=text), its) for (was, its), text in zip(before, all_taken_in(now), strict=True)]
        self._said = deque(after, maxlen=TURNS_ACROSS)
        changed = [its for (its, _), (was, _) in zip(after, before, strict=True) if its.text != was.text]
        return changed if after[-1][0] in changed else [*changed, after[-1][0]]

    async def _keep(self, turn: Turn) -> None:
        assert self._memory is not None
        try:
            await self._memory.remember(self._context.id, turn, self._fence)
        except JournalDown as error:  # the call itself does not depend on it
            log.warning("turn.unremembered", **self._context.here, error=type(error).__name__)

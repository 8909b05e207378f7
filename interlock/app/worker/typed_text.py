"""What a caller types in the room: as good as what they say, where a setting takes it, and no more than one types."""

from collections import deque
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from livekit import rtc
from livekit.agents.types import TOPIC_CHAT

from interlock.agents.call.call import Call
from interlock.agents.call.clock import within
from interlock.agents.caller.words_in import WORDS_LIMIT

log = structlog.get_logger("interlock.worker")

MESSAGES, WITHIN_S = 10, 20.0
"""How many messages a caller may send in how many seconds; nobody types faster, and what comes faster is not read."""
READ_LIMIT_S = 10.0
"""How long one message may take to come."""


class Message(Protocol):
    """One message as it comes, `livekit.rtc.TextStreamReader`: closed, nothing more of it is taken."""

    def __aiter__(self) -> AsyncIterator[str]: ...

    def close(self) -> None: ...


class TypedText:
    """Hears what `identity` types in a room, and nobody else."""

    def __init__(self, call: Call, identity: str) -> None:
        self._call = call
        self._identity = identity
        self._came: deque[datetime] = deque()

    def listen(self, room: rtc.Room) -> None:
        """Begin to read, on LiveKit's own topic for it."""
        room.register_text_stream_handler(TOPIC_CHAT, self.opened)

    def opened(self, message: Message, who: str) -> None:
        """A message begins: read, unless it is somebody else's or one too many."""
        if who != self._identity or self._call.ending:
            message.close()
        elif not self._in_time():
            message.close()
            log.warning("typed.refused", **self._call.here, why="too many")
        else:
            self._call.spawn(self._hear(message))

    def _in_time(self) -> bool:
        now = self._call.clock.now()
        while self._came and now - self._came[0] >= timedelta(seconds=WITHIN_S):
            self._came.popleft()
        if len(self._came) >= MESSAGES:
            return False
        self._came.append(now)
        return True

    async def _hear(self, message: Message) -> None:
        try:
            words = await within(self._call.clock, READ_LIMIT_S, read(message))
        except (TimeoutError, rtc.StreamError) as error:
            log.warning("typed.refused", **self._call.here, why=type(error).__name__)
            return
        finally:
            message.close()
        if words.strip() and not self._call.ending:
            self._interrupt()
            self._call.hearing.hear(words)

    def _interrupt(self) -> None:
        """Whoever types need not wait for the end of what is said; but for a line that nobody can talk over."""
        session = self._call.session
        try:
            if session is not None and session.current_speech is not None:
                session.interrupt()
        except RuntimeError:
            pass


async def read(message: Message, limit: int = WORDS_LIMIT) -> str:
    """The words, one character beyond `limit` at most: the rest of a longer message is not waited for."""
    words = ""
    async for piece in message:
        words += piece[: limit + 1 - len(words)]
        if len(words) > limit:
            break
    return words

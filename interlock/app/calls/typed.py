"""A call by text: what a caller types goes in, what the agents say comes out."""

import asyncio
from collections.abc import Callable

from livekit.agents import AgentSession, AgentStateChangedEvent, ConversationItemAddedEvent, llm
from livekit.agents.voice import SpeechHandle

from interlock.agents.call.call import Call
from interlock.agents.speech.parting import GRACE_S
from interlock.app.calls.session import start_call
from interlock.app.offline.clock import ManualClock

REST_LIMIT_S = 60.0


class TypedCall:
    """Drives one call; `said` holds the agents' lines since the caller's last words."""

    def __init__(
        self,
        session: "AgentSession[Call]",
        call: Call,
        on_said: Callable[[str, str], None] = lambda who, words: None,
    ) -> None:
        self.session = session
        self.call = call
        self.said: list[str] = []
        self.heard: list[str] = []
        self.over = asyncio.Event()
        self._on_said = on_said
        self._began = asyncio.Event()
        session.on("conversation_item_added", self._added)
        self._speeches: list[SpeechHandle] = []
        session.on("speech_created", lambda event: self._speeches.append(event.speech_handle))
        session.on("agent_state_changed", self._state_changed)
        session.on("tool_execution_updated", lambda _: self._began.set())
        session.on("close", lambda _: self.over.set())

    async def start(self) -> None:
        """Begin the call and wait for the greeting to end."""
        await start_call(self.session, self.call)
        await self.rest()

    async def caller(self, words: str) -> list[str]:
        """The caller says something; what the agents answered, once everything is quiet."""
        self.say(words)
        await self.rest()
        return self.said

    def say(self, words: str) -> None:
        """The caller says something, and nobody waits."""
        self.said = []
        self._began.clear()
        self.call.hearing.hear(words)

    async def rest(self) -> None:
        """Wait until nobody speaks, works or switches. Raises `TimeoutError` after a minute."""
        async with asyncio.timeout(REST_LIMIT_S):
            while not self.over.is_set():
                await self.call.wait_until_idle()
                if speeches := [speech for speech in self._speeches if not speech.done()]:
                    await asyncio.gather(*(speech.wait_for_playout() for speech in speeches))
                elif self.call.over:
                    await self.over.wait()
                elif not await self._stirs():
                    return
                self._speeches = [speech for speech in self._speeches if not speech.done()]
            await self.call.wait_until_idle()

    async def let_grace_pass(self, clock: ManualClock) -> None:
        """Where goodbye was said, nobody comes back."""
        if self.call.parting.in_grace:
            clock.advance(GRACE_S)
            await self.rest()

    async def _stirs(self) -> bool:
        """Whether something new begins in the next few rounds of the event loop."""
        for _ in range(5):
            await asyncio.sleep(0)
            if not self.call.at_rest or not all(speech.done() for speech in self._speeches):
                return True
        return False

    async def agent_began(self) -> None:
        """Wait until the agent speaks or uses a tool."""
        async with asyncio.timeout(REST_LIMIT_S):
            await self._began.wait()

    def barge_in(self) -> None:
        """The caller interrupts: what the agent was saying is cut off at once."""
        self.session.interrupt(force=True)

    async def hang_up(self) -> None:
        """The caller leaves: the call is recorded as ended by them, and the session closes."""
        await self.call.end("caller_left")
        await self.session.aclose()
        await self.call.wait_until_idle()

    def _state_changed(self, event: AgentStateChangedEvent) -> None:
        if event.new_state == "speaking":
            self._began.set()

    def _added(self, event: ConversationItemAddedEvent) -> None:
        item = event.item
        if isinstance(item, llm.ChatMessage) and item.text_content:
            (self.said if item.role == "assistant" else self.heard).append(item.text_content)
            self._on_said("agent" if item.role == "assistant" else "caller", item.text_content)

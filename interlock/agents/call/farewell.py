"""How a call ends when no agent can take it over: with a word, and then really."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable
from contextlib import aclosing, suppress
from typing import Any

import structlog
from livekit import rtc
from livekit.agents import Agent, AgentSession, ModelSettings

from interlock.agents.call.clock import done_within, within
from interlock.agents.call.context import CallContext
from interlock.agents.call.ending import Ending
from interlock.agents.call.record import RECORD_LIMIT_S

log = structlog.get_logger("interlock.call")

APOLOGY = "I am sorry, something went wrong on our side. Please call us again in a few minutes. Goodbye."
APOLOGY_LIMIT_S = 15.0
WE_CLOSE = "I am sorry, we have to end here. Please call us again in a few minutes. Goodbye."
WE_CLOSE_LIMIT_S = 8.0
"""How long those words may take: whoever runs the worker waits for them."""
DRAINED = "drained"
"""The reason on record when it was we who had to end the call."""


async def apologise(context: CallContext, ending: Ending) -> None:
    """Say what can be said when no agent can take over, and close the session."""
    session = context.session
    assert session is not None, "a call that never opened has nobody to apologise to"
    try:
        await within(context.clock, APOLOGY_LIMIT_S, _say(session, APOLOGY))
    except (RuntimeError, TimeoutError) as error:
        log.error("apology.unspoken", **context.here, error=type(error).__name__)
    context.spawn(ending.end("handoff_failed"))  # beside the hanging up: it may have to wait for the journal
    session.shutdown(drain=False)


async def cut_off(context: CallContext, ending: Ending) -> None:
    """End a call because its process has to end: on record first, then with a word to the caller, in 10 s at most.

    The session is left for whoever asked to close. A call that has ended already is left alone.
    """
    session = context.session
    if session is None or context.ending:
        return
    goodbye = session.current_speech if context.over else None
    await done_within(context.clock, RECORD_LIMIT_S, context.spawn(ending.end(DRAINED)))
    if context.lost:
        return
    try:
        await within(context.clock, WE_CLOSE_LIMIT_S, goodbye.wait_for_playout() if goodbye else _break_off(session))
    except (RuntimeError, TimeoutError) as error:
        log.error("farewell.unspoken", **context.here, error=type(error).__name__)


async def _break_off(session: AgentSession[Any]) -> None:
    with suppress(RuntimeError):  # no agent there: the words below bring one along
        session.interrupt(force=True)
    await _say(session, WE_CLOSE)


async def _say(session: AgentSession[Any], words: str) -> None:
    try:
        await session.say(words, allow_interruptions=False)
    except RuntimeError:  # the agent before is gone, and the next one never came
        last = _LastAgent(words)
        session.update_agent(last)
        await last.done.wait()


class _LastAgent(Agent):
    """Nothing in it can fail: no tools, no model, one line."""

    def __init__(self, words: str) -> None:
        super().__init__(instructions="")
        self.done = asyncio.Event()
        self._words = words

    async def on_enter(self) -> None:
        try:
            await self.session.say(self._words, allow_interruptions=False)
        finally:
            self.done.set()

    async def tts_node(
        self, text: AsyncIterable[str], model_settings: ModelSettings
    ) -> AsyncGenerator[rtc.AudioFrame, None]:
        """The line as sound, kept ready or spoken now."""
        voice = self.session.userdata.voice
        async with aclosing(voice.speak(self, text, model_settings)) as sound:
            async for frame in sound:
                yield frame

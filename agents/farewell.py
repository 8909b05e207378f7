"""How a call ends when no agent can take it over: with a word, and then really."""

import asyncio
from typing import TYPE_CHECKING

import structlog
from livekit.agents import Agent, AgentSession

from agents.clock import within

if TYPE_CHECKING:
    from agents.call import Call

log = structlog.get_logger("interlock.call")

APOLOGY = "I am sorry, something went wrong on our side. Please call us again in a few minutes. Goodbye."
APOLOGY_LIMIT_S = 15.0


async def apologise(call: "Call") -> None:
    """Say what can be said when no agent can take over, and close the session."""
    session = call.session
    assert session is not None, "a call that never opened has nobody to apologise to"
    try:
        await within(call.clock, APOLOGY_LIMIT_S, _say(session))
    except (RuntimeError, TimeoutError) as error:
        log.error("apology.unspoken", **call.here, error=type(error).__name__)
    call.spawn(call.end("handoff_failed"))  # beside the hanging up: it may have to wait for the journal
    session.shutdown(drain=False)


async def _say(session: "AgentSession[Call]") -> None:
    try:
        await session.say(APOLOGY, allow_interruptions=False)
    except RuntimeError:  # the agent before is gone, and the next one never came
        last = _LastAgent()
        session.update_agent(last)
        await last.done.wait()


class _LastAgent(Agent):
    """Nothing in it can fail: no tools, no model, one line."""

    def __init__(self) -> None:
        super().__init__(instructions="")
        self.done = asyncio.Event()

    async def on_enter(self) -> None:
        try:
            await self.session.say(APOLOGY, allow_interruptions=False)
        finally:
            self.done.set()

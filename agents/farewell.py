"""How a call ends: with a word, and then really."""

from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from agents.call import Call

log = structlog.get_logger("interlock.call")

APOLOGY = "I am sorry, something went wrong on our side. Please call us again in a few minutes. Goodbye."


async def apologise(call: "Call") -> None:
    """Say what can be said when no agent can take over, and close the session."""
    session = call.session
    assert session is not None, "a call that never opened has nobody to apologise to"
    try:
        await session.say(APOLOGY, allow_interruptions=False)
    except RuntimeError as error:
        log.error("apology.unspoken", call_id=call.id, error=type(error).__name__)
    await call.end("handoff_failed")
    session.shutdown(drain=False)

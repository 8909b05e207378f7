"""The end of a call from outside: by LiveKit, which closes its session, or with the process it runs in."""

import asyncio

from livekit.agents import AgentSession
from livekit.agents.job import get_job_context

from agents.call import Call
from agents.farewell import cut_off

WORKER_LOST = "worker_lost"
"""The reason on record when the worker died, and with it the processes of its calls."""


class CallSession(AgentSession[Call]):
    """LiveKit closes the session of a job that has to end, and a caller shall hear of it first."""

    async def aclose(self) -> None:
        """Close it; in a job, where only LiveKit asks for that, with a word to a caller who is still there."""
        if get_job_context(required=False) is not None:
            await cut_off(self.userdata)
        await super().aclose()


def end_with_the_worker(call: Call) -> asyncio.Task[None]:
    """Have the end of the call on record also when LiveKit, the worker gone, just cancels whatever this process does.

    The task is to be kept as long as the process lives.
    """
    return asyncio.get_running_loop().create_task(_to_the_last(call))


async def _to_the_last(call: Call) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        await call.end(WORKER_LOST)
